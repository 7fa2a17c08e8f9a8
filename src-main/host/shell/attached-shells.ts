import Value from 'typebox/value'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { SocketClient, SocketSession } from '../../platform/routes/sockets.ts'
import { FromShellSchema, type Shell, type ShellCommand, type ShellState, type Shown } from '../../shell/shell-messages.ts'

/** How long a shell may take to open a window, ms: a busy machine starts a browser slowly. */
const answerMs = 60_000
/** Commands that wait for a shell's answer. */
const maxWaiting = 50

interface Waiting {
  readonly done: (shown: Shown | undefined) => void
  readonly failed: (error: Error) => void
}

/** The desktop that shows windows for this host: that of the process that attached last. */
export class AttachedShells {
  readonly #events: EventBus
  readonly #shells: Shell[] = []
  #onQuit: (() => void) | undefined

  constructor(events: EventBus) {
    this.#events = events
  }

  /** True where this host ends when a person quits the desktop shell. */
  get endsWithShell(): boolean {
    return this.#onQuit !== undefined
  }

  /** This host was started for a desktop shell in another process: it is to end when a person quits that. */
  endWithShell(end: () => void): void {
    this.#onQuit = end
  }

  /** Undefined where no desktop is there. */
  state(): ShellState | undefined {
    return this.#shells.at(-1)?.state()
  }

  /** A shell is there. Returns what it calls when it has changed, and when it goes. */
  attach(shell: Shell): { readonly changed: () => void; readonly detach: () => void } {
    this.#shells.push(shell)
    this.#changed()
    return {
      changed: () => this.#changed(),
      detach: () => {
        const at = this.#shells.indexOf(shell)
        if (at < 0) return
        this.#shells.splice(at, 1)
        this.#changed()
      },
    }
  }

  /** Throws `shell.not_attached` and `shell.window_failed`. */
  async run(command: ShellCommand): Promise<Shown | undefined> {
    const shell = this.#shells.at(-1)
    if (shell === undefined) throw new AppError('shell.not_attached')
    try {
      return await shell.run(command)
    } catch (cause) {
      throw cause instanceof AppError ? cause : new AppError('shell.window_failed', (cause as Error).message, { cause })
    }
  }

  /** A shell in another process, over a WebSocket. */
  serve(client: SocketClient): SocketSession {
    let state: ShellState = { displays: [], windows: [] }
    let number = 0
    let attached: ReturnType<AttachedShells['attach']> | undefined
    const waiting = new Map<number, Waiting>()
    const attach = () => this.attach(shell)
    const quit = () => this.#onQuit?.()
    const shell: Shell = {
      state: () => state,
      run: (command) =>
        new Promise((done, failed) => {
          if (waiting.size >= maxWaiting) throw new Error('The desktop has too much to do')
          const mine = ++number
          const timer = setTimeout(() => settle(mine, ({ failed: fail }) => fail(new Error('The desktop does not answer'))), answerMs)
          timer.unref()
          waiting.set(mine, {
            done: (shown) => {
              clearTimeout(timer)
              done(shown)
            },
            failed: (error) => {
              clearTimeout(timer)
              failed(error)
            },
          })
          client.send(JSON.stringify({ number: mine, command }))
        }),
    }
    const settle = (of: number, how: (one: Waiting) => void): void => {
      const one = waiting.get(of)
      waiting.delete(of)
      if (one !== undefined) how(one)
    }
    return {
      onMessage(text) {
        const message = readMessage(text)
        if (!Value.Check(FromShellSchema, message)) {
          client.close(1008, 'unknown message')
          return
        }
        if (message.type === 'state') {
          state = message.state
          if (attached === undefined) attached = attach()
          else attached.changed()
        } else if (message.type === 'done') {
          const { shown } = message
          settle(message.number, ({ done }) => done(shown === 'raised' || shown === 'opened' ? shown : undefined))
        } else if (message.type === 'quit') quit()
        else settle(message.number, ({ failed }) => failed(new Error(message.problem)))
      },
      onClose: () => {
        attached?.detach()
        for (const of of [...waiting.keys()]) settle(of, ({ failed }) => failed(new Error('The desktop has gone')))
      },
    }
  }

  #changed(): void {
    this.#events.publish('shell.changed', { present: this.#shells.length > 0 })
  }
}

function readMessage(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
