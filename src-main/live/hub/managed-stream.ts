import type { LiveStream, StreamState } from '../../media/live-stream.ts'
import { AppError } from '../../platform/errors.ts'
import type { StreamLimits } from '../key-limits.ts'
import type { HealthWarning, Stream } from '../schemas.ts'
import { durationOver, publisherOverLimit } from './publishers/limit-check.ts'
import type { LivePublisher, PublisherRole, PublishKey } from './publishers/live-publisher.ts'
import type { Publication, PublishRequest } from './publishers/publisher.ts'
import { afterLoss, afterWait, type PublisherExit } from './publishers/publisher-loss.ts'
import type { SlateFor } from './publishers/slate/slate-show.ts'
import { StreamPublishers } from './publishers/stream-publishers.ts'
import { StreamReports } from './publishers/stream-reports.ts'
import type { StreamServices } from './publishers/stream-services.ts'
import type { StreamMetadata } from './run/current-run.ts'
import type { HealthMeter } from './run/health.ts'
import type { StreamRun } from './run/stream-run.ts'
import type { StreamStatus } from './stream.ts'
import { StreamLifecycle } from './stream-lifecycle.ts'
import { nextPhase, type StreamCause, type StreamPhase } from './stream-state.ts'
import type { StoredStream } from './stream-store.ts'

export interface ManagedStreamDependencies extends StreamServices {
  /** The stream as events show it. */
  readonly describe: (stream: ManagedStream) => Stream
}

/** Who listens for the runs of a stream. */
export interface RunListeners {
  /** A run is about to be created. */
  readonly beforeRun: () => void
  readonly onRun: (stream: ManagedStream) => void
  /** The first packet of a run is here: it can be subscribed to. */
  readonly onActive: (run: LiveStream) => void
}

/**
 * One stream: its phase, its publishers, its slate and its run. Only this class changes them; what it does when its publisher is lost is
 * decided in `publisher-loss`. Invariants: a publisher is on air if and only
 * if it is `active`; a pending, ended or failed stream has no publisher on air and no slate on air; an ended or failed one has no backup
 * ready, waits for no publisher, and its run has ended.
 */
export class ManagedStream {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  /** The host before this one ended while the stream was live. */
  readonly wasLive: boolean
  readonly #dependencies: ManagedStreamDependencies
  readonly #reports: StreamReports
  readonly #lifecycle: StreamLifecycle
  readonly #publishers: StreamPublishers

  constructor(stored: StoredStream, dependencies: ManagedStreamDependencies, listeners: RunListeners) {
    const { id, name, createdAt, phase } = stored
    this.id = id
    this.name = name
    this.createdAt = createdAt
    this.wasLive = nextPhase(phase, 'restart') !== undefined
    this.#dependencies = dependencies
    this.#reports = new StreamReports({ ...dependencies, id, name, describe: () => dependencies.describe(this) })
    this.#lifecycle = new StreamLifecycle(stored, { ...dependencies, reports: this.#reports })
    this.#publishers = new StreamPublishers({
      ...dependencies,
      id,
      name,
      reports: this.#reports,
      beforeRun: () => {
        listeners.beforeRun()
        if (this.phase !== 'pending') this.#lifecycle.change({ startedAt: null })
      },
      onRun: () => listeners.onRun(this),
      onActive: listeners.onActive,
      onAir: ({ request }) => this.#lifecycle.publish(request.sessionId),
      onClosed: (publisher, wasOnAir, how, reason) => this.#closed(publisher, wasOnAir, how, reason),
      onOverLimit: (publisher, reason) => this.#expel(publisher, reason),
      onTracks: (tracks) => {
        this.#lifecycle.change({ tracks })
        this.#lifecycle.save()
        this.#reports.announce('tracks')
      },
      onSlateFailed: () => this.#slateFailed(),
    })
  }

  get title(): string {
    return this.#lifecycle.stored.title
  }

  get phase(): StreamPhase {
    return this.#lifecycle.stored.phase
  }

  /** The phase as the API shows it. */
  get state(): StreamState {
    return this.#lifecycle.state
  }

  get error(): StoredStream['error'] {
    return this.#lifecycle.stored.error
  }

  get demo(): boolean {
    return this.#lifecycle.stored.demo
  }

  /** ISO 8601. */
  get startedAt(): string | null {
    return this.#lifecycle.stored.startedAt
  }

  /** ISO 8601. */
  get endedAt(): string | null {
    return this.#lifecycle.stored.endedAt
  }

  /** The present run, or the last one since the host started. */
  get run(): StreamRun | undefined {
    return this.#publishers.current?.run
  }

  /** Health of that run. */
  get meter(): HealthMeter | undefined {
    return this.#publishers.current?.meter
  }

  get metadata(): StreamMetadata {
    return this.#publishers.current?.metadata ?? {}
  }

  /** Who is on air. */
  get publisher(): LivePublisher | undefined {
    return this.#publishers.onAir
  }

  /** Who is connected too and kept ready. */
  get standby(): LivePublisher | undefined {
    return this.#publishers.standby
  }

  get slateOnAir(): boolean {
    return this.#publishers.slate.onAir
  }

  get status(): StreamStatus {
    return {
      state: this.state,
      title: this.title,
      ...(this.phase === 'reconnecting' && !this.slateOnAir ? { reconnecting: true } : undefined),
      ...(this.endedAt === null ? undefined : { endedAtMs: Date.parse(this.endedAt) }),
    }
  }

  /** Stores and announces a stream that is new. */
  created(): void {
    this.#lifecycle.save()
    this.#reports.announce('created')
  }

  /** A stream that was live when the host went down waits for its publisher again. */
  restore(): void {
    if (!this.wasLive) return
    this.#lifecycle.move('restart', { message: `stream ${this.name} was live when the host went down; it waits for its publisher` })
    this.#waitForPublisher(undefined)
  }

  /** Has the slate encoded that `resumeSlate` will show. */
  prepareSlate(): void {
    const wanted = this.#resumedSlate()
    if (wanted !== undefined) this.#publishers.slate.prepare(wanted)
  }

  #resumedSlate(): Omit<SlateFor, 'name'> | undefined {
    const { tracks } = this.#lifecycle.stored
    return this.wasLive && this.phase === 'pending' && tracks.length > 0 ? { title: this.title, tracks, frameRate: undefined } : undefined
  }

  /** The host before this one ended unexpectedly: shows the slate of a stream that was live then. */
  resumeSlate(): void {
    const wanted = this.#resumedSlate()
    if (wanted === undefined) return
    this.#publishers.slate.start(wanted, 0, () => {
      const current = this.#publishers.startRun()
      this.#lifecycle.move('slate', { message: `stream ${this.name} waits with its slate` })
      return current
    })
  }

  /** Makes the stream wait for its publisher; a live one is left as it is, an ended one may start again. */
  start(options: { title?: string; demo?: boolean }, actor: string): void {
    this.#lifecycle.reopen()
    const { title, demo } = options
    if (title !== undefined) this.#lifecycle.change({ title })
    if (demo !== undefined && this.publisher === undefined) this.#lifecycle.change({ demo })
    const before = this.phase
    if (before === 'ended' || before === 'error') this.#lifecycle.change({ startedAt: null, endedAt: null, error: null })
    this.#lifecycle.move('start', { actor, message: `stream ${this.name} was started` })
    if (before === this.phase) this.#reports.announce('updated')
  }

  /**
   * Connects a publisher. Throws `publish.busy` where another one is connected and the key does not let a second one in,
   * `publish.ended` shortly after an operator ended the stream.
   */
  open(key: PublishKey, request: PublishRequest): Publication {
    if (this.#lifecycle.closed) throw new AppError('publish.ended')
    return this.#publishers.connect(key, request)
  }

  rename(title: string, actor: string): void {
    this.#lifecycle.change({ title })
    this.#lifecycle.save()
    this.#reports.announce('updated')
    this.#reports.record({ kind: 'command', message: `stream ${this.name} got the title "${title}"`, actor })
  }

  /** Disconnects the publisher; it may return. Throws `stream.not_live`. */
  kick(actor: string): void {
    const { publisher } = this
    if (publisher === undefined) throw new AppError('stream.not_live', 'Nobody publishes to this stream')
    this.#reports.record({ kind: 'command', message: `the publisher of ${this.name} was kicked`, actor })
    this.#publishers.dismiss(publisher, new AppError('publish.kicked'))
    this.#lose(undefined)
  }

  /** Ends the stream and disconnects its publishers; encoders that return by themselves are rejected for a while. */
  end(actor: string): void {
    this.#publishers.dismissAll(new AppError('publish.ended'))
    this.#lifecycle.close()
    this.#finish('end', { message: `stream ${this.name} was ended`, actor })
  }

  /** Ends the stream because its source within the host was stopped: unlike `end`, others may publish to it at once. */
  conclude(): void {
    if (this.state !== 'active') return
    this.#publishers.dismissAll(new AppError('publish.ended'))
    this.#finish('unpublish', { message: `stream ${this.name} ended: its source was stopped` })
  }

  /** Reports that the stream, which is not live, was deleted, and what is stored of it with it. */
  remove(actor: string): void {
    if (this.state === 'active') throw new AppError('request.conflict', 'End the stream first')
    this.#lifecycle.stopWaiting()
    this.#publishers.slate.stop()
    this.#dependencies.store.remove(this.id)
    this.#reports.announce('removed')
    this.#reports.record({ kind: 'command', message: `stream ${this.name} was deleted`, actor })
  }

  /** A key is no longer valid: a publisher that uses it is disconnected, and the stream waits for another one. */
  withdraw(keyId: string, reason: AppError): void {
    for (const each of this.#publishers.all()) if (each.keyId === keyId) this.#expel(each, reason)
  }

  /** A key changed: that applies at once to a publisher that uses it. */
  keyChanged(key: PublishKey): void {
    for (const each of this.#publishers.all()) if (each.keyId === key.id) each.key = key
  }

  /**
   * Puts the publisher that is kept ready on air by an operator's command; where `to` is on air already, nothing happens.
   * Throws `publish.no_standby`.
   */
  switchOver(to: PublisherRole | undefined, actor: string): void {
    if (to !== undefined && this.publisher?.role === to) return
    const { standby } = this
    if (standby === undefined || !this.#publishers.switchOver('command')) throw new AppError('publish.no_standby')
    this.#publishers.keepByHand()
    this.#reports.record({ kind: 'command', message: `${this.name} was switched to its ${standby.role}`, actor })
    this.#reports.announce('updated')
  }

  /** The limits in force; undefined while there is no publisher. */
  get limits(): StreamLimits | undefined {
    return this.publisher?.key
  }

  /** Puts a warning on the stream, or takes it away. */
  warn(code: HealthWarning['code'], message: string | undefined): void {
    if (this.meter === undefined) return
    this.meter.stand(code, message)
    this.#reports.announce('updated')
  }

  /** Looks for publishers that fell silent or are good again. Some ten times a second. */
  checkFailover(): void {
    this.#publishers.checkFailover()
  }

  /** Disconnects who sends more than its key allows, and ends what has lasted too long. Each second. */
  enforceLimits(): void {
    const { publisher } = this
    if (publisher === undefined) return
    const { limits } = publisher.key
    if (durationOver(limits, Date.parse(this.startedAt ?? publisher.connectedAt), this.#dependencies.now())) {
      const minutes = limits.maxDurationMinutes
      this.#publishers.dismissAll(new AppError('publish.over_limit', `The stream has lasted the ${minutes} minutes that its key allows`))
      this.#lifecycle.close()
      this.#finish('unpublish', { message: `stream ${this.name} ended: its key allows ${minutes} minutes` })
      return
    }
    for (const each of this.#publishers.all()) {
      const over = publisherOverLimit(each)
      if (over !== undefined) this.#expel(each, over)
    }
  }

  /** The host stops: stops waiting and delivering. What is stored stays, so that the next host waits for the publishers. */
  stop(): void {
    this.#lifecycle.stopWaiting()
    this.#publishers.stop()
  }

  #closed(publisher: LivePublisher, wasOnAir: boolean, how: PublisherExit, reason: AppError | undefined): void {
    if (wasOnAir) this.#lose(reason, how, publisher.key.restartWindowMs)
    else this.#reports.announce('updated')
  }

  /** Disconnects a publisher; the stream waits for a better one. */
  #expel(publisher: LivePublisher, reason: AppError): void {
    const wasOnAir = publisher === this.publisher
    this.#publishers.dismiss(publisher, reason)
    if (wasOnAir) this.#lose(reason)
    else this.#reports.announce('updated')
  }

  /** No publisher is on air any more: carries out what `publisher-loss` decides. */
  #lose(reason: AppError | undefined, how: PublisherExit = 'lost', restartWindowMs = 0): void {
    const { reconnectWindowMs, failover } = this.#dependencies
    const { backupFirst, otherwise } = afterLoss({
      how,
      backup: this.standby !== undefined,
      restartWindowMs,
      reconnectWindowMs: reconnectWindowMs(),
      slateAfterMs: failover.slateAfterMs,
    })
    if (backupFirst && this.#publishers.switchOver('lost')) return
    if (otherwise.do === 'end') {
      this.#finish('unpublish', { message: `stream ${this.name} ended: its publisher said goodbye` })
      return
    }
    const { waitMs, slateAfterMs } = otherwise
    const what = backupFirst ? `stream ${this.name} lost its publisher and` : `the encoder of ${this.name} stopped; the stream`
    this.#lifecycle.move('lost', { message: `${what} waits for it`, code: reason?.code })
    const { current } = this.#publishers
    current?.run.setReconnecting(!this.slateOnAir)
    this.#waitForPublisher(reason, waitMs)
    if (slateAfterMs === undefined || current?.originMs === undefined) return
    const frameRate = current.meter.latest?.frameRate || undefined
    this.#publishers.slate.start({ title: this.title, tracks: this.#lifecycle.stored.tracks, frameRate }, slateAfterMs, () => current)
  }

  /** Ends the stream unless a publisher comes within `ms`; `reason` is why the last one left. */
  #waitForPublisher(reason: AppError | undefined, ms = this.#dependencies.reconnectWindowMs()): void {
    this.#lifecycle.wait(ms, () => {
      const next = afterWait(this.#publishers.slate.lasts, reason)
      if (next === 'stay') return
      if (next === 'fail' && reason) this.#lifecycle.change({ error: { code: reason.code, message: reason.message } })
      this.#publishers.dismissAll(new AppError('ingest.timeout', 'No keyframe arrived before the stream ended'))
      this.#finish(next === 'fail' && this.phase === 'reconnecting' ? 'failed' : 'window-over', {
        message: `stream ${this.name} ended: no publisher came back within ${Math.round(ms / 1000)} s`,
      })
    })
  }

  /** Without its slate a stream waits no longer than any other. */
  #slateFailed(): void {
    if (this.phase === 'reconnecting' && !this.#lifecycle.waiting) this.#waitForPublisher(undefined)
  }

  /** Ends the stream and its run. Its publishers have been disconnected before. */
  #finish(cause: StreamCause, line: { message: string; actor?: string }): void {
    this.#publishers.slate.stop()
    const phase = this.#lifecycle.end(cause, line)
    if (phase !== undefined) this.run?.end(phase)
  }
}
