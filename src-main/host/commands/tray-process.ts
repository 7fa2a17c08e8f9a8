import { type ChildProcess, spawn } from 'node:child_process'
import { restartDelayMs } from '../../platform/workers/supervise-worker.ts'
import type { CommandContext } from './context.ts'

/** What the icon's process and the host that started it tell each other. */
export type TrayMessage =
  /** A person chose "Quit". */
  | { readonly kind: 'quit' }
  /** A page of the host is to be shown, e.g. `/studio`. */
  | { readonly kind: 'open'; readonly path: string }
  /** To the icon: the last window was closed, and what is on air goes on. */
  | { readonly kind: 'window-closed' }
  /** It ends because it was asked to, or has no desktop: another would end as well. */
  | { readonly kind: 'ending' }

export interface TrayProcess {
  /** Says on the desktop that the program goes on without a window. */
  windowClosed(): void
  close(): void
}

/** How an icon that crashed comes back. */
const restart = { firstMs: 250, maxMs: 30_000, goodAfterMs: 60_000 }
/** Crashes in a row after which it does not. */
const maxCrashes = 8

/**
 * Starts `streams tray` for a host of this process, where the session has a message bus; undefined where it has none. One that crashes is
 * started again.
 */
export function startTray(
  dataDir: string,
  { environment }: CommandContext,
  onMessage: (message: TrayMessage) => void,
): TrayProcess | undefined {
  const program = process.argv[1]
  if (process.platform !== 'linux' || !environment.DBUS_SESSION_BUS_ADDRESS || program === undefined) return undefined
  let child: ChildProcess
  let crashes = 0
  let closed = false
  let timer: NodeJS.Timeout | undefined
  const start = (): void => {
    const startedMs = performance.now()
    let ends = false
    const one = spawn(process.execPath, [program, '--data', dataDir, 'tray', '--owned'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    child = one
    // A desktop without an icon is as good as any.
    one.on('error', () => undefined)
    one.on('message', (message: TrayMessage) => {
      if (message.kind === 'ending') ends = true
      else onMessage(message)
    })
    one.once('exit', () => {
      if (ends || closed) return
      if (performance.now() - startedMs >= restart.goodAfterMs) crashes = 0
      if (++crashes < maxCrashes) timer = setTimeout(start, restartDelayMs(restart, crashes)).unref()
    })
    // The host does not wait for it.
    one.unref()
    one.channel?.unref()
  }
  start()
  return {
    windowClosed: () => void (child.connected && child.send({ kind: 'window-closed' } satisfies TrayMessage)),
    close: () => {
      closed = true
      clearTimeout(timer)
      child.kill()
    },
  }
}
