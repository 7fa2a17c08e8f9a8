import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Between asking processes to end and killing them, ms. */
const endMs = 1000

/** Asks the processes that `isOne` finds to end, and kills those that still run a second later, with what they have started meanwhile. */
export async function endProcesses(isOne: (pid: number) => boolean): Promise<void> {
  if (!signalAll(found(isOne), 'SIGTERM')) return
  for (const until = performance.now() + endMs; performance.now() < until; ) {
    await delay(50)
    if (found(isOne).length === 0) return
  }
  signalAll(found(isOne), 'SIGKILL')
}

/** What a process was started with; empty where it has ended, or is another user's. */
export function fieldsOf(pid: number, file: 'cmdline' | 'environ'): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** This process excepted. */
const found = (isOne: (pid: number) => boolean): readonly number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && isOne(pid))

/** False where there is nobody to signal. */
function signalAll(pids: readonly number[], name: NodeJS.Signals): boolean {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It ended by itself.
    }
  }
  return pids.length > 0
}
