import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Principal } from '../../platform/principal.ts'
import { randomText } from '../../platform/random-id.ts'
import { repeat } from '../../platform/repeat.ts'
import type { SocketClient } from '../../platform/sockets.ts'
import type { RunningDisplay } from '../displays/display-server.ts'
import { type Right, type Rights, rightsFrom, sameRights } from '../rights/rights.ts'
import type { Attendee } from '../schemas/rights.ts'
import type { ClientMessage } from './client-message.ts'
import { DisplaySession } from './display-session.ts'

/** How long the process of a display waits for another viewer when the last one has left, ms. */
const lingerMs = 10_000
/** Between looks whether rights have expired, ms. */
const expiryMs = 1000

/** Somebody who opens displays. */
export interface Person {
  readonly name: string
  readonly principal: Principal
}

export interface SessionsOptions {
  readonly log: Logger
  /** What a person may do at a display now. */
  readonly rightsOf: (person: Person, display: string) => Rights
  readonly onSize: (id: string, width: number, height: number) => void
  readonly onViewers: (id: string) => void
}

export interface Joining {
  readonly running: RunningDisplay
  readonly client: SocketClient
  readonly person: Person
  /** What they are sent is not compressed. */
  readonly raw: boolean
}

/** One viewer's place in a session. */
export interface Seat {
  /** Whether they may do this now. */
  may(right: Right): boolean
  hear(message: ClientMessage): void
  leave(): void
}

interface Connection {
  readonly person: Person
  readonly client: SocketClient
  readonly viewer: number
  readonly since: string
  /** What this connection alone may do, where somebody changed it. */
  changed: Rights | undefined
  rights: Rights
}

interface ShownDisplay {
  readonly session: DisplaySession
  readonly server: string
  /** By the id that the API shows. */
  readonly connections: Map<string, Connection>
  linger?: NodeJS.Timeout
}

/** Which displays are being shown, to whom, and what each of them may do. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #byDisplay = new Map<string, ShownDisplay>()
  readonly #expiry: NodeJS.Timeout

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#expiry = repeat(expiryMs, () => this.refreshRights())
  }

  viewersOf(id: string): number {
    return this.#byDisplay.get(id)?.session.viewers ?? 0
  }

  /** Who is there, the first to come first. */
  attendees(id: string): readonly Attendee[] {
    return [...(this.#byDisplay.get(id)?.connections ?? [])].map(([connection, { person, rights, since }]) => ({
      id: connection,
      name: person.name,
      user: person.principal.id,
      rights: [...rights],
      since,
    }))
  }

  join(id: string, { running, client, person, raw }: Joining): Seat {
    const shown = this.#open(id, running)
    clearTimeout(shown.linger)
    const rights = this.#options.rightsOf(person, id)
    const viewer = shown.session.join(client, raw, rights)
    const connection: Connection = { person, client, viewer, since: new Date().toISOString(), changed: undefined, rights }
    const key = randomText(12)
    shown.connections.set(key, connection)
    // They may have been taken back while the display was started.
    if (rights.has('see')) sendRights(connection)
    else endRights(client)
    this.#options.onViewers(id)
    return {
      may: (right) => connection.rights.has(right),
      hear: (message) => shown.session.hear(viewer, message),
      leave: () => {
        shown.connections.delete(key)
        shown.session.leave(viewer)
        this.#options.onViewers(id)
        if (shown.session.viewers > 0 || this.#byDisplay.get(id) !== shown) return
        clearTimeout(shown.linger)
        shown.linger = setTimeout(() => void this.end(id, 'nobody looks'), lingerMs)
        shown.linger.unref()
      },
    }
  }

  /** Changes what one connection may do until it ends, or until its person's own rights change. Throws `desktop.attendee_not_found`. */
  changeRights(id: string, attendee: string, rights: readonly Right[]): void {
    const connection = this.#connection(id, attendee)
    connection.changed = rightsFrom(rights)
    this.#apply(id, connection)
  }

  /** Ends one connection. Throws `desktop.attendee_not_found`. */
  disconnect(id: string, attendee: string): void {
    endRights(this.#connection(id, attendee).client)
  }

  /** Applies what everybody may do now. @param granted rights of people changed: what was changed for one connection ends. */
  refreshRights(granted = false): void {
    for (const [id, { connections }] of this.#byDisplay) {
      for (const connection of connections.values()) {
        if (granted) connection.changed = undefined
        this.#apply(id, connection)
      }
    }
  }

  /** Disconnects the viewers of a display. */
  async end(id: string, reason: string): Promise<void> {
    const shown = this.#byDisplay.get(id)
    if (shown === undefined) return
    this.#byDisplay.delete(id)
    clearTimeout(shown.linger)
    await shown.session.stop(reason)
  }

  async stop(): Promise<void> {
    clearInterval(this.#expiry)
    await Promise.all([...this.#byDisplay.keys()].map((id) => this.end(id, 'the host stops')))
  }

  #open(id: string, display: RunningDisplay): ShownDisplay {
    const known = this.#byDisplay.get(id)
    if (known?.server === display.server) return known
    // A display that was started again is another one.
    if (known !== undefined) void this.end(id, 'the display was started again')
    const { log, onSize } = this.#options
    const session = new DisplaySession({ display, log, onSize: (width, height) => onSize(id, width, height) })
    const opened: ShownDisplay = { server: display.server, session, connections: new Map() }
    this.#byDisplay.set(id, opened)
    return opened
  }

  #apply(id: string, connection: Connection): void {
    const own = this.#options.rightsOf(connection.person, id)
    const rights = own.has('see') ? (connection.changed ?? own) : own
    if (sameRights(rights, connection.rights)) return
    connection.rights = rights
    this.#byDisplay.get(id)?.session.setRights(connection.viewer, rights)
    if (rights.has('see')) sendRights(connection)
    else endRights(connection.client)
    this.#options.onViewers(id)
  }

  #connection(id: string, attendee: string): Connection {
    const found = this.#byDisplay.get(id)?.connections.get(attendee)
    if (found === undefined) throw new AppError('desktop.attendee_not_found', `Nobody with the id "${attendee}" is at this display`)
    return found
  }
}

function sendRights({ client, rights }: Connection): void {
  client.send(JSON.stringify({ kind: 'rights', rights: [...rights] }))
}

function endRights(client: SocketClient): void {
  const { code, message } = new AppError('desktop.rights_ended')
  client.send(JSON.stringify({ kind: 'error', code, message }))
  client.close(4403, code)
}
