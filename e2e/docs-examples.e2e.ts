import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningHost, startHost } from './helpers/host.ts'
import { root } from './helpers/paths.ts'

/** Pages whose examples need what another page makes; the others follow by name. */
const first = ['api.md', 'studio.md']
/** Written in the docs for a host at its usual port. */
const usual = 'http://127.0.0.1:8080'

/** Shell examples of a page, in order. Those marked `sh skip` start services, or need a domain or another user. */
function examplesOf(page: string): readonly string[] {
  const content = readFileSync(join(root, 'docs', page), 'utf8')
  return [...content.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, example]) => example as string)
}

const pages = readdirSync(join(root, 'docs'))
  .filter((page) => page.endsWith('.md') && examplesOf(page).length > 0)
  .toSorted((one, other) => Number(first.includes(other)) - Number(first.includes(one)) || one.localeCompare(other))

describe('the shell examples of the docs work as they are written', () => {
  let host: RunningHost
  let folder: string
  let token: string

  beforeAll(async () => {
    host = await startHost({ name: 'docs-examples' })
    token = (await host.api('POST', '/tokens', { label: 'docs', role: 'admin' })).body.secret
    folder = mkdtempSync(join(tmpdir(), 'docs-examples-'))
    const program = join(folder, 'bin', 'streams')
    mkdirSync(join(folder, 'bin'))
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist/host/main.js')}' --data '${host.dataDir}' "$@"\n`)
    chmodSync(program, 0o755)
  })
  afterAll(async () => {
    await host?.stop()
    if (folder !== undefined) rmSync(folder, { recursive: true })
  })

  it.each(pages)('%s', async (page) => {
    const examples = examplesOf(page).map((example) => example.replaceAll(usual, host.http))
    const script = [
      'set -euo pipefail',
      `API=${host.http}/api/v1`,
      // A reply that says what is wrong ends the example; one that goes on for ever (events) is left after its first seconds.
      'curl() { command curl --silent --show-error --fail-with-body --max-time 60 "$@"; echo; }',
      'follow() { command curl --silent --show-error --fail-with-body --max-time 2 "$@" || [ $? -eq 28 ]; }',
      `TOKEN=${token}`,
      ...examples.map((example) => example.replaceAll('curl -N ', 'follow -N ')),
    ].join('\n')
    const shell = spawn('bash', ['-c', script], {
      cwd: folder,
      env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, errors, code] = await Promise.all([
      text(shell.stdout),
      text(shell.stderr),
      new Promise((resolve) => shell.once('close', resolve)),
    ])
    expect(code, `${page}\n${out}\n${errors}`).toBe(0)
  })
})
