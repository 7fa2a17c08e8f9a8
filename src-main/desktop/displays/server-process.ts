import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunningDisplay } from './display-server.ts'

/** Between asking a server to end and killing it, ms. */
const endMs = 2000

/** The process with that id is the server of that display, and no other that got its number since: its command line has a file of the display. */
export function isServerOf({ pid, authority }: RunningDisplay): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(authority)
  } catch {
    return false
  }
}

/** Ends the server of a display, by force where it does not end by itself. */
export async function endServer(running: RunningDisplay): Promise<void> {
  if (!isServerOf(running)) return
  signal(running.pid, 'SIGTERM')
  for (const until = performance.now() + endMs; performance.now() < until && isServerOf(running); ) await delay(20)
  if (isServerOf(running)) signal(running.pid, 'SIGKILL')
}

/** The last line of a server's log; empty where it has no line. */
export function lastLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').at(-1)?.slice(0, 300) ?? ''
  } catch {
    return ''
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself.
  }
}
