/** Builds the program that starts displays of other users, where systemd and root have it: dist/native/ami-streams-sessions. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { say, timed } from './progress.mjs'
import { hashOf, isFresh, writeStamp } from './stamp.mjs'

const source = 'native/sessions-helper/sessions-helper.c'
export const sessionsHelper = 'dist/native/ami-streams-sessions'
const stamp = `${sessionsHelper}.stamp`

/** It runs as root: what the compiler and the linker have against faults is on. */
const flags = [
  ...['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-D_FORTIFY_SOURCE=2', '-fstack-protector-strong'],
  ...['-fPIE', '-pie', '-Wl,-z,relro,-z,now,-z,noexecstack'],
]

/** Builds it if its source changed; a machine without a compiler does without. */
export async function buildSessionsHelper() {
  if (process.platform !== 'linux') return
  const hash = hashOf([source], flags.join(' '))
  if (isFresh(stamp, hash) && existsSync(sessionsHelper)) return
  mkdirSync(dirname(sessionsHelper), { recursive: true })
  try {
    await timed('helper for sessions of other users built', () => {
      execFileSync('gcc', [...flags, source, '-o', `${sessionsHelper}.new`, '-ldl'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      renameSync(`${sessionsHelper}.new`, sessionsHelper)
      writeStamp(stamp, hash)
    })
  } catch (error) {
    say(
      `the helper for sessions of other users is left out: ${String(error.stderr || error.message)
        .trim()
        .slice(0, 2000)}`,
    )
  }
}
