import Value from 'typebox/value'
import { WebSocket } from 'ws'
import { type FromShell, type Shell, ToShellSchema } from '../shell-messages.ts'

/** How long until a lost host is looked for again, ms. */
const retryMs = 1000
/** A shell is asked for little: longer messages are rejected, bytes. */
const maxBytes = 64 * 1024

export interface ShellLinkOptions {
  /** The host that runs now; throws if no host runs. */
  readonly findHost: () => { readonly url: string; readonly token?: string }
  readonly shell: Shell
  readonly signal: AbortSignal
  /** Leaves a host out that was lost: when it is back it is another one. */
  readonly onLost?: () => void
}

export interface ShellLink {
  /** The shell has changed. */
  changed(): void
  /** A person quit the program; false where no host listens. */
  quit(): boolean
}

/** Serves a host in another process with this desktop. */
export function openShellLink({ findHost, shell, signal, onLost }: ShellLinkOptions): ShellLink {
  let socket: WebSocket | undefined
  let timer: NodeJS.Timeout | undefined
  const say = (message: FromShell): boolean => {
    if (socket?.readyState !== WebSocket.OPEN) return false
    socket.send(JSON.stringify(message))
    return true
  }
  const later = (): void => {
    if (signal.aborted) return
    clearTimeout(timer)
    timer = setTimeout(connect, retryMs)
  }
  const handle = async (text: string): Promise<void> => {
    const order: unknown = JSON.parse(text)
    if (!Value.Check(ToShellSchema, order)) return
    const { number, command } = order
    try {
      const shown = await shell.run(command)
      say({ type: 'done', number, ...(shown && { shown }) })
    } catch (error) {
      say({ type: 'failed', number, problem: (error as Error).message.slice(0, 1000) })
    }
  }
  const connect = (): void => {
    let host: ReturnType<typeof findHost>
    try {
      host = findHost()
    } catch {
      later()
      return
    }
    const headers = host.token === undefined ? {} : { authorization: `Bearer ${host.token}` }
    const opened = new WebSocket(`${host.url.replace(/^http/, 'ws')}/api/v1/shell/session`, { headers, maxPayload: maxBytes })
    socket = opened
    let open = false
    opened.on('open', () => {
      open = true
      say({ type: 'state', state: shell.state() })
    })
    opened.on('message', (data) => void handle(String(data)).catch(() => undefined))
    opened.on('error', () => undefined)
    opened.on('close', () => {
      if (open) onLost?.()
      later()
    })
  }
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    socket?.close()
  })
  connect()
  return {
    changed: () => void say({ type: 'state', state: shell.state() }),
    quit: () => say({ type: 'quit' }),
  }
}
