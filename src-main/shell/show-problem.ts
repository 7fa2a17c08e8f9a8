import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppError } from '../platform/errors.ts'
import { MessageBus } from '../platform/message-bus/message-bus.ts'
import { loadDBus } from '../platform/message-bus/native-bus.ts'
import { Notifications } from './linux/notifications.ts'
import { messagesFor } from './messages.ts'
import { openWindow } from './open-window.ts'

export interface ProblemPlace {
  readonly dataDir: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Shows a person why a click on a link, a file or the program's icon led to nothing: by a notification, else in a window. Resolves when it
 * is shown, or the window was closed; where neither can be, nothing is.
 */
export async function showProblem(error: unknown, { dataDir, env }: ProblemPlace): Promise<void> {
  const t = messagesFor(env)
  const { message, remedy, code } =
    error instanceof AppError ? error : { message: error instanceof Error ? error.message : String(error), remedy: '', code: '' }
  const title = code === 'link.invalid' ? t.linkInvalid : t.hostFailed
  const text = [message, remedy].filter((each) => each !== '').join('\n')
  if (!(await notify(t.product, title, text, env))) await showInWindow(title, text, dataDir, env)
}

async function notify(product: string, title: string, text: string, env: ProblemPlace['env']): Promise<boolean> {
  if (process.platform !== 'linux' || !env.DBUS_SESSION_BUS_ADDRESS) return false
  try {
    const bus = new MessageBus(loadDBus())
    try {
      const notifications = await Notifications.start(bus, product)
      return await notifications.notify({ key: 'problem', title, text, urgent: true, actions: [] })
    } finally {
      bus.close()
    }
  } catch {
    return false
  }
}

async function showInWindow(title: string, text: string, dataDir: string, env: ProblemPlace['env']): Promise<void> {
  const folder = join(dataDir, 'desktop')
  const file = join(folder, `message-${process.pid}.html`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(file, pageOf(title, text), { mode: 0o600, flag: 'w' })
    const placement = { bounds: { x: 80, y: 80, width: 480, height: 240 }, maximised: false, fullScreen: false }
    const look = { view: { kind: 'main' }, profile: 'window-message', placement } as const
    const window = await openWindow(pathToFileURL(file).href, look, { dataDir, env })
    if (window.kind !== 'none') await new Promise((resolve) => window.onClosed(resolve))
  } catch {
    // What is written to standard error is all that is left.
  } finally {
    rmSync(file, { force: true })
  }
}

/** A page of text that runs nothing. */
export function pageOf(title: string, text: string): string {
  const plain = (each: string): string => each.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  const policy = "default-src 'none'; style-src 'unsafe-inline'"
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>${plain(title)}</title>
<style>body{font:16px system-ui,sans-serif;margin:24px;color-scheme:light dark}p{white-space:pre-line;overflow-wrap:anywhere}</style>
<h3>${plain(title)}</h3><p>${plain(text)}</p>
`
}
