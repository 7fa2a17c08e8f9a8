import type { StreamCarrier } from '../../../media/stream-carrier.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import { repeat } from '../../../platform/timing/repeat.ts'
import type { Collection } from '../../document/collection.ts'
import { sourcesOfGuest } from '../../document/guest-sources.ts'
import type { ShownSources, StudioEngine } from '../engine/studio-engine.ts'
import type { StateStore } from '../state-store.ts'
import { type Guest, type Invitation, readInvitations } from './guest-schemas.ts'

export interface GuestsDependencies {
  readonly carrier: Pick<StreamCarrier, 'invite' | 'reinvite' | 'disinvite' | 'guestKey'>
  readonly engine: Pick<StudioEngine, 'onEvent' | 'state'>
  readonly store: Pick<StateStore, 'get' | 'set'>
  readonly events: Pick<EventBus, 'publish' | 'subscribe'>
  readonly audit: Pick<AuditLog, 'record'>
  /** The open collection. */
  readonly collection: () => Collection | undefined
  /** ms since 1970. */
  readonly now: () => number
}

/** What a guest is sent of themselves and of the show. */
export interface GuestState {
  readonly label: string
  /** Name of the show; null while none is open. */
  readonly show: string | null
  readonly onAir: boolean
  readonly inPreview: boolean
  /** The studio has muted them. */
  readonly muted: boolean
  readonly talkedTo: boolean
  /** There is a program to see and hear. */
  readonly program: boolean
}

/** A guest's connection, as the list of guests sees it. */
export interface GuestConnection {
  readonly name: string
  readonly camera: boolean
  readonly microphone: boolean
  readonly receives: boolean
  onState(state: GuestState): void
  /** They are not to come back by themselves with `studio.guest_revoked`, `studio.guest_expired` and `studio.guest_elsewhere`. */
  onEnd(error: AppError): void
}

/** Invitations at a time, and guests who may be connected: each has a mix of their own. */
const maxInvitations = 50
export const maxConnected = 8
const checkMs = 5000

/** Guests of the studio: who is invited, who is there, who is on air. The one owner of that; everybody else follows its events. */
export class Guests {
  readonly #dependencies: GuestsDependencies
  #invitations: readonly Invitation[]
  readonly #connections = new Map<string, GuestConnection>()
  /** Guests whom each talker talks to. */
  readonly #talks = new Map<string, readonly string[]>()
  #shown: ShownSources = { program: [], preview: [] }
  /** What was published of each, as JSON. */
  readonly #published = new Map<string, string>()
  readonly #leave: readonly (() => void)[]
  readonly #timer: NodeJS.Timeout

  constructor(dependencies: GuestsDependencies) {
    this.#dependencies = dependencies
    this.#invitations = readInvitations(dependencies.store.get('guests'))
    for (const each of this.#invitations) this.#published.set(each.id, JSON.stringify(this.#view(each)))
    this.#leave = [
      dependencies.engine.onEvent((event) => {
        if (event.kind === 'shown') this.#shown = { program: event.program, preview: event.preview }
        else if (event.kind !== 'state') return
        else if (event.state !== 'running') this.#shown = { program: [], preview: [] }
        this.#refresh()
      }),
      dependencies.events.subscribe(({ topic }) => {
        if (topic === 'studio.changed' || topic === 'studio.opened' || topic === 'studio.closed') this.#refresh()
      }),
    ]
    this.#timer = repeat(checkMs, () => this.#refresh())
  }

  list(): readonly Guest[] {
    return this.#invitations.map((each) => this.#view(each))
  }

  /** Throws `studio.guest_not_found`. */
  get(id: string): Guest {
    return this.#view(this.#invitation(id))
  }

  /** Rejects with `studio.too_many_guests`. */
  async invite(label: string, minutes: number, actor: string): Promise<{ readonly guest: Guest; readonly key: string }> {
    const { carrier, audit, now } = this.#dependencies
    if (this.#invitations.length >= maxInvitations) {
      throw new AppError('studio.too_many_guests', `At most ${maxInvitations} invitations are open at a time`)
    }
    const { stream, keyId, key } = await carrier.invite(label)
    const createdAt = new Date(now()).toISOString()
    this.#keep([...this.#invitations, { id: stream, label, keyId, createdAt, expiresAt: this.#in(minutes) }])
    audit.record({ kind: 'command', message: `${label} was invited as a guest`, streamName: stream, actor })
    return { guest: this.get(stream), key }
  }

  /** Another link for the same guest: the one before does not open anything any more. Rejects with `studio.guest_not_found`. */
  async renew(id: string, minutes: number, actor: string): Promise<{ readonly guest: Guest; readonly key: string }> {
    const before = this.#invitation(id)
    const { keyId, key } = await this.#dependencies.carrier.reinvite(id, before.label, before.keyId)
    this.#end(id, new AppError('studio.guest_revoked'))
    this.#keep(this.#invitations.map((each) => (each.id === id ? { ...each, keyId, expiresAt: this.#in(minutes) } : each)))
    this.#dependencies.audit.record({ kind: 'command', message: `${before.label} has a new link`, streamName: id, actor })
    return { guest: this.get(id), key }
  }

  /** Rejects with `studio.guest_not_found`. */
  async remove(id: string, actor: string): Promise<void> {
    const { label, keyId } = this.#invitation(id)
    await this.#dependencies.carrier.disinvite(id, keyId)
    this.#end(id, new AppError('studio.guest_revoked'))
    this.#keep(this.#invitations.filter((each) => each.id !== id))
    this.#published.delete(id)
    this.#dependencies.events.publish('studio.guest.removed', { id })
    this.#dependencies.audit.record({ kind: 'command', message: `the invitation of ${label} was ended`, streamName: id, actor })
  }

  #record(kind: 'connect' | 'disconnect', id: string, message: string): void {
    this.#dependencies.audit.record({ kind, message, streamName: id })
  }

  /** Whose link this is. Throws `studio.guest_unknown`, `studio.guest_revoked`, `studio.guest_expired` and `studio.too_many_guests`. */
  admit(key: string): string {
    const known = this.#dependencies.carrier.guestKey(key)
    const invitation = known && this.#invitations.find(({ keyId }) => keyId === known.keyId)
    if (known === undefined) throw new AppError('studio.guest_unknown')
    // A key that was never a guest's is not one that was taken back.
    if (invitation === undefined) throw new AppError(known.isUsable ? 'studio.guest_unknown' : 'studio.guest_revoked')
    if (this.#isExpired(invitation)) throw new AppError('studio.guest_expired')
    if (!known.isUsable) throw new AppError('studio.guest_revoked')
    if (!this.#connections.has(invitation.id) && this.#connections.size >= maxConnected) {
      throw new AppError('studio.too_many_guests', `${maxConnected} guests are connected already`)
    }
    return invitation.id
  }

  /** A guest is there, in the place of an older connection of theirs. Returns what they call when they leave. */
  connect(id: string, connection: GuestConnection): () => void {
    const wasThere = this.#connections.has(id)
    this.#end(id, new AppError('studio.guest_elsewhere'))
    this.#connections.set(id, connection)
    if (!wasThere) this.#record('connect', id, `${this.#invitation(id).label} joined as a guest`)
    if (this.#invitation(id).came === true) this.#refresh()
    else this.#keep(this.#invitations.map((each) => (each.id === id ? { ...each, came: true } : each)))
    connection.onState(this.#stateFor(this.#invitation(id)))
    return () => {
      if (this.#connections.get(id) !== connection) return
      this.#connections.delete(id)
      this.#record('disconnect', id, `${this.#invitation(id).label}, a guest, left`)
      this.#refresh()
    }
  }

  /** Something of a connection is another: camera, microphone, whether it receives. */
  changed(): void {
    this.#refresh()
  }

  /** Whom somebody talks to; none, or null: they talk no more. Returns those who are there. */
  setTalk(talker: string, guests: readonly string[] | null): readonly string[] {
    const there = (guests ?? []).filter((id) => this.#connections.has(id))
    if (there.length === 0) this.#talks.delete(talker)
    else this.#talks.set(talker, there)
    this.#refresh()
    return there
  }

  /** Ids of the guests who are there. */
  get connected(): readonly string[] {
    return [...this.#connections.keys()]
  }

  stop(): void {
    clearInterval(this.#timer)
    for (const leave of this.#leave) leave()
  }

  #in(minutes: number): string {
    return new Date(this.#dependencies.now() + minutes * 60_000).toISOString()
  }

  #invitation(id: string): Invitation {
    const found = this.#invitations.find((each) => each.id === id)
    if (found === undefined) throw new AppError('studio.guest_not_found')
    return found
  }

  /** A link that is too old lets nobody in; who is in stays, and comes back after a moment without a network. */
  #isExpired({ id, expiresAt }: Invitation): boolean {
    return Date.parse(expiresAt) <= this.#dependencies.now() && !this.#connections.has(id)
  }

  #keep(invitations: readonly Invitation[]): void {
    this.#invitations = invitations
    this.#dependencies.store.set('guests', invitations)
    this.#refresh()
  }

  #end(id: string, error: AppError): void {
    const connection = this.#connections.get(id)
    this.#connections.delete(id)
    connection?.onEnd(error)
  }

  #sources(id: string): Collection['sources'] {
    const collection = this.#dependencies.collection()
    if (collection === undefined) return []
    const ids = sourcesOfGuest(collection, id)
    return collection.sources.filter((source) => ids.has(source.id))
  }

  #view(invitation: Invitation): Guest {
    const { id, label, createdAt, expiresAt } = invitation
    const connection = this.#connections.get(id)
    const sources = this.#sources(id)
    const isSeen = sources.some((source) => this.#shown.program.includes(source.id))
    const isHeard = sources.some(
      ({ audio }) => audio && !audio.muted && !audio.followsVideo && audio.monitoring !== 'only' && audio.tracks.length > 0,
    )
    const onAir = isSeen || isHeard
    const state = () => {
      if (connection !== undefined) return onAir ? 'on-air' : 'waiting'
      if (this.#isExpired(invitation)) return 'expired'
      return invitation.came === true ? 'away' : 'invited'
    }
    return {
      id,
      label,
      name: connection?.name ?? null,
      stream: id,
      state: state(),
      connected: connection !== undefined,
      onAir,
      inPreview: !isSeen && sources.some((source) => this.#shown.preview.includes(source.id)),
      source: sources[0]?.id ?? null,
      camera: connection?.camera ?? false,
      microphone: connection?.microphone ?? false,
      talkedTo: [...this.#talks.values()].some((guests) => guests.includes(id)),
      receives: connection?.receives ?? false,
      createdAt,
      expiresAt,
    }
  }

  #stateFor(invitation: Invitation): GuestState {
    const { label, onAir, inPreview, talkedTo } = this.#view(invitation)
    const sources = this.#sources(invitation.id)
    const show = this.#dependencies.collection()?.name ?? null
    return {
      label,
      show,
      onAir,
      inPreview,
      muted: sources.length > 0 && sources.every(({ audio }) => audio?.muted !== false),
      talkedTo,
      program: show !== null && this.#dependencies.engine.state === 'running',
    }
  }

  /** Publishes what is another than before, and sends it to the guests whom it is about. */
  #refresh(): void {
    for (const invitation of this.#invitations) {
      const guest = this.#view(invitation)
      const text = JSON.stringify(guest)
      if (this.#published.get(guest.id) !== text) {
        this.#published.set(guest.id, text)
        this.#dependencies.events.publish('studio.guest.updated', guest)
      }
      this.#connections.get(guest.id)?.onState(this.#stateFor(invitation))
    }
  }
}
