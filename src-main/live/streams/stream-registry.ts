import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Publication, PublishRequest } from '../ingest/publisher.ts'
import type { StreamLimits } from '../keys/key-limits.ts'
import { randomText } from '../random-id.ts'
import type { HealthWarning, Stream } from '../schemas.ts'
import { Failover } from './failover.ts'
import { HealthMeter } from './health.ts'
import { durationOver, measuredOverLimit, trackOverLimit } from './limit-check.ts'
import { createFaultTeller } from './publisher-faults.ts'
import { addressOf } from './remote-address.ts'
import { SlateShow, type SlateSource } from './slate-show.ts'
import type { LiveStream, StreamDirectory, StreamState } from './stream.ts'
import { blankEntry, type LivePublisher, type PublisherRole, type PublishKey, type StreamEntry, storedOf } from './stream-entry.ts'
import { StreamPublication } from './stream-publication.ts'
import { StreamRun } from './stream-run.ts'
import { nextPhase, type StreamCause, stateOf } from './stream-state.ts'
import type { StoredStream, StreamStore } from './stream-store.ts'

/** How long an operator's "end" keeps encoders out that return by themselves, ms. */
const CLOSED_MS = 30_000
/** A slate makes up for no more than this of what the timeline lacks, ms. */
const LONGEST_CATCH_UP_MS = 4000

export interface StreamRegistryNeeds {
  readonly store: StreamStore
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** The stream as events show it. */
  readonly describe: (entry: StreamEntry) => Stream
  readonly reconnectWindowMs: () => number
  /** When the backup takes over from a silent publisher, and the primary back, ms. */
  readonly failover: { readonly silenceMs: number; readonly returnMs: number; readonly slateAfterMs: number }
  /** What is shown while nobody publishes. */
  readonly slates?: SlateSource
  /** How long a stream is kept after its encoder said goodbye, ms: 0 ends it at once. */
  readonly keepAfterUnpublishMs?: number
  /** ms since 1970. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** All streams of the host and their state machine. */
export class StreamRegistry implements StreamDirectory {
  readonly #needs: StreamRegistryNeeds
  readonly #byName = new Map<string, StreamEntry>()
  readonly #byId = new Map<string, StreamEntry>()
  readonly #listeners = new Set<(stream: LiveStream) => void>()
  readonly #failover: Failover
  readonly #beginListeners = new Set<(entry: StreamEntry) => void>()

  private constructor(needs: StreamRegistryNeeds) {
    this.#needs = needs
    this.#failover = new Failover({
      entries: () => this.#byId.values(),
      events: needs.events,
      audit: needs.audit,
      monotonic: needs.monotonic,
      silenceMs: () => needs.failover.silenceMs,
      returnMs: () => needs.failover.returnMs,
      changed: (entry) => {
        this.#endSlate(entry)
        clearTimeout(entry.timer)
        entry.timer = undefined
        this.#move(entry, 'publish', { message: `stream ${entry.name} is live` })
      },
    })
  }

  /** Begins to look after publishers that fall silent. */
  watch(): void {
    this.#failover.start()
  }

  /** Reads what is known; streams that were live when the host went down wait for their publisher again. */
  static async open(needs: StreamRegistryNeeds): Promise<StreamRegistry> {
    const registry = new StreamRegistry(needs)
    for (const stored of await needs.store.all()) registry.#restore(stored)
    return registry
  }

  /** Every stream, oldest first. */
  list(): readonly StreamEntry[] {
    return [...this.#byId.values()]
  }

  /** A stream by id or name. Throws `stream.not_found`. */
  get(idOrName: string): StreamEntry {
    const entry = this.#byId.get(idOrName) ?? this.#byName.get(idOrName)
    if (entry === undefined) throw new AppError('stream.not_found')
    return entry
  }

  find(name: string): LiveStream | undefined {
    const run = this.#byName.get(name)?.run
    return run?.state === 'active' ? run : undefined
  }

  status(name: string): { state: StreamState; endedAtMs?: number; title?: string } | undefined {
    const entry = this.#byName.get(name)
    if (entry === undefined) return undefined
    return {
      state: stateOf(entry.phase),
      title: entry.title,
      ...(entry.endedAt === null ? undefined : { endedAtMs: Date.parse(entry.endedAt) }),
    }
  }

  onActive(listener: (stream: LiveStream) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls back when a stream begins a new run. */
  onRun(listener: (entry: StreamEntry) => void): () => void {
    this.#beginListeners.add(listener)
    return () => this.#beginListeners.delete(listener)
  }

  /** Makes a stream wait for its publisher; a live one is left as it is, an ended one may start again. */
  start(name: string, options: { title?: string; demo?: boolean }, actor: string): StreamEntry {
    let entry = this.#byName.get(name)
    if (entry === undefined) {
      entry = this.#create(name)
      this.#announce(entry, 'created')
    }
    entry.closedUntilMs = 0
    if (options.title !== undefined) entry.title = options.title
    if (options.demo !== undefined && entry.publisher === undefined) entry.demo = options.demo
    const before = entry.phase
    if (before === 'ended' || before === 'error') {
      entry.startedAt = null
      entry.endedAt = null
      entry.error = null
    }
    this.#move(entry, 'start', { actor, message: `stream ${name} was started` })
    if (before === entry.phase) this.#announce(entry, 'updated')
    return entry
  }

  /**
   * Lets a publisher in. Throws `publish.busy` where another is live and the key says refuse, `publish.ended` shortly
   * after an operator ended the stream.
   */
  open(key: PublishKey, request: PublishRequest): Publication {
    let entry = this.#byName.get(key.stream)
    if (entry === undefined) {
      entry = this.#create(key.stream)
      this.#announce(entry, 'created')
    }
    if (this.#needs.now() < entry.closedUntilMs) throw new AppError('publish.ended')
    const { role, previous } = admit(entry, key, request)
    if (previous !== undefined) this.#dismiss(entry, previous, new AppError('publish.taken_over'))
    if (entry.publisher !== undefined) return this.#standBy(entry, entry.publisher, role, key, request)
    clearTimeout(entry.timer)
    entry.timer = undefined
    const run = entry.run?.state === 'active' ? entry.run : this.#newRun(entry)
    const meter = entry.meter as HealthMeter
    // a slate goes on until the newcomer's first header
    if (entry.slate?.publication === undefined) this.#endSlate(entry)
    if (entry.originMs !== undefined && entry.slate === undefined) {
      run.newPublisher(previous === undefined ? 'reconnect' : 'takeover')
      meter.discontinuity()
    }
    const publication = this.#publication(entry, run, meter, request, true)
    entry.lastOnAir = publication
    entry.publisher = {
      role,
      goodSinceMs: this.#needs.monotonic(),
      request,
      keyId: key.id,
      key,
      sinceMs: this.#needs.now(),
      connectedAt: this.#time(),
      publication,
    }
    entry.error = null
    entry.endedAt = null
    entry.startedAt ??= this.#time()
    run.setReconnecting(false)
    this.#needs.audit.record({
      kind: 'publish',
      message: `${request.encoder || 'an encoder'} publishes to ${entry.name}`,
      streamId: entry.id,
      streamName: entry.name,
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      data: { protocol: request.protocol, keyId: key.id, epoch: run.epoch, role, takeover: previous !== undefined },
    })
    this.#move(entry, 'publish', { message: `stream ${entry.name} is live`, sessionId: request.sessionId })
    return publication
  }

  /** Counts bytes that went out to viewers. */
  addBytesOut(streamId: string, bytes: number): void {
    const meter = this.#byId.get(streamId)?.meter
    if (meter !== undefined) meter.bytesOut += bytes
  }

  rename(entry: StreamEntry, title: string, actor: string): void {
    entry.title = title
    this.#needs.store.save(storedOf(entry))
    this.#announce(entry, 'updated')
    this.#needs.audit.record({ kind: 'command', message: `stream ${entry.name} got the title "${title}"`, ...names(entry), actor })
  }

  /** Disconnects the publisher; it may return. Throws `stream.not_live`. */
  kick(entry: StreamEntry, actor: string): void {
    const { publisher } = entry
    if (publisher === undefined) throw new AppError('stream.not_live', 'Nobody publishes to this stream')
    this.#needs.audit.record({ kind: 'command', message: `the publisher of ${entry.name} was kicked`, ...names(entry), actor })
    this.#dismiss(entry, publisher, new AppError('publish.kicked'))
    this.#lose(entry, undefined)
  }

  /** Ends the stream and disconnects the publisher; encoders that return by themselves are refused for a while. */
  end(entry: StreamEntry, actor: string): void {
    this.#dismissAll(entry, new AppError('publish.ended'))
    entry.closedUntilMs = this.#needs.now() + CLOSED_MS
    this.#finish(entry, 'end', { message: `stream ${entry.name} was ended`, actor })
  }

  /** Ends the stream because its source within the host was stopped: unlike `end`, others may publish to it at once. */
  conclude(entry: StreamEntry): void {
    if (stateOf(entry.phase) !== 'active') return
    this.#dismissAll(entry, new AppError('publish.ended'))
    this.#finish(entry, 'unpublish', { message: `stream ${entry.name} ended: its source was stopped` })
  }

  /** Forgets a stream that is not live. Throws `request.conflict`. */
  remove(entry: StreamEntry, actor: string): void {
    if (stateOf(entry.phase) === 'active') throw new AppError('request.conflict', 'End the stream first')
    clearTimeout(entry.timer)
    this.#byId.delete(entry.id)
    this.#byName.delete(entry.name)
    this.#needs.store.remove(entry.id)
    this.#announce(entry, 'removed')
    this.#needs.audit.record({ kind: 'command', message: `stream ${entry.name} was forgotten`, ...names(entry), actor })
  }

  /** A key is no longer good: whoever publishes with it is sent away, its stream waits for another. */
  withdraw(keyId: string, reason: AppError): void {
    for (const entry of this.#byId.values()) {
      const { publisher, standby } = entry
      if (standby?.keyId === keyId) this.#dismiss(entry, standby, reason)
      if (publisher?.keyId !== keyId) continue
      this.#dismiss(entry, publisher, reason)
      this.#lose(entry, undefined)
    }
  }

  /**
   * Puts the publisher that is held ready on air by an operator's word; where `to` is on air already, nothing happens.
   * Throws `publish.no_standby`.
   */
  switchOver(entry: StreamEntry, to: PublisherRole | undefined, actor: string): void {
    if (to !== undefined && entry.publisher?.role === to) return
    const { standby } = entry
    if (standby === undefined || !this.#failover.switchOver(entry, 'command')) throw new AppError('publish.no_standby')
    entry.heldByHand = standby.role === 'backup'
    this.#needs.audit.record({ kind: 'command', message: `${entry.name} was switched to its ${standby.role}`, ...names(entry), actor })
    this.#announce(entry, 'updated')
  }

  /** A key's rules changed: they hold for whoever publishes with it from now on. */
  keyChanged(key: PublishKey): void {
    for (const { publisher, standby } of this.#byId.values()) {
      if (publisher?.keyId === key.id) publisher.key = key
      if (standby?.keyId === key.id) standby.key = key
    }
  }

  /** The limits that hold for a stream now; undefined while nobody publishes to it. */
  limitsOf(stream: { readonly id: string }): StreamLimits | undefined {
    return this.#byId.get(stream.id)?.publisher?.key
  }

  /** Puts a warning on a stream, or takes it away. */
  warn(stream: { readonly id: string }, code: HealthWarning['code'], message: string | undefined): void {
    const entry = this.#byId.get(stream.id)
    if (entry?.meter === undefined) return
    entry.meter.stand(code, message)
    this.#announce(entry, 'updated')
  }

  /** Sends away who sends more than its key allows, and ends what has lasted too long. Each second. */
  enforceLimits(): void {
    const nowMs = this.#needs.now()
    for (const entry of this.#byId.values()) {
      const { publisher, standby } = entry
      if (publisher === undefined) continue
      const { limits } = publisher.key
      if (durationOver(limits, Date.parse(entry.startedAt ?? publisher.connectedAt), nowMs)) {
        const minutes = limits.maxDurationMinutes
        const reason = new AppError('publish.over_limit', `The stream has lasted the ${minutes} minutes that its key allows`)
        this.#dismissAll(entry, reason)
        entry.closedUntilMs = nowMs + CLOSED_MS
        this.#finish(entry, 'unpublish', { message: `stream ${entry.name} ended: its key allows ${minutes} minutes` })
        continue
      }
      for (const each of [standby, publisher]) {
        if (each === undefined) continue
        const own = each.publication.meter.samples.filter((sample) => sample.timeMs > each.sinceMs + 1000)
        const over = measuredOverLimit(own, each.key)
        if (over !== undefined) this.#expel(entry, each, over)
      }
    }
  }

  /** Stops waiting and delivering. What is on disk stays as it is: a host that returns waits for its publishers. */
  stop(): void {
    this.#failover.stop()
    for (const entry of this.#byId.values()) {
      clearTimeout(entry.timer)
      entry.timer = undefined
      entry.publisher?.publication.retire()
      entry.standby?.publication.retire()
      this.#endSlate(entry)
      entry.run?.end('ended')
    }
  }

  #restore(stored: StoredStream): void {
    const entry: StreamEntry = { ...blankEntry(stored.id, stored.name, stored.createdAt), ...stored }
    this.#byId.set(entry.id, entry)
    this.#byName.set(entry.name, entry)
    if (nextPhase(entry.phase, 'restart') === undefined) return
    this.#move(entry, 'restart', { message: `stream ${entry.name} was live when the host went down; it waits for its publisher` })
    this.#wait(entry, this.#needs.reconnectWindowMs(), undefined)
  }

  #create(name: string): StreamEntry {
    const entry = blankEntry(`st_${randomText(12)}`, name, this.#time())
    this.#byId.set(entry.id, entry)
    this.#byName.set(name, entry)
    this.#needs.store.save(storedOf(entry))
    return entry
  }

  #newRun(entry: StreamEntry): StreamRun {
    const { now, monotonic, log } = this.#needs
    const nowMs = now()
    // the time keeps epochs of one name apart for ever, the random part keeps two hosts behind one cache apart
    const epoch = `${Math.floor(nowMs / 1000).toString(36)}${randomText(4)}`
    const run = new StreamRun({ id: entry.id, name: entry.name, epoch, log, nowMs })
    if (entry.phase !== 'pending') entry.startedAt = null
    entry.run = run
    entry.meter = new HealthMeter(monotonic())
    entry.metadata = {}
    entry.originMs = undefined
    entry.timelineEndMs = 0
    entry.lastOnAir = undefined
    entry.heldByHand = false
    for (const listener of this.#beginListeners) listener(entry)
    return run
  }

  #publication(entry: StreamEntry, run: StreamRun, meter: HealthMeter, request: PublishRequest, onAir: boolean): StreamPublication {
    const { now, monotonic } = this.#needs
    const publication = new StreamPublication({
      streamId: entry.id,
      streamName: entry.name,
      run,
      meter,
      monotonic,
      onAir,
      owner: {
        begin: (monotonicMs) => {
          this.#yieldSlate(entry)
          if (entry.originMs === undefined) {
            entry.originMs = monotonicMs
            run.originTimeMs = now()
            for (const listener of this.#listeners) listener(run)
            return { originMs: monotonicMs, startMs: 0, floorMs: 0 }
          }
          return { originMs: entry.originMs, startMs: monotonicMs - entry.originMs, floorMs: entry.timelineEndMs }
        },
        admits: (track) => {
          const publisher = holderOf(entry, publication)
          if (publication.onAir) this.#yieldSlate(entry)
          const over = publisher === undefined ? undefined : trackOverLimit(track, publisher.key)
          if (publisher !== undefined && over !== undefined) this.#expel(entry, publisher, over)
          return over === undefined
        },
        tracksChanged: () => this.#announce(entry, 'tracks'),
        metadataChanged: (metadata) => {
          if (!publication.onAir) return
          entry.metadata = metadata
          this.#announce(entry, 'updated')
        },
        fault: createFaultTeller(this.#needs, entry, request),
        closed: (how, reason) => {
          const publisher = holderOf(entry, publication)
          if (publisher === undefined) return
          const wasOnAir = publisher === entry.publisher
          this.#leave(entry, publisher, how, reason)
          if (!wasOnAir) this.#announce(entry, 'updated')
          else if (this.#failover.switchOver(entry, 'lost')) return
          else if (how === 'lost' || entry.standby !== undefined) this.#lose(entry, reason)
          else if ((this.#needs.keepAfterUnpublishMs ?? 0) > 0) {
            this.#move(entry, 'lost', { message: `the publisher of ${entry.name} said goodbye; the stream waits` })
            run.setReconnecting(true)
            this.#wait(entry, this.#needs.keepAfterUnpublishMs ?? 0, undefined)
          } else this.#finish(entry, 'unpublish', { message: `stream ${entry.name} ended: its publisher said goodbye` })
        },
      },
    })
    return publication
  }

  /** Sends a publisher away; the stream waits for a better one. */
  #expel(entry: StreamEntry, publisher: LivePublisher, reason: AppError): void {
    const wasOnAir = publisher === entry.publisher
    this.#dismiss(entry, publisher, reason)
    if (wasOnAir) this.#lose(entry, reason)
    else this.#announce(entry, 'updated')
  }

  #dismissAll(entry: StreamEntry, reason: AppError): void {
    if (entry.standby !== undefined) this.#dismiss(entry, entry.standby, reason)
    if (entry.publisher !== undefined) this.#dismiss(entry, entry.publisher, reason)
  }

  /** Holds a publisher ready beside the one on air. */
  #standBy(entry: StreamEntry, onAir: LivePublisher, role: PublisherRole, key: PublishKey, request: PublishRequest): StreamPublication {
    const publication = this.#publication(entry, entry.run as StreamRun, entry.meter as HealthMeter, request, false)
    entry.standby = {
      request,
      keyId: key.id,
      key,
      role,
      publication,
      sinceMs: this.#needs.now(),
      goodSinceMs: this.#needs.monotonic(),
      connectedAt: this.#time(),
    }
    if (role === 'primary') entry.heldByHand = false
    this.#needs.audit.record({
      kind: 'publish',
      message: `${request.encoder || 'an encoder'} publishes to ${entry.name} and is held ready as its ${role}`,
      ...names(entry),
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      data: { protocol: request.protocol, keyId: key.id, role, onAir: onAir.role },
    })
    this.#announce(entry, 'updated')
    return publication
  }

  /** Sends a publisher away; what becomes of the stream is the caller's business. */
  #dismiss(entry: StreamEntry, publisher: LivePublisher, reason: AppError): void {
    publisher.publication.retire()
    this.#leave(entry, publisher, 'dismissed', reason)
    publisher.request.disconnect(reason)
  }

  #leave(entry: StreamEntry, publisher: LivePublisher, how: 'unpublish' | 'lost' | 'dismissed', reason: AppError | undefined): void {
    if (entry.standby === publisher) entry.standby = undefined
    else entry.publisher = undefined
    entry.timelineEndMs = Math.max(entry.timelineEndMs, publisher.publication.endMs ?? 0)
    this.#needs.audit.record({
      kind: 'disconnect',
      message: reason?.message ?? (how === 'unpublish' ? 'the publisher said goodbye' : "the publisher's connection broke"),
      ...names(entry),
      sessionId: publisher.request.sessionId,
      remoteAddress: publisher.request.remoteAddress,
      ...(reason === undefined ? undefined : { code: reason.code }),
      data: { how, role: publisher.role, bytesIn: publisher.publication.meter.bytesIn },
    })
  }

  #lose(entry: StreamEntry, reason: AppError | undefined): void {
    if (this.#failover.switchOver(entry, 'lost')) return
    this.#move(entry, 'lost', { message: `stream ${entry.name} lost its publisher and waits for it`, code: reason?.code })
    entry.run?.setReconnecting(entry.slate?.publication === undefined)
    this.#wait(entry, this.#needs.reconnectWindowMs(), reason)
    this.#awaitSlate(entry)
  }

  /** Shows the stream's slate once nobody has come back for a moment. */
  #awaitSlate(entry: StreamEntry): void {
    const { slates, monotonic, now, failover } = this.#needs
    const { run, originMs } = entry
    const lasts = slates?.lasts(entry.name)
    if (slates === undefined || lasts === undefined || run === undefined || originMs === undefined || entry.slate !== undefined) return
    const frameRate = entry.meter?.latest?.frameRate || undefined
    const show = new SlateShow({
      loop: slates.prepare({ name: entry.name, title: entry.title, tracks: run.tracks, frameRate }),
      afterMs: failover.slateAfterMs,
      monotonic,
      begin: () => {
        const behindMs = Math.max(0, Math.min(LONGEST_CATCH_UP_MS, monotonic() - originMs - entry.timelineEndMs))
        const startMs = Math.max(entry.timelineEndMs, monotonic() - originMs - behindMs)
        const publication = new StreamPublication({
          streamId: entry.id,
          streamName: entry.name,
          run,
          // the slate's figures are nobody's health
          meter: new HealthMeter(monotonic()),
          monotonic,
          onAir: true,
          owner: {
            begin: () => ({ originMs, startMs, floorMs: entry.timelineEndMs }),
            admits: () => true,
            tracksChanged: () => this.#announce(entry, 'tracks'),
            metadataChanged: () => undefined,
            fault: () => undefined,
            closed: () => undefined,
          },
        })
        run.newPublisher('slate')
        run.setReconnecting(false)
        if (entry.slate !== undefined) entry.slate.publication = publication
        this.#needs.events.publish(
          'stream.failover',
          { from: null, to: 'slate', cause: 'lost', exact: false, gapMs: 0 },
          { stream: entry.id },
        )
        this.#needs.audit.record({ kind: 'state', message: `stream ${entry.name} shows its slate`, ...names(entry) })
        this.#announce(entry, 'updated')
        return { publication, behindMs }
      },
      failed: (error) => {
        const reason = error instanceof AppError ? error : new AppError('slate.unavailable', undefined, { cause: error })
        this.#needs.log.warn({ streamId: entry.id, code: reason.code, atMs: now() }, reason.message)
        this.#needs.audit.record({ kind: 'error', message: `no slate: ${reason.message}`, ...names(entry), code: reason.code })
        this.#needs.events.publish('stream.slate-failed', { code: reason.code, message: reason.message }, { stream: entry.id })
      },
    })
    entry.slate = { show, publication: undefined, lasts }
  }

  /** A publisher's headers are here: the slate leaves the air to it. */
  #yieldSlate(entry: StreamEntry): void {
    if (entry.slate === undefined) return
    this.#endSlate(entry)
    entry.run?.newPublisher('reconnect')
    entry.meter?.discontinuity()
  }

  /** Takes the slate off; whoever comes goes on behind it. */
  #endSlate(entry: StreamEntry): void {
    const { slate } = entry
    if (slate === undefined) return
    entry.slate = undefined
    slate.show.stop()
    slate.publication?.retire()
    entry.timelineEndMs = Math.max(entry.timelineEndMs, slate.publication?.endMs ?? 0)
  }

  #wait(entry: StreamEntry, ms: number, reason: AppError | undefined): void {
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => {
      entry.timer = undefined
      if (entry.slate?.lasts === 'unlimited') return
      // silence is an end like any other; bytes that could not be understood are an error
      const broken = reason?.code.startsWith('ingest.') === true && reason.code !== 'ingest.timeout'
      if (broken) entry.error = { code: reason.code, message: reason.message }
      this.#finish(entry, broken && entry.phase === 'reconnecting' ? 'failed' : 'window-over', {
        message: `stream ${entry.name} ended: no publisher came back within ${Math.round(ms / 1000)} s`,
      })
    }, ms)
    entry.timer.unref()
  }

  #finish(entry: StreamEntry, cause: StreamCause, line: { message: string; actor?: string }): void {
    clearTimeout(entry.timer)
    entry.timer = undefined
    this.#endSlate(entry)
    const phase = nextPhase(entry.phase, cause)
    if (phase === undefined) return
    if (phase !== entry.phase || entry.endedAt === null) entry.endedAt = this.#time()
    this.#move(entry, cause, line)
    entry.run?.end(phase === 'error' ? 'error' : 'ended')
  }

  #move(
    entry: StreamEntry,
    cause: StreamCause,
    line: { message: string; actor?: string; sessionId?: string; code?: string | undefined },
  ): void {
    const before = entry.phase
    const phase = nextPhase(before, cause)
    if (phase === undefined) return
    entry.phase = phase
    this.#needs.store.save(storedOf(entry))
    if (phase === before && cause !== 'publish') return
    this.#announce(entry, 'state')
    const { message, actor, sessionId, code } = line
    this.#needs.audit.record({
      kind: 'state',
      message,
      ...names(entry),
      ...(actor === undefined ? undefined : { actor }),
      ...(sessionId === undefined ? undefined : { sessionId }),
      ...(code === undefined ? undefined : { code }),
      data: { from: before, to: phase, cause },
    })
  }

  #announce(entry: StreamEntry, what: 'created' | 'state' | 'tracks' | 'updated' | 'removed'): void {
    this.#needs.events.publish(`stream.${what}`, this.#needs.describe(entry), { stream: entry.id })
  }

  #time(): string {
    return new Date(this.#needs.now()).toISOString()
  }
}

/** The lane that a newcomer takes, and who must leave it for that. Throws `publish.busy`. */
function admit(entry: StreamEntry, key: PublishKey, request: PublishRequest): { role: PublisherRole; previous: LivePublisher | undefined } {
  const role: PublisherRole = key.role === 'backup' || isYes(request.query.get('backup')) ? 'backup' : 'primary'
  const { publisher, standby } = entry
  const previous = publisher?.role === role ? publisher : standby?.role === role ? standby : undefined
  if (previous === undefined) return { role, previous }
  if (key.onSecondPublisher === 'backup' && role === 'primary' && standby === undefined) return { role: 'backup', previous: undefined }
  if (key.onSecondPublisher !== 'takeover') throw new AppError('publish.busy')
  if (key.sameAddressOnly && addressOf(previous.request.remoteAddress) !== addressOf(request.remoteAddress)) {
    throw new AppError('publish.busy', 'Another publisher is live on this key, from another address')
  }
  return { role, previous }
}

function isYes(value: string | undefined): boolean {
  return value === '1' || value === 'true' || value === 'yes'
}

/** Whose publication it is, on air or held ready; undefined once it was sent away. */
function holderOf({ publisher, standby }: StreamEntry, publication: StreamPublication): LivePublisher | undefined {
  if (publisher?.publication === publication) return publisher
  return standby?.publication === publication ? standby : undefined
}

function names(entry: StreamEntry): { streamId: string; streamName: string } {
  return { streamId: entry.id, streamName: entry.name }
}
