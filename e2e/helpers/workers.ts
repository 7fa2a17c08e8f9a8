import { readFileSync } from 'node:fs'
import type { RunningHost } from './host.ts'
import { until } from './until.ts'
import { childrenOf } from './webrtc.ts'

/** Processes of the host that run the worker of that name (Linux). */
export const workersOf = (host: RunningHost, name: string): number[] =>
  childrenOf(host.process.pid!)
    .filter(({ command }) => command.includes(name))
    .map(({ pid }) => pid)

/** False for a process that nobody has waited for too. */
export const lives = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** How long the host waits before it starts each worker again that ended since line `from` of its log, ms, as it tells there. */
export const restartsSince = (host: RunningHost, from: number): number[] =>
  host.log.slice(from).flatMap((line) => (line.includes('"restartInMs"') ? [JSON.parse(line).restartInMs as number] : []))

/**
 * Kills the host's workers of that name and waits until another one is there and `works`. Resolves with how long the host said to wait
 * before it started them again, ms: the part of the gap that is the host's and not the machine's; 0 where it said nothing.
 */
export async function killWorker(host: RunningHost, name: string, works: () => Promise<boolean>): Promise<number> {
  const before = await until(() => {
    const found = workersOf(host, name)
    return found.length > 0 && found
  }, `${name} runs`)
  const [from, lines] = [performance.now(), host.log.length]
  for (const pid of before) process.kill(pid, 'SIGKILL')
  await until(() => before.every((pid) => !lives(pid)), `${name} is killed`)
  await until(async () => workersOf(host, name).some((pid) => !before.includes(pid)) && (await works()), `${name} works again`)
  const waitedMs = Math.max(0, ...restartsSince(host, lines))
  process.stdout.write(`${name} works again ${Math.round(performance.now() - from)} ms after SIGKILL, begun after ${waitedMs} ms\n`)
  return waitedMs
}
