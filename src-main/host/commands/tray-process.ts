import { spawn } from 'node:child_process'
import type { CommandContext } from './context.ts'

/** What the icon's process and the host that started it tell each other. */
export type TrayMessage =
  /** A person chose "Quit". */
  | { readonly kind: 'quit' }
  /** A page of the host is to be shown, e.g. `/studio`. */
  | { readonly kind: 'open'; readonly path: string }
  /** To the icon: the last window was closed, and what is on air goes on. */
  | { readonly kind: 'window-closed' }

export interface TrayProcess {
  /** Says on the desktop that the program goes on without a window. */
  windowClosed(): void
  close(): void
}

/** Starts `streams tray` for a host of this process, where the session has a message bus; undefined where it has none. */
export function startTray(
  dataDir: string,
  { environment }: CommandContext,
  onMessage: (message: TrayMessage) => void,
): TrayProcess | undefined {
  const program = process.argv[1]
  if (process.platform !== 'linux' || !environment.DBUS_SESSION_BUS_ADDRESS || program === undefined) return undefined
  const child = spawn(process.execPath, [program, '--data', dataDir, 'tray', '--owned'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  // A desktop without an icon is as good as any.
  child.on('error', () => undefined)
  child.on('message', (message) => onMessage(message as TrayMessage))
  // The host does not wait for it.
  child.unref()
  child.channel?.unref()
  return {
    windowClosed: () => void (child.connected && child.send({ kind: 'window-closed' } satisfies TrayMessage)),
    close: () => void child.kill(),
  }
}
