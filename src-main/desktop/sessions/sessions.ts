import type { Logger } from '../../platform/logger.ts'
import type { SocketClient } from '../../platform/sockets.ts'
import type { RunningDisplay } from '../displays/display-server.ts'
import type { ClientMessage } from './client-message.ts'
import { DisplaySession } from './display-session.ts'

/** How long the process of a display waits for another viewer when the last one has left, ms. */
const lingerMs = 10_000

export interface SessionsOptions {
  readonly log: Logger
  readonly onSize: (id: string, width: number, height: number) => void
  readonly onViewers: (id: string) => void
}

/** One viewer's place in a session. */
export interface Seat {
  hear(message: ClientMessage): void
  leave(): void
}

/** Which displays are being shown. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #byDisplay = new Map<string, { readonly session: DisplaySession; readonly server: string; linger?: NodeJS.Timeout }>()

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  viewersOf(id: string): number {
    return this.#byDisplay.get(id)?.session.viewers ?? 0
  }

  join(id: string, display: RunningDisplay, client: SocketClient, raw: boolean): Seat {
    const known = this.#byDisplay.get(id)
    // A display that was started again is another one.
    if (known !== undefined && known.server !== display.server) void this.end(id, 'the display was started again')
    const { log, onSize, onViewers } = this.#options
    const entry = this.#byDisplay.get(id) ?? {
      server: display.server,
      session: new DisplaySession({ display, log, onSize: (width, height) => onSize(id, width, height) }),
    }
    this.#byDisplay.set(id, entry)
    clearTimeout(entry.linger)
    const viewer = entry.session.join(client, raw)
    onViewers(id)
    return {
      hear: (message) => entry.session.hear(viewer, message),
      leave: () => {
        entry.session.leave(viewer)
        onViewers(id)
        if (entry.session.viewers > 0 || this.#byDisplay.get(id) !== entry) return
        clearTimeout(entry.linger)
        entry.linger = setTimeout(() => void this.end(id, 'nobody looks'), lingerMs)
        entry.linger.unref()
      },
    }
  }

  /** Disconnects the viewers of a display. */
  async end(id: string, reason: string): Promise<void> {
    const entry = this.#byDisplay.get(id)
    if (entry === undefined) return
    this.#byDisplay.delete(id)
    clearTimeout(entry.linger)
    await entry.session.stop(reason)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#byDisplay.keys()].map((id) => this.end(id, 'the host stops')))
  }
}
