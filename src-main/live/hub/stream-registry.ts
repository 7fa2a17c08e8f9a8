import type { LiveStream } from '../../media/live-stream.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Logger } from '../../platform/logger.ts'
import { randomText } from '../../platform/random-id.ts'
import type { SteadyClock } from '../../platform/steady-clock.ts'
import type { StreamLimits } from '../key-limits.ts'
import type { HealthWarning, Stream } from '../schemas.ts'
import { HealthMeter } from './health.ts'
import { durationOver, measuredOverLimit } from './limit-check.ts'
import { blankEntry, namesOf, type PublisherRole, type PublishKey, type StreamEntry, storedOf } from './live-publisher.ts'
import { StreamPublishers } from './managed-stream.ts'
import type { Publication, PublishRequest } from './publisher.ts'
import { laneOf } from './publisher-pair.ts'
import { SlateTurns } from './slate-publisher.ts'
import type { SlateSource } from './slate-show.ts'
import type { StreamDirectory, StreamStatus } from './stream.ts'
import { StreamPhases } from './stream-lifecycle.ts'
import { StreamRun } from './stream-run.ts'
import { nextPhase, stateOf } from './stream-state.ts'
import type { StoredStream, StreamStore } from './stream-store.ts'

/** How long an operator's "end" keeps encoders out that return by themselves, ms. */
const CLOSED_MS = 30_000

export interface StreamRegistryDependencies {
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
  /** ms since 1970. */
  readonly now: () => number
  /** Dates what players compare with each other. */
  readonly clock: SteadyClock
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** All streams of the host and their state machine. */
export class StreamRegistry implements StreamDirectory {
  readonly #dependencies: StreamRegistryDependencies
  readonly #byName = new Map<string, StreamEntry>()
  readonly #byId = new Map<string, StreamEntry>()
  readonly #listeners = new Set<(stream: LiveStream) => void>()
  readonly #publishers: StreamPublishers
  readonly #phases: StreamPhases
  readonly #slates: SlateTurns
  readonly #beginListeners = new Set<(entry: StreamEntry) => void>()

  private constructor(dependencies: StreamRegistryDependencies) {
    this.#dependencies = dependencies
    const began = (run: StreamRun): void => {
      for (const listener of this.#listeners) listener(run)
    }
    this.#slates = new SlateTurns({
      ...dependencies,
      slates: dependencies.slates,
      afterMs: dependencies.failover.slateAfterMs,
      announce: (entry, what) => this.#phases.announce(entry, what),
      began,
    })
    this.#phases = new StreamPhases({ ...dependencies, ending: (entry) => this.#slates.end(entry) })
    this.#publishers = new StreamPublishers({
      ...dependencies,
      entries: () => this.#byId.values(),
      phases: this.#phases,
      slates: this.#slates,
      began,
    })
  }

  /** Begins to look after publishers that fall silent. */
  watch(): void {
    this.#publishers.watch()
  }

  /** Reads what is known; streams that were live when the host went down wait for their publisher again. */
  static async open(dependencies: StreamRegistryDependencies): Promise<StreamRegistry> {
    const registry = new StreamRegistry(dependencies)
    for (const stored of await dependencies.store.all()) registry.#restore(stored)
    return registry
  }

  /** The host before this one ended unexpectedly: shows the slates of streams that were live then. */
  resumeSlates(): void {
    for (const entry of this.#byId.values()) {
      if (!entry.wasLive || entry.phase !== 'pending') continue
      this.#slates.resume(entry, () => {
        const run = this.#newRun(entry)
        this.#phases.move(entry, 'slate', { message: `stream ${entry.name} waits with its slate` })
        return run
      })
    }
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

  /** Id of the stream of that name. */
  idOf(name: string): string | undefined {
    return this.#byName.get(name)?.id
  }

  /** A stream by id; undefined where there is none. */
  known(id: string): StreamEntry | undefined {
    return this.#byId.get(id)
  }

  find(name: string): LiveStream | undefined {
    const run = this.#byName.get(name)?.run
    return run?.state === 'active' ? run : undefined
  }

  status(name: string): StreamStatus | undefined {
    const entry = this.#byName.get(name)
    if (entry === undefined) return undefined
    return {
      state: stateOf(entry.phase),
      title: entry.title,
      ...(entry.phase === 'reconnecting' && entry.slate?.publication === undefined ? { reconnecting: true } : undefined),
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
      this.#phases.announce(entry, 'created')
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
    this.#phases.move(entry, 'start', { actor, message: `stream ${name} was started` })
    if (before === entry.phase) this.#phases.announce(entry, 'updated')
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
      this.#phases.announce(entry, 'created')
    }
    if (this.#dependencies.now() < entry.closedUntilMs) throw new AppError('publish.ended')
    const { role, previous } = laneOf(entry, key, request)
    if (previous !== undefined) this.#publishers.dismiss(entry, previous, new AppError('publish.taken_over'))
    if (entry.publisher !== undefined) return this.#publishers.standBy(entry, entry.publisher, role, key, request)
    const run = entry.run?.state === 'active' ? entry.run : this.#newRun(entry)
    return this.#publishers.takeAir(entry, run, role, key, request, previous !== undefined)
  }

  /** Counts bytes that went out to viewers. */
  addBytesOut(streamId: string, bytes: number): void {
    const meter = this.#byId.get(streamId)?.meter
    if (meter !== undefined) meter.bytesOut += bytes
  }

  rename(entry: StreamEntry, title: string, actor: string): void {
    entry.title = title
    this.#dependencies.store.save(storedOf(entry))
    this.#phases.announce(entry, 'updated')
    this.#dependencies.audit.record({ kind: 'command', message: `stream ${entry.name} got the title "${title}"`, ...namesOf(entry), actor })
  }

  /** Disconnects the publisher; it may return. Throws `stream.not_live`. */
  kick(entry: StreamEntry, actor: string): void {
    const { publisher } = entry
    if (publisher === undefined) throw new AppError('stream.not_live', 'Nobody publishes to this stream')
    this.#dependencies.audit.record({ kind: 'command', message: `the publisher of ${entry.name} was kicked`, ...namesOf(entry), actor })
    this.#publishers.dismiss(entry, publisher, new AppError('publish.kicked'))
    this.#publishers.lose(entry, undefined)
  }

  /** Ends the stream and disconnects the publisher; encoders that return by themselves are refused for a while. */
  end(entry: StreamEntry, actor: string): void {
    this.#publishers.dismissAll(entry, new AppError('publish.ended'))
    entry.closedUntilMs = this.#dependencies.now() + CLOSED_MS
    this.#phases.finish(entry, 'end', { message: `stream ${entry.name} was ended`, actor })
  }

  /** Ends the stream because its source within the host was stopped: unlike `end`, others may publish to it at once. */
  conclude(entry: StreamEntry): void {
    if (stateOf(entry.phase) !== 'active') return
    this.#publishers.dismissAll(entry, new AppError('publish.ended'))
    this.#phases.finish(entry, 'unpublish', { message: `stream ${entry.name} ended: its source was stopped` })
  }

  /** Forgets a stream that is not live. Throws `request.conflict`. */
  remove(entry: StreamEntry, actor: string): void {
    if (stateOf(entry.phase) === 'active') throw new AppError('request.conflict', 'End the stream first')
    clearTimeout(entry.timer)
    this.#byId.delete(entry.id)
    this.#byName.delete(entry.name)
    this.#dependencies.store.remove(entry.id)
    this.#phases.announce(entry, 'removed')
    this.#dependencies.audit.record({ kind: 'command', message: `stream ${entry.name} was deleted`, ...namesOf(entry), actor })
  }

  /** A key is no longer good: whoever publishes with it is sent away, its stream waits for another. */
  withdraw(keyId: string, reason: AppError): void {
    for (const entry of this.#byId.values()) {
      const { publisher, standby } = entry
      if (standby?.keyId === keyId) this.#publishers.dismiss(entry, standby, reason)
      if (publisher?.keyId !== keyId) continue
      this.#publishers.dismiss(entry, publisher, reason)
      this.#publishers.lose(entry, undefined)
    }
  }

  /**
   * Puts the publisher that is held ready on air by an operator's word; where `to` is on air already, nothing happens.
   * Throws `publish.no_standby`.
   */
  switchOver(entry: StreamEntry, to: PublisherRole | undefined, actor: string): void {
    if (to !== undefined && entry.publisher?.role === to) return
    const { standby } = entry
    if (standby === undefined || !this.#publishers.switchOver(entry)) throw new AppError('publish.no_standby')
    entry.keptByHand = standby.role === 'backup'
    this.#dependencies.audit.record({
      kind: 'command',
      message: `${entry.name} was switched to its ${standby.role}`,
      ...namesOf(entry),
      actor,
    })
    this.#phases.announce(entry, 'updated')
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
    this.#phases.announce(entry, 'updated')
  }

  /** Sends away who sends more than its key allows, and ends what has lasted too long. Each second. */
  enforceLimits(): void {
    const nowMs = this.#dependencies.now()
    for (const entry of this.#byId.values()) {
      const { publisher, standby } = entry
      if (publisher === undefined) continue
      const { limits } = publisher.key
      if (durationOver(limits, Date.parse(entry.startedAt ?? publisher.connectedAt), nowMs)) {
        const minutes = limits.maxDurationMinutes
        const reason = new AppError('publish.over_limit', `The stream has lasted the ${minutes} minutes that its key allows`)
        this.#publishers.dismissAll(entry, reason)
        entry.closedUntilMs = nowMs + CLOSED_MS
        this.#phases.finish(entry, 'unpublish', { message: `stream ${entry.name} ended: its key allows ${minutes} minutes` })
        continue
      }
      for (const each of [standby, publisher]) {
        if (each === undefined) continue
        const own = each.publication.meter.samples.filter((sample) => sample.timeMs > each.sinceMs + 1000)
        const over = measuredOverLimit(own, each.key)
        if (over !== undefined) this.#publishers.expel(entry, each, over)
      }
    }
  }

  /** Stops waiting and delivering. What is on disk stays as it is: a host that returns waits for its publishers. */
  stop(): void {
    this.#publishers.stop()
    for (const entry of this.#byId.values()) {
      clearTimeout(entry.timer)
      entry.timer = undefined
      entry.publisher?.publication.retire()
      entry.standby?.publication.retire()
      this.#slates.end(entry)
      entry.run?.end('ended')
    }
  }

  #restore(stored: StoredStream): void {
    const entry: StreamEntry = { ...blankEntry(stored.id, stored.name, stored.createdAt), ...stored }
    this.#byId.set(entry.id, entry)
    this.#byName.set(entry.name, entry)
    if (nextPhase(entry.phase, 'restart') === undefined) return
    entry.wasLive = true
    this.#phases.move(entry, 'restart', { message: `stream ${entry.name} was live when the host went down; it waits for its publisher` })
    this.#phases.wait(entry, this.#dependencies.reconnectWindowMs(), undefined)
  }

  #create(name: string): StreamEntry {
    const entry = blankEntry(`st_${randomText(12)}`, name, this.#time())
    this.#byId.set(entry.id, entry)
    this.#byName.set(name, entry)
    this.#dependencies.store.save(storedOf(entry))
    return entry
  }

  #newRun(entry: StreamEntry): StreamRun {
    const { now, monotonic, log, clock } = this.#dependencies
    const nowMs = now()
    // what is dated already keeps its clock: players know no other
    if (![...this.#byId.values()].some((each) => each.run?.state === 'active')) clock.realign()
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
    entry.keptByHand = false
    for (const listener of this.#beginListeners) listener(entry)
    return run
  }

  #time(): string {
    return new Date(this.#dependencies.now()).toISOString()
  }
}
