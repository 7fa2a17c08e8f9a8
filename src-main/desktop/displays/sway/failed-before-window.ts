import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { controlSocketOf, type RunningDisplay } from '../display-server.ts'
import { readSwayTree } from './sway-socket.ts'
import { windowsIn } from './windows-in.ts'

/** What has not ended by then runs, with a window or without, ms. */
const watchMs = 5000
const lookMs = 50

/**
 * How a program ended, where it failed before there was one more window on its display: so ends one of X11 where there is no X server. Undefined
 * where it runs, or has done what it was to do.
 */
export async function failedBeforeWindow(child: ChildProcess, { server }: RunningDisplay): Promise<string | undefined> {
  const count = (): Promise<number> => readSwayTree(controlSocketOf(server)).then(windowsIn, () => 0)
  const before = await count()
  for (const until = performance.now() + watchMs; performance.now() < until; await delay(lookMs)) {
    if (child.exitCode !== null || child.signalCode !== null) {
      return child.exitCode === 0 ? undefined : (child.signalCode ?? `code ${child.exitCode}`)
    }
    if ((await count()) > before) return undefined
  }
  return undefined
}
