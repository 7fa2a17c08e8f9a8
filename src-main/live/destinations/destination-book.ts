import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import { randomText } from '../../platform/random-id.ts'
import type { LiveStream, StreamDirectory } from '../streams/stream.ts'
import { aimOf, checkAim } from './check-aim.ts'
import { keyHint } from './destination-address.ts'
import { type DestinationSecrets, DestinationSender, type DestinationSenderNeeds } from './destination-sender.ts'
import { type DestinationStore, type StoredDestination, sealKey } from './destination-store.ts'
import type { Destination, DestinationChanges, DestinationState, DestinationStatisticsEvent, NewDestination } from './schemas.ts'
import { templateOf } from './templates.ts'

export interface DestinationBookNeeds {
  readonly store: DestinationStore
  readonly secrets: SecretBox
  readonly streams: StreamDirectory
  readonly events: EventBus
  readonly audit: AuditLog
  readonly connect: DestinationSenderNeeds['connect']
  readonly viewOf: DestinationSenderNeeds['viewOf']
  /** Id of the stream of that name, where there is one: events and audit lines carry it. */
  readonly streamId: (name: string) => string | undefined
  /** ms since 1970. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
}

const mostOfStream = 50
/** Removed destinations that can be restored, and for how long, ms. */
const mostRemoved = 32
const restorableMs = 600_000

interface Held {
  stored: StoredDestination
  readonly sender: DestinationSender
}

/** All destinations of the host, and what sends to them. */
export class DestinationBook {
  readonly #needs: DestinationBookNeeds
  readonly #byId = new Map<string, Held>()
  readonly #removed = new Map<string, { readonly stored: StoredDestination; readonly atMs: number }>()

  private constructor(needs: DestinationBookNeeds) {
    this.#needs = needs
  }

  /** Reads them from the store; nothing is sent before a stream is live. */
  static async open(needs: DestinationBookNeeds): Promise<DestinationBook> {
    const book = new DestinationBook(needs)
    for (const stored of await needs.store.all()) book.#hold(stored)
    return book
  }

  /** Every destination, or those of one stream, oldest first. */
  list(stream?: string): readonly Destination[] {
    const list: Destination[] = []
    for (const held of this.#byId.values()) if (stream === undefined || held.stored.stream === stream) list.push(this.#describe(held))
    return list
  }

  get(stream: string, id: string): Destination {
    return this.#describe(this.#held(stream, id))
  }

  /** Adds one, and starts it where the stream is live and it is enabled. Rejects with `destination.*`. */
  async create(stream: string, request: NewDestination, actor: string): Promise<Destination> {
    let count = 0
    for (const { stored } of this.#byId.values()) if (stored.stream === stream) count++
    if (count >= mostOfStream) throw new AppError('destination.limit', `A stream has at most ${mostOfStream} destinations`)
    const template = templateOf(request.template)
    const key = (request.key ?? '').trim()
    const passphrase = request.passphrase ?? ''
    const stored: StoredDestination = {
      id: `dst_${randomText(12)}`,
      stream,
      label: request.label ?? template.name,
      ...checkAim(
        {
          template: template.id,
          url: request.url ?? template.servers[0]?.url ?? '',
          rendition: request.rendition ?? 'source',
          audioTrack: request.audioTrack ?? null,
          certificate: request.certificate ?? 'system',
          latencyMs: request.latencyMs ?? null,
        },
        { key, passphrase },
      ),
      sealedKey: sealKey(this.#needs.secrets, key),
      keyHint: keyHint(key),
      enabled: request.enabled ?? true,
      sealedPassphrase: sealKey(this.#needs.secrets, passphrase),
      createdAt: new Date(this.#needs.now()).toISOString(),
    }
    await this.#needs.store.save(stored)
    return this.#add(stored, actor, 'was added')
  }

  /** Changes one; it connects anew where what it sends, or where to, is another. */
  async change(stream: string, id: string, changes: DestinationChanges, actor: string): Promise<Destination> {
    const held = this.#held(stream, id)
    const { stored } = held
    const { key: newKey, passphrase: newPassphrase, label, enabled, ...aim } = changes
    const key = newKey === undefined ? this.#open(stored.sealedKey) : newKey.trim()
    const passphrase = newPassphrase ?? this.#open(stored.sealedPassphrase)
    const next: StoredDestination = {
      ...stored,
      ...(label === undefined ? {} : { label }),
      ...(enabled === undefined ? {} : { enabled }),
      ...checkAim({ ...aimOf(stored), ...aim }, { key, passphrase }),
      ...(newKey === undefined ? {} : { sealedKey: sealKey(this.#needs.secrets, key), keyHint: keyHint(key) }),
      ...(newPassphrase === undefined ? {} : { sealedPassphrase: sealKey(this.#needs.secrets, passphrase) }),
    }
    await this.#needs.store.save(next)
    held.stored = next
    const aimChanged = newKey !== undefined || newPassphrase !== undefined || JSON.stringify(aimOf(next)) !== JSON.stringify(aimOf(stored))
    const live = this.#needs.streams.find(stream)
    if (aimChanged && held.sender.running && live !== undefined) this.#start(held, live)
    this.#command(held, `destination ${next.label} was changed`, actor)
    return this.#tell('updated', held)
  }

  /** Stops and removes one; it can be restored for ten minutes. */
  async remove(stream: string, id: string, actor: string): Promise<void> {
    const held = this.#held(stream, id)
    await this.#needs.store.remove(id)
    this.#byId.delete(id)
    held.sender.stop()
    this.#removed.set(id, { stored: held.stored, atMs: this.#needs.now() })
    for (const oldest of this.#removed.keys()) {
      if (this.#removed.size <= mostRemoved) break
      this.#removed.delete(oldest)
    }
    this.#command(held, `destination ${held.stored.label} was removed`, actor)
    this.#tell('removed', held)
  }

  /** Brings a removed one back. Rejects with `destination.not_found` where it is too late. */
  async restore(stream: string, id: string, actor: string): Promise<Destination> {
    const removed = this.#removed.get(id)
    if (removed === undefined || removed.stored.stream !== stream || this.#needs.now() - removed.atMs > restorableMs) {
      throw new AppError('destination.not_found', 'No destination of that id was removed in the last ten minutes')
    }
    await this.#needs.store.save(removed.stored)
    this.#removed.delete(id)
    return this.#add(removed.stored, actor, 'was restored')
  }

  /** Begins to send. Throws `stream.not_live`. */
  start(stream: string, id: string, actor: string): Destination {
    const held = this.#held(stream, id)
    const live = this.#needs.streams.find(stream)
    if (live === undefined) throw new AppError('stream.not_live', 'The stream is not live: an enabled destination starts with it')
    this.#command(held, `destination ${held.stored.label} was started`, actor)
    if (!held.sender.running || held.sender.state === 'failed') this.#start(held, live)
    return this.#describe(held)
  }

  /** Ends sending until it is started again, or the stream begins anew. */
  stop(stream: string, id: string, actor: string): Destination {
    const held = this.#held(stream, id)
    this.#command(held, `destination ${held.stored.label} was stopped`, actor)
    held.sender.stop()
    return this.#describe(held)
  }

  /** Connects at once instead of at the next attempt. */
  retry(stream: string, id: string, actor: string): Destination {
    const held = this.#held(stream, id)
    this.#command(held, `destination ${held.stored.label} was told to try again`, actor)
    held.sender.retry()
    return this.#describe(held)
  }

  /** A stream went live: starts what is enabled. One that was added in this very moment sends already. */
  onActive(live: LiveStream): void {
    for (const held of this.#byId.values()) {
      const { stored, sender } = held
      if (stored.stream === live.name && stored.enabled && !sender.isFor(live)) this.#start(held, live)
    }
  }

  /** The stream was forgotten: so are its destinations, keys and all. */
  async forgetStream(name: string): Promise<void> {
    for (const [id, held] of this.#byId) {
      if (held.stored.stream !== name) continue
      held.sender.stop()
      this.#byId.delete(id)
      await this.#needs.store.remove(id)
      this.#tell('removed', held)
    }
    for (const [id, { stored }] of this.#removed) if (stored.stream === name) this.#removed.delete(id)
  }

  /** Once a second. */
  tick(): void {
    for (const held of this.#byId.values()) {
      const { sender, stored } = held
      if (!sender.running) continue
      sender.tick()
      const data: DestinationStatisticsEvent = {
        id: stored.id,
        stream: stored.stream,
        timeMs: this.#needs.now(),
        statistics: sender.statistics(),
      }
      this.#needs.events.publish('destination.statistics', data, { ...this.#ofStream(stored.stream), volatile: true })
    }
    for (const [id, { atMs }] of this.#removed) if (this.#needs.now() - atMs > restorableMs) this.#removed.delete(id)
  }

  /** Ends everything. */
  stopAll(): void {
    for (const { sender } of this.#byId.values()) sender.stop()
  }

  #hold(stored: StoredDestination): Held {
    const { connect, viewOf, now, monotonic } = this.#needs
    const sender = new DestinationSender(stored, {
      connect,
      viewOf,
      now,
      monotonic,
      onState: (state, error) => this.#onState(held, state, error),
    })
    const held: Held = { stored, sender }
    this.#byId.set(stored.id, held)
    return held
  }

  #add(stored: StoredDestination, actor: string, verb: string): Destination {
    const held = this.#hold(stored)
    this.#command(held, `destination ${stored.label} ${verb}`, actor)
    const told = this.#tell('created', held)
    const live = this.#needs.streams.find(stored.stream)
    if (live === undefined || !stored.enabled) return told
    this.#start(held, live)
    return this.#describe(held)
  }

  #start(held: Held, live: LiveStream): void {
    const { sealedKey, sealedPassphrase } = held.stored
    let secrets: DestinationSecrets
    try {
      secrets = { key: this.#open(sealedKey), passphrase: this.#open(sealedPassphrase) }
    } catch (error) {
      held.sender.giveUp(live, error as AppError)
      return
    }
    held.sender.start(live, aimOf(held.stored), secrets)
  }

  #open(sealed: string | null): string {
    return sealed === null ? '' : this.#needs.secrets.open(sealed)
  }

  #held(stream: string, id: string): Held {
    const held = this.#byId.get(id)
    if (held === undefined || held.stored.stream !== stream) throw new AppError('destination.not_found')
    return held
  }

  #onState(held: Held, state: DestinationState, error: AppError | undefined): void {
    this.#tell('state', held)
    if (state === 'connecting') return
    const { id, label, stream } = held.stored
    this.#needs.audit.record({
      kind: error === undefined ? 'state' : 'error',
      message: `destination ${label} is ${state}${error === undefined ? '' : `: ${error.message}`}`,
      streamName: stream,
      ...this.#audited(stream),
      ...(error === undefined ? {} : { code: error.code }),
      data: { destinationId: id },
    })
  }

  #command(held: Held, message: string, actor: string): void {
    const { id, stream } = held.stored
    this.#needs.audit.record({
      kind: 'command',
      message,
      streamName: stream,
      ...this.#audited(stream),
      actor,
      data: { destinationId: id },
    })
  }

  #tell(what: 'created' | 'updated' | 'removed' | 'state', held: Held): Destination {
    const destination = this.#describe(held)
    this.#needs.events.publish(`destination.${what}`, destination, this.#ofStream(held.stored.stream))
    return destination
  }

  #ofStream(name: string): { stream?: string } {
    const id = this.#needs.streamId(name)
    return id === undefined ? {} : { stream: id }
  }

  #audited(name: string): { streamId?: string } {
    const id = this.#needs.streamId(name)
    return id === undefined ? {} : { streamId: id }
  }

  #describe({ stored, sender }: Held): Destination {
    const { sealedKey: _key, sealedPassphrase, ...shown } = stored
    const { error, nextAttemptMs } = sender
    return {
      ...shown,
      hasPassphrase: sealedPassphrase !== null,
      state: sender.state,
      stateSince: new Date(sender.stateSinceMs).toISOString(),
      error: error === undefined ? null : { code: error.code, message: error.message, remedy: error.remedy },
      nextAttemptAt: nextAttemptMs === undefined ? null : new Date(nextAttemptMs).toISOString(),
      statistics: sender.statistics(),
    }
  }
}
