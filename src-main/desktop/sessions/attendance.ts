import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import { randomText } from '../../platform/random-id.ts'
import { mayAct, type Principal } from '../../platform/routes/principal.ts'
import type { SocketClient } from '../../platform/routes/sockets.ts'
import { Allowance } from '../../platform/timing/allowance.ts'
import type { PrintedDocument } from '../printing/printers.ts'
import { noRights, type Right, type Rights, rightsFrom, sameRights } from '../rights/rights.ts'
import type { RecordingMark } from '../schemas/recording.ts'
import type { Attendee } from '../schemas/rights.ts'
import type { ClientMessage } from './client-message.ts'
import { ControlTurn } from './control-turn.ts'

/** Orders of one connection at once, and how long until one more is taken, ms: see `isOrder`. */
const maxOrders = 20
const orderEveryMs = 500

/** Somebody who opens displays. */
export interface Person {
  readonly name: string
  readonly principal: Principal
}

export interface Joining {
  readonly client: SocketClient
  readonly person: Person
  /** What they are sent is not compressed. */
  readonly raw: boolean
}

/** Where what is shown on a display goes, besides to those who are there. */
export interface DisplayMarks {
  readonly recording: RecordingMark
  /** Name of the stream; null: it is not sent live. */
  readonly live: string | null
}

/** Who starts or stops the recording of a display. */
export interface RecordingActor {
  /** Principal id. */
  readonly id: string
  /** May end what a rule started. */
  readonly owns: boolean
  /** May hear the display: the recording has its audio. */
  readonly hears: boolean
}

/** One viewer's place at a display. */
export interface Seat {
  /** Whether they may do this now. */
  may(right: Right): boolean
  hear(message: ClientMessage): void
  /** They see the display as if they had just come: what was on its way to them does not arrive. */
  restart(raw: boolean): void
  leave(): void
}

/** What shows the display: see `display-session`. */
export interface ShowsDisplay {
  join(client: SocketClient, raw: boolean, rights: Rights): number
  setRights(viewer: number, rights: Rights): void
  hear(viewer: number, message: ClientMessage): void
  /** Answers the viewer's next number. */
  restart(viewer: number, raw: boolean): number
  leave(viewer: number): void
}

export interface AttendanceDependencies {
  readonly display: string
  readonly shows: ShowsDisplay
  /** What a person may do at this display now. */
  readonly rightsOf: (person: Person) => Rights
  readonly audit: Pick<AuditLog, 'record'>
  /** Whether the display is recorded, and as which stream it is sent live: everybody there sees it. */
  readonly marks: () => DisplayMarks
  /** Starts or stops the recording. Rejects with the reason where it cannot. */
  readonly record: (on: boolean, actor: RecordingActor) => Promise<unknown>
  /** Who is there, or what they may do, is different from before. */
  readonly onChange: () => void
  /** Somebody controls it, or nobody does any more. */
  readonly onControl: () => void
}

/** A guest who is at the display, as routes ask. */
export interface Visit {
  readonly person: Person
  readonly rights: Rights
}

interface Connection {
  readonly id: string
  /** Secret by which routes know a guest while they are connected; users sign in. */
  readonly visit: string | undefined
  readonly person: Person
  readonly client: SocketClient
  /** Of `ShowsDisplay`. */
  viewer: number
  readonly since: string
  /** What this connection may do where somebody changed it, for as long as the person's own rights are these. */
  changed: { readonly rights: Rights; readonly own: Rights } | undefined
  /** They were disconnected: they may do nothing, however long their side takes to close. */
  ended: boolean
  /** What is beyond is dropped. */
  readonly orders: Allowance
  /** The log says already that they turned their camera on. */
  filmed: boolean
  rights: Rights
  /** Of `rights`, what is passed on to the display: only one person controls it. */
  passed: Rights
}

type ControlMessage = Extract<ClientMessage, { readonly kind: 'control' }>

/** Those who are at one display: what each may do, and whose turn it is to control it. */
export class Attendance {
  readonly #dependencies: AttendanceDependencies
  readonly #connections = new Map<string, Connection>()
  readonly #turn = new ControlTurn(() => performance.now())
  #announced = '[]'
  /** As `#sendMarks` sends them. */
  readonly #announcedMarks = { recording: 'null', live: 'null' }
  #controlled = false

  constructor(dependencies: AttendanceDependencies) {
    this.#dependencies = dependencies
  }

  /** The first to come first. */
  list(): readonly Attendee[] {
    return [...this.#connections.values()].map(({ id, person: { name, principal }, rights, since }) => ({
      id,
      name,
      user: principal.id,
      rights: [...rights],
      controls: this.#turn.holder === principal.id,
      asks: this.#turn.asks(principal.id),
      since,
    }))
  }

  join({ client, person, raw }: Joining): Seat {
    const { shows, audit, display } = this.#dependencies
    const since = new Date().toISOString()
    const connection: Connection = {
      id: randomText(12),
      visit: person.principal.role === 'none' ? randomText(32) : undefined,
      person,
      client,
      viewer: shows.join(client, raw, noRights),
      since,
      changed: undefined,
      ended: false,
      orders: new Allowance(maxOrders, orderEveryMs),
      filmed: false,
      rights: noRights,
      passed: noRights,
    }
    this.#connections.set(connection.id, connection)
    const line = { actor: person.principal.id, sessionId: connection.id, data: { display } }
    audit.record({ kind: 'connect', message: `${person.name} opened a display`, ...line })
    this.refresh()
    // They may have been taken back while the display was started.
    if (!connection.rights.has('see')) endRights(client)
    return {
      may: (right) => connection.passed.has(right),
      hear: (message) => {
        if (isOrder(message) && !connection.orders.take()) return
        if (message.kind === 'control') this.#hand(connection, message)
        else if (message.kind === 'record') this.#record(connection, message.on)
        else {
          if (message.kind === 'camera' && message.on && !connection.filmed && connection.rights.has('camera')) {
            // Once: whoever turns it on and off all the time does not fill the log.
            connection.filmed = true
            audit.record({ kind: 'command', message: `${person.name} turned a camera on at a display`, ...line })
          }
          shows.hear(connection.viewer, message)
        }
      },
      restart: (raw) => {
        connection.viewer = shows.restart(connection.viewer, raw)
      },
      leave: () => {
        this.#connections.delete(connection.id)
        shows.leave(connection.viewer)
        audit.record({ kind: 'disconnect', message: `${person.name} left a display`, ...line })
        this.refresh()
      },
    }
  }

  /** The guest of that secret, with what they may do now; undefined for one who is not here, or was disconnected: their page asks for the next one. */
  visit(secret: string): Visit | undefined {
    return [...this.#connections.values()].find(({ visit, ended }) => visit === secret && !ended)
  }

  /** Somebody controls the display now. */
  get controlled(): boolean {
    return this.#turn.holder !== undefined
  }

  /** Somebody is there who may control it, whoever does. */
  get canBeControlled(): boolean {
    return [...this.#connections.values()].some(({ rights }) => rights.has('control'))
  }

  /** A program of the display printed a document: whoever controls it sees it, where they may have files of it. */
  printed({ name, path }: PrintedDocument): void {
    for (const { client, person, rights } of this.#connections.values()) {
      if (person.principal.id !== this.#turn.holder || !rights.has('files')) continue
      client.send(JSON.stringify({ kind: 'printed', name, path }))
    }
  }

  /** Whether it is recorded or sent live may be different from before. */
  announceMarks(): void {
    const marks = this.#dependencies.marks()
    for (const mark of ['recording', 'live'] as const) {
      const announced = JSON.stringify(marks[mark])
      if (announced === this.#announcedMarks[mark]) continue
      this.#announcedMarks[mark] = announced
      for (const { client, rights } of this.#connections.values()) if (rights.has('see')) sendMark(client, mark, marks)
    }
  }

  /** Changes what one connection may do until it ends, or until its person's own rights change. Throws `desktop.attendee_not_found`. */
  changeRights(attendee: string, rights: readonly Right[]): void {
    const connection = this.#connection(attendee)
    this.#change(connection, rightsFrom(rights))
    this.refresh()
  }

  /** Ends one connection. Throws `desktop.attendee_not_found`. */
  disconnect(attendee: string): void {
    this.#connection(attendee).ended = true
    this.refresh()
  }

  /** Applies what everybody may do now. */
  refresh(): void {
    const connections = [...this.#connections.values()]
    const before = connections.map(({ rights }) => rights)
    const present = new Map<string, boolean>()
    for (const connection of connections) {
      connection.rights = this.#rightsOf(connection)
      const { id } = connection.person.principal
      present.set(id, present.get(id) === true || connection.rights.has('control'))
    }
    this.#turn.settle(present)
    for (const [index, connection] of connections.entries()) {
      this.#pass(connection)
      if (sameRights(before[index] ?? noRights, connection.rights)) continue
      if (connection.rights.has('see')) {
        sendRights(connection)
        const marks = this.#dependencies.marks()
        for (const mark of ['recording', 'live'] as const) if (marks[mark] !== null) sendMark(connection.client, mark, marks)
      } else endRights(connection.client)
    }
    this.#announce(connections)
    if (this.#controlled === this.controlled) return
    this.#controlled = this.controlled
    this.#dependencies.onControl()
  }

  #rightsOf(connection: Connection): Rights {
    const own = this.#dependencies.rightsOf(connection.person)
    if (connection.changed !== undefined && !sameRights(connection.changed.own, own)) connection.changed = undefined
    return own.has('see') && !connection.ended ? (connection.changed?.rights ?? own) : noRights
  }

  #pass(connection: Connection): void {
    const { rights, viewer, person } = connection
    const passed = this.#turn.holder === person.principal.id ? rights : new Set([...rights].filter((right) => right !== 'control'))
    if (sameRights(passed, connection.passed)) return
    connection.passed = passed
    this.#dependencies.shows.setRights(viewer, passed)
  }

  #record({ person: { principal }, client, rights }: Connection, on: boolean): void {
    if (!rights.has('record')) return
    const actor = { id: principal.id, owns: mayAct(principal, 'admin'), hears: rights.has('audio') }
    this.#dependencies.record(on, actor).catch((error: unknown) => {
      const { code, message } = error instanceof AppError ? error : new AppError('internal')
      client.send(JSON.stringify({ kind: 'problem', code, message }))
    })
  }

  #hand(connection: Connection, { action, attendee }: ControlMessage): void {
    const { person } = connection
    const me = person.principal.id
    const owns = mayAct(person.principal, 'admin')
    const other = attendee === undefined ? undefined : this.#connections.get(attendee)
    if (action === 'ask') this.#turn.ask(me)
    else if (action === 'release') this.#turn.release(me)
    else if (action === 'take' && owns) this.#give(connection, connection)
    else if (other !== undefined && (owns || this.#turn.holder === me)) {
      if (action === 'reject') this.#turn.reject(other.person.principal.id)
      else if (action === 'give' && (owns || other.rights.has('control'))) this.#give(connection, other)
    }
    this.refresh()
  }

  #give(from: Connection, to: Connection): void {
    if (!to.rights.has('control')) this.#change(to, new Set([...to.rights, 'control']))
    this.#turn.give(to.person.principal.id)
    this.#dependencies.audit.record({
      kind: 'command',
      message: `${to.person.name} controls a display`,
      actor: from.person.principal.id,
      sessionId: to.id,
      data: { display: this.#dependencies.display },
    })
  }

  #change(connection: Connection, rights: Rights): void {
    connection.changed = { rights, own: this.#dependencies.rightsOf(connection.person) }
  }

  /** Everybody is shown who is there, and who controls. */
  #announce(connections: readonly Connection[]): void {
    const people = connections.map(({ id, rights, person: { name, principal } }) => ({
      id,
      name,
      guest: principal.role === 'none',
      may: rights.has('control'),
      controls: this.#turn.holder === principal.id,
      asks: this.#turn.asks(principal.id),
    }))
    const announced = JSON.stringify({ kind: 'people', people })
    if (announced === this.#announced) return
    this.#announced = announced
    for (const { client, rights } of connections) if (rights.has('see')) client.send(announced)
    this.#dependencies.onChange()
  }

  #connection(attendee: string): Connection {
    const found = this.#connections.get(attendee)
    if (found === undefined) throw new AppError('desktop.attendee_not_found', `Nobody with the id "${attendee}" is at this display`)
    return found
  }
}

/** A person asks for it now and then: it is said to everybody there, starts an encoder or a device, or replaces what others copied. */
function isOrder(message: ClientMessage): boolean {
  switch (message.kind) {
    case 'control':
    case 'record':
    case 'clipboard':
    case 'decoder':
    case 'quality':
      return true
    case 'listen':
    case 'microphone':
    case 'camera':
      // Whoever turns it off is always followed.
      return message.on
    default:
      return false
  }
}

function sendRights({ id, visit, client, rights }: Connection): void {
  client.send(JSON.stringify({ kind: 'rights', attendee: id, rights: [...rights], visit }))
}

function endRights(client: SocketClient): void {
  const { code, message } = new AppError('desktop.rights_ended')
  client.send(JSON.stringify({ kind: 'error', code, message }))
  client.close(4403, code)
}

function sendMark(client: SocketClient, mark: keyof DisplayMarks, marks: DisplayMarks): void {
  client.send(JSON.stringify({ kind: mark, [mark]: marks[mark] }))
}
