import type { LiveStream } from '../../../media/live-stream.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { Logger } from '../../../platform/logger.ts'
import { type NetworkPolicy, urlProblem } from '../../../platform/outbound/network-policy.ts'
import { isMaskedUrl, originOf, wholeUrl } from '../../../platform/outbound/url-secrets.ts'
import { randomText } from '../../../platform/random-id.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import { readCertificateTrust } from './certificate-trust.ts'
import { aimOf, checkAim } from './check-aim.ts'
import {
  type DestinationAim,
  type DestinationSecrets,
  DestinationSender,
  type DestinationSenderDependencies,
} from './destination-sender.ts'
import { type DestinationStore, encryptKey, keepUrl, type StoredDestination } from './destination-store.ts'
import { keyHint } from './destination-url.ts'
import type { Destination, DestinationChanges, DestinationState, DestinationStatisticsEvent, NewDestination } from './schemas.ts'
import { templateOf } from './templates.ts'

export interface DestinationBookDependencies {
  readonly store: DestinationStore
  readonly secrets: SecretBox
  readonly streams: StreamDirectory
  /** True for a stream that was live when the host before this one was lost: what was done by hand still applies to it. */
  readonly resumes: (stream: string) => boolean
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** Where editors' URLs may lead, as it is now. */
  readonly network: () => NetworkPolicy
  readonly connect: DestinationSenderDependencies['connect']
  readonly viewOf: DestinationSenderDependencies['viewOf']
  /** Id of the stream of that name, if there is one: events and audit lines carry it. */
  readonly streamId: (name: string) => string | undefined
  /** ms since 1970. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
}

const maxOfStream = 50
/** Removed destinations that can be restored, and for how long, ms. */
const maxRemoved = 32
const restorableMs = 600_000

/** Who does something to a destination. */
export interface DestinationAuthor {
  /** Principal. */
  readonly actor: string
  /** The URLs that they name are limited to what editors may reach. */
  readonly limited: boolean
}

interface Kept {
  stored: StoredDestination
  readonly sender: DestinationSender
}

/** All destinations of the host, and what sends to them. */
export class DestinationBook {
  readonly #dependencies: DestinationBookDependencies
  readonly #byId = new Map<string, Kept>()
  /** Streams that a lost host had live, until they are back. */
  readonly #resuming = new Set<string>()
  readonly #removed = new Map<string, { readonly stored: StoredDestination; readonly atMs: number }>()

  private constructor(dependencies: DestinationBookDependencies) {
    this.#dependencies = dependencies
  }

  /** Reads them from the store; nothing is sent before a stream is live. */
  static async open(dependencies: DestinationBookDependencies): Promise<DestinationBook> {
    const book = new DestinationBook(dependencies)
    for (const stored of await dependencies.store.all()) {
      book.#hold(stored)
      if (dependencies.resumes(stored.stream)) book.#resuming.add(stored.stream)
    }
    return book
  }

  /** Every destination, or those of one stream, oldest first. */
  list(stream?: string): readonly Destination[] {
    const list: Destination[] = []
    for (const kept of this.#byId.values()) if (stream === undefined || kept.stored.stream === stream) list.push(this.#describe(kept))
    return list
  }

  get(stream: string, id: string): Destination {
    return this.#describe(this.#kept(stream, id))
  }

  /** Adds one, and starts it where the stream is live and it is enabled. Rejects with `destination.*`. */
  async create(stream: string, request: NewDestination, { actor, limited }: DestinationAuthor): Promise<Destination> {
    let count = 0
    for (const { stored } of this.#byId.values()) if (stored.stream === stream) count++
    if (count >= maxOfStream) throw new AppError('destination.limit', `A stream has at most ${maxOfStream} destinations`)
    const template = templateOf(request.template)
    const key = (request.key ?? '').trim()
    const passphrase = request.passphrase ?? ''
    const stored: StoredDestination = {
      id: `dst_${randomText(12)}`,
      stream,
      label: request.label ?? template.name,
      ...this.#checked(
        {
          template: template.id,
          url: wholeUrl(request.url ?? template.servers[0]?.url ?? ''),
          rendition: request.rendition ?? 'source',
          audioTrack: request.audioTrack ?? null,
          certificate: request.certificate ?? 'system',
          latencyMs: request.latencyMs ?? null,
          limited,
        },
        { key, passphrase },
      ),
      encryptedKey: encryptKey(this.#dependencies.secrets, key),
      keyHint: keyHint(key),
      enabled: request.enabled ?? true,
      byHand: null,
      encryptedPassphrase: encryptKey(this.#dependencies.secrets, passphrase),
      createdAt: new Date(this.#dependencies.now()).toISOString(),
    }
    this.#rejectUnreachable(this.#aim(stored))
    await this.#dependencies.store.save(stored)
    return this.#add(stored, actor, 'was added')
  }

  /** Changes one; it connects again where what it sends, or where to, is another. Rejects with `destination.*` and `secret.needed`. */
  async change(stream: string, id: string, changes: DestinationChanges, author: DestinationAuthor): Promise<Destination> {
    const kept = this.#kept(stream, id)
    const { stored } = kept
    const { key: newKey, passphrase: newPassphrase, label, enabled, url: newUrl, ...aim } = changes
    // one that cannot be opened any more is entered again
    const oldAim = newUrl === undefined || isMaskedUrl(newUrl) ? this.#aim(stored) : aimOf(stored)
    const url = newUrl === undefined ? oldAim.url : wholeUrl(newUrl, oldAim.url)
    const certificate = readCertificateTrust(aim.certificate ?? oldAim.certificate)
    rejectElsewhere(
      oldAim,
      { url, certificate },
      {
        key: newKey === undefined && stored.encryptedKey !== null,
        passphrase: newPassphrase === undefined && stored.encryptedPassphrase !== null,
      },
    )
    const key = newKey === undefined ? this.#open(stored.encryptedKey) : newKey.trim()
    const passphrase = newPassphrase ?? this.#open(stored.encryptedPassphrase)
    const next: StoredDestination = {
      ...stored,
      ...(label === undefined ? {} : { label }),
      ...(enabled === undefined ? {} : { enabled }),
      ...this.#checked({ ...oldAim, ...aim, url, limited: limitedAfter(oldAim, url, newUrl, author) }, { key, passphrase }),
      ...(newKey === undefined ? {} : { encryptedKey: encryptKey(this.#dependencies.secrets, key), keyHint: keyHint(key) }),
      ...(newPassphrase === undefined ? {} : { encryptedPassphrase: encryptKey(this.#dependencies.secrets, passphrase) }),
    }
    if (newUrl !== undefined) this.#rejectUnreachable(this.#aim(next))
    await this.#dependencies.store.save(next)
    // It may have been started or stopped meanwhile.
    kept.stored = { ...next, byHand: kept.stored.byHand }
    const aimChanged = newKey !== undefined || newPassphrase !== undefined || JSON.stringify(this.#aim(next)) !== JSON.stringify(oldAim)
    const live = this.#dependencies.streams.find(stream)
    if (aimChanged && kept.sender.running && live !== undefined) this.#start(kept, live)
    this.#command(kept, `destination ${next.label} was changed`, author.actor)
    return this.#notify('updated', kept)
  }

  /** Stops and removes one; it can be restored for ten minutes. */
  async remove(stream: string, id: string, actor: string): Promise<void> {
    const kept = this.#kept(stream, id)
    await this.#dependencies.store.remove(id)
    this.#byId.delete(id)
    kept.sender.stop()
    this.#removed.set(id, { stored: kept.stored, atMs: this.#dependencies.now() })
    for (const oldest of this.#removed.keys()) {
      if (this.#removed.size <= maxRemoved) break
      this.#removed.delete(oldest)
    }
    this.#command(kept, `destination ${kept.stored.label} was removed`, actor)
    this.#notify('removed', kept)
  }

  /** Brings a removed one back. Rejects with `destination.not_found` where it is too late. */
  async restore(stream: string, id: string, { actor, limited }: DestinationAuthor): Promise<Destination> {
    const removed = this.#removed.get(id)
    if (removed === undefined || removed.stored.stream !== stream || this.#dependencies.now() - removed.atMs > restorableMs) {
      throw new AppError('destination.not_found', 'No destination of that id was removed in the last ten minutes')
    }
    // Who brings a URL back answers for it, as who writes one does.
    const stored = { ...removed.stored, byHand: null, limited: limited || removed.stored.limited }
    this.#rejectUnreachable(this.#aim(stored))
    await this.#dependencies.store.save(stored)
    this.#removed.delete(id)
    return this.#add(stored, actor, 'was restored')
  }

  /** Starts to send. Rejects with `stream.not_live`. */
  async start(stream: string, id: string, actor: string): Promise<Destination> {
    const kept = this.#kept(stream, id)
    const live = this.#dependencies.streams.find(stream)
    if (live === undefined) throw new AppError('stream.not_live', 'The stream is not live: an enabled destination starts with it')
    this.#command(kept, `destination ${kept.stored.label} was started`, actor)
    if (!kept.sender.running || kept.sender.state === 'failed') this.#start(kept, live)
    await this.#keepByHand(kept, true)
    return this.#describe(kept)
  }

  /** Ends sending until it is started again, or the stream starts again. A host that is lost meanwhile does not start it when it is back. */
  async stop(stream: string, id: string, actor: string): Promise<Destination> {
    const kept = this.#kept(stream, id)
    this.#command(kept, `destination ${kept.stored.label} was stopped`, actor)
    kept.sender.stop()
    await this.#keepByHand(kept, false)
    return this.#describe(kept)
  }

  /** Connects at once instead of at the next attempt. */
  retry(stream: string, id: string, actor: string): Destination {
    const kept = this.#kept(stream, id)
    this.#command(kept, `destination ${kept.stored.label} was asked to try again`, actor)
    kept.sender.retry()
    return this.#describe(kept)
  }

  /** A stream went live: starts what is enabled, or what sent before the host was lost. One that was added in this very moment sends already. */
  onActive(live: LiveStream): void {
    const isBack = this.#resuming.delete(live.name)
    for (const kept of this.#byId.values()) {
      const { stored, sender } = kept
      if (stored.stream !== live.name) continue
      if (((isBack ? stored.byHand : null) ?? stored.enabled) && !sender.isFor(live)) this.#start(kept, live)
      if (isBack) continue
      this.#keepByHand(kept, null).catch((error: unknown) => this.#dependencies.log.error({ err: error }, 'a destination was not stored'))
    }
  }

  /** The stream was deleted: so are its destinations, keys and all. */
  async dropStream(name: string): Promise<void> {
    for (const [id, kept] of this.#byId) {
      if (kept.stored.stream !== name) continue
      kept.sender.stop()
      this.#byId.delete(id)
      await this.#dependencies.store.remove(id)
      this.#notify('removed', kept)
    }
    for (const [id, { stored }] of this.#removed) if (stored.stream === name) this.#removed.delete(id)
  }

  /** Once a second. */
  tick(): void {
    for (const kept of this.#byId.values()) {
      const { sender, stored } = kept
      if (!sender.running) continue
      sender.tick()
      const data: DestinationStatisticsEvent = {
        id: stored.id,
        stream: stored.stream,
        timeMs: this.#dependencies.now(),
        statistics: sender.statistics(),
      }
      this.#dependencies.events.publish('destination.statistics', data, { ...this.#ofStream(stored.stream), volatile: true })
    }
    for (const [id, { atMs }] of this.#removed) if (this.#dependencies.now() - atMs > restorableMs) this.#removed.delete(id)
  }

  /** Ends everything. */
  stopAll(): void {
    for (const { sender } of this.#byId.values()) sender.stop()
  }

  #hold(stored: StoredDestination): Kept {
    const { connect, viewOf, now, monotonic } = this.#dependencies
    const sender = new DestinationSender(stored, {
      connect,
      viewOf,
      now,
      monotonic,
      onState: (state, error) => this.#onState(kept, state, error),
    })
    const kept: Kept = { stored, sender }
    this.#byId.set(stored.id, kept)
    return kept
  }

  #add(stored: StoredDestination, actor: string, verb: string): Destination {
    const kept = this.#hold(stored)
    this.#command(kept, `destination ${stored.label} ${verb}`, actor)
    const reported = this.#notify('created', kept)
    const live = this.#dependencies.streams.find(stored.stream)
    if (live === undefined || !stored.enabled) return reported
    this.#start(kept, live)
    return this.#describe(kept)
  }

  async #keepByHand(kept: Kept, byHand: boolean | null): Promise<void> {
    if (kept.stored.byHand === byHand) return
    kept.stored = { ...kept.stored, byHand }
    await this.#dependencies.store.saveByHand(kept.stored.id, byHand)
  }

  #start(kept: Kept, live: LiveStream): void {
    const { encryptedKey, encryptedPassphrase } = kept.stored
    let aim: DestinationAim
    let secrets: DestinationSecrets
    try {
      aim = this.#aim(kept.stored)
      secrets = { key: this.#open(encryptedKey), passphrase: this.#open(encryptedPassphrase) }
    } catch (error) {
      kept.sender.giveUp(live, error as AppError)
      return
    }
    kept.sender.start(live, aim, secrets)
  }

  /** Where and what one sends, its URL whole. Throws `secret.unreadable`. */
  #aim(stored: StoredDestination): DestinationAim {
    return { ...aimOf(stored), url: stored.encryptedUrl === null ? stored.url : this.#open(stored.encryptedUrl) }
  }

  /** The request, checked and as it is stored. Throws `destination.address_invalid`. */
  #checked(asked: DestinationAim, secrets: DestinationSecrets): DestinationAim & Pick<StoredDestination, 'encryptedUrl'> {
    const aim = checkAim(asked, secrets)
    return { ...aim, ...keepUrl(this.#dependencies.secrets, aim.url, aim.template, secrets.key !== '') }
  }

  /** Throws `url.forbidden` where it says by itself that it leads to where its author may not. */
  #rejectUnreachable({ url, limited }: DestinationAim): void {
    const why = limited ? urlProblem(url, this.#dependencies.network()) : undefined
    if (why !== undefined) throw new AppError('url.forbidden', why)
  }

  #open(encrypted: string | null): string {
    return encrypted === null ? '' : this.#dependencies.secrets.open(encrypted)
  }

  #kept(stream: string, id: string): Kept {
    const kept = this.#byId.get(id)
    if (kept === undefined || kept.stored.stream !== stream) throw new AppError('destination.not_found')
    return kept
  }

  #onState(kept: Kept, state: DestinationState, error: AppError | undefined): void {
    this.#notify('state', kept)
    if (state === 'connecting') return
    const { id, label, stream } = kept.stored
    this.#dependencies.audit.record({
      kind: error === undefined ? 'state' : 'error',
      message: `destination ${label} is ${state}${error === undefined ? '' : `: ${error.message}`}`,
      streamName: stream,
      ...this.#audited(stream),
      ...(error === undefined ? {} : { code: error.code }),
      data: { destinationId: id },
    })
  }

  #command(kept: Kept, message: string, actor: string): void {
    const { id, stream } = kept.stored
    this.#dependencies.audit.record({
      kind: 'command',
      message,
      streamName: stream,
      ...this.#audited(stream),
      actor,
      data: { destinationId: id },
    })
  }

  #notify(what: 'created' | 'updated' | 'removed' | 'state', kept: Kept): Destination {
    const destination = this.#describe(kept)
    this.#dependencies.events.publish(`destination.${what}`, destination, this.#ofStream(kept.stored.stream))
    return destination
  }

  #ofStream(name: string): { stream?: string } {
    const id = this.#dependencies.streamId(name)
    return id === undefined ? {} : { stream: id }
  }

  #audited(name: string): { streamId?: string } {
    const id = this.#dependencies.streamId(name)
    return id === undefined ? {} : { streamId: id }
  }

  #describe({ stored, sender }: Kept): Destination {
    const { encryptedKey: _key, encryptedUrl: _url, encryptedPassphrase, limited: _limited, byHand: _byHand, ...shown } = stored
    const { error, nextAttemptMs } = sender
    return {
      ...shown,
      hasPassphrase: encryptedPassphrase !== null,
      state: sender.state,
      stateSince: new Date(sender.stateSinceMs).toISOString(),
      error: error === undefined ? null : { code: error.code, message: error.message, remedy: error.remedy },
      nextAttemptAt: nextAttemptMs === undefined ? null : new Date(nextAttemptMs).toISOString(),
      statistics: sender.statistics(),
    }
  }
}

/** A URL belongs to its last author: an admin who sends an editor's URL again is responsible for it, an editor for what they changed. */
function limitedAfter(before: DestinationAim, url: string, sent: string | undefined, author: DestinationAuthor): boolean {
  if (sent === undefined) return before.limited
  return author.limited && (before.limited || url !== before.url)
}

type Trusted = Pick<DestinationAim, 'url' | 'certificate'>

/**
 * Throws `secret.needed` where secrets that are kept would go to another server than the one that they were entered for, or to one that
 * shows another certificate. Changing back to this machine's certificate authorities needs no confirmation.
 */
function rejectElsewhere(before: Trusted, after: Trusted, kept: Readonly<Record<string, boolean>>): void {
  const fields = Object.keys(kept).filter((name) => kept[name])
  const moved = originOf(before.url) !== originOf(after.url)
  const trusts = after.certificate !== 'system' && after.certificate !== before.certificate
  if (fields.length === 0 || (!moved && !trusts)) return
  const entered = `The stored ${fields.join(' and ')} ${fields.length > 1 ? 'were' : 'was'} entered for`
  const message = moved
    ? `${entered} ${originOf(before.url)}, not for ${originOf(after.url)}`
    : `${entered} another certificate than "${after.certificate}"`
  throw new AppError('secret.needed', message, { details: { fields } })
}
