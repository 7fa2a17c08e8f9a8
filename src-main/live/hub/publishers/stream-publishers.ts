import type { Track } from '../../../formats/track.ts'
import type { LiveStream } from '../../../media/live-stream.ts'
import { AppError } from '../../../platform/errors.ts'
import { CurrentRun } from '../run/current-run.ts'
import { Failover, type FailoverCause } from './failover.ts'
import { findJoint, type StreamPosition } from './joining/joint.ts'
import { trackOverLimit } from './limit-check.ts'
import type { LivePublisher, PublisherRole, PublishKey } from './live-publisher.ts'
import type { Publication, PublishRequest } from './publisher.ts'
import { createFaultReporter } from './publisher-faults.ts'
import type { PublisherExit } from './publisher-loss.ts'
import { PublisherPair } from './publisher-pair.ts'
import { SlatePublisher } from './slate/slate-publisher.ts'
import { StreamPublication } from './stream-publication.ts'
import type { StreamReports } from './stream-reports.ts'
import type { StreamServices } from './stream-services.ts'

export interface StreamPublishersDependencies extends StreamServices {
  readonly id: string
  readonly name: string
  readonly reports: StreamReports
  readonly beforeRun: () => void
  readonly onRun: () => void
  /** The first packet of a run is here: it can be subscribed to. */
  readonly onActive: (run: LiveStream) => void
  /** A publisher is on air now. */
  readonly onAir: (publisher: LivePublisher) => void
  /** A publisher has left by itself. */
  readonly onClosed: (publisher: LivePublisher, wasOnAir: boolean, how: PublisherExit, reason: AppError | undefined) => void
  /** A publisher sends what its key does not allow. */
  readonly onOverLimit: (publisher: LivePublisher, reason: AppError) => void
  readonly onTracks: (tracks: readonly Track[]) => void
  readonly onSlateFailed: () => void
}

/**
 * Who publishes to one stream and into which run: who is on air, who is kept ready, and the slate. It reports who left; what takes the place of
 * a publisher then is decided in `publisher-loss`.
 */
export class StreamPublishers {
  readonly #dependencies: StreamPublishersDependencies
  readonly #pair = new PublisherPair()
  readonly #failover: Failover
  readonly slate: SlatePublisher
  #current: CurrentRun | undefined

  constructor(dependencies: StreamPublishersDependencies) {
    this.#dependencies = dependencies
    const { id, name, slates, reports, log, monotonic, failover } = dependencies
    this.#failover = new Failover({
      ...failover,
      publishers: this.#pair,
      position: () => this.#position(),
      monotonic,
      switchOver: (cause) => this.switchOver(cause),
    })
    this.slate = new SlatePublisher({
      id,
      name,
      slates,
      reports,
      log,
      monotonic,
      startTimeline: (current, monotonicMs) => this.#startTimeline(current, monotonicMs),
      onFailed: dependencies.onSlateFailed,
    })
  }

  /** The present run, or the last one since the host started. */
  get current(): CurrentRun | undefined {
    return this.#current
  }

  get onAir(): LivePublisher | undefined {
    return this.#pair.onAir
  }

  get standby(): LivePublisher | undefined {
    return this.#pair.standby
  }

  /** Everybody who is connected; who is on air comes last. */
  all(): LivePublisher[] {
    return this.#pair.all()
  }

  /** Starts a run of the stream that does not continue an earlier publisher. */
  startRun(): CurrentRun {
    const { id, name, log, now, monotonic, beforeRun, onRun } = this.#dependencies
    beforeRun()
    this.#current = new CurrentRun({ id, name, log }, now(), monotonic())
    this.#pair.startRun()
    onRun()
    return this.#current
  }

  /** Connects a publisher: it goes on air, or is kept ready beside who is. Throws `publish.busy`. */
  connect(key: PublishKey, request: PublishRequest): Publication {
    const { reports } = this.#dependencies
    const { role, previous } = this.#pair.roleOf(key, request)
    if (previous !== undefined) this.dismiss(previous, new AppError('publish.taken_over'))
    const current = this.#current?.live ? this.#current : this.startRun()
    const { onAir } = this
    if (onAir === undefined) return this.#putOnAir(current, role, key, request, previous !== undefined)
    const publisher = this.#publisher(current, role, key, request, false)
    this.#pair.keepReady(publisher)
    reports.connected(publisher, { onAir: onAir.role })
    reports.announce('updated')
    return publisher.publication
  }

  /** Disconnects a publisher; the caller decides what becomes of the stream. */
  dismiss(publisher: LivePublisher, reason: AppError): void {
    publisher.publication.retire()
    this.#leave(publisher, 'dismissed', reason)
    publisher.request.disconnect(reason)
  }

  dismissAll(reason: AppError): void {
    for (const each of this.all()) this.dismiss(each, reason)
  }

  /** Looks for publishers that fell silent or are good again. */
  checkFailover(): void {
    this.#failover.check()
  }

  /** Puts the backup on air at once; false if it cannot, for example without a backup. */
  switchOver(cause: FailoverCause): boolean {
    const { standby, onAir: from, slate } = this
    const current = this.#current
    const position = this.#position()
    if (standby === undefined || current === undefined || position === undefined || !current.live) return false
    const last = slate.onAir ? undefined : this.#pair.last
    const floorMs = Math.max(current.endMs, slate.endMs ?? last?.endMs ?? 0)
    const joint = findJoint(standby.publication, last, { ...position, floorMs })
    if (joint === undefined) return false
    current.fill(floorMs)
    this.#pair.swap(position.nowMs)
    if (!joint.exact) current.run.newPublisher('failover')
    current.run.setReconnecting(false)
    standby.publication.goOnAir(joint)
    this.#dependencies.reports.switched(standby, from?.role, cause, joint)
    slate.stop()
    this.#dependencies.onAir(standby)
    return true
  }

  /** The primary does not return by itself while an operator wants the backup on air. */
  keepByHand(): void {
    this.#pair.keepByHand()
  }

  /** The host stops: nothing more comes of anybody. */
  stop(): void {
    for (const each of this.all()) each.publication.retire()
    this.slate.stop()
    this.#current?.run.end('ended')
  }

  #putOnAir(current: CurrentRun, role: PublisherRole, key: PublishKey, request: PublishRequest, takeover: boolean): Publication {
    // a slate continues until the newcomer's first header
    if (!this.slate.onAir) {
      this.slate.stop()
      if (current.originMs !== undefined) current.interrupt(takeover ? 'takeover' : 'reconnect')
    }
    const publisher = this.#publisher(current, role, key, request, true)
    this.#pair.putOnAir(publisher)
    current.run.setReconnecting(false)
    this.#dependencies.reports.connected(publisher, { epoch: current.run.epoch, takeover })
    this.#dependencies.onAir(publisher)
    return publisher.publication
  }

  #publisher(current: CurrentRun, role: PublisherRole, key: PublishKey, request: PublishRequest, onAir: boolean): LivePublisher {
    const { now, monotonic } = this.#dependencies
    const sinceMs = now()
    const connectedAt = new Date(sinceMs).toISOString()
    const publication = this.#publication(current, request, onAir)
    return { role, key, keyId: key.id, request, publication, sinceMs, connectedAt, goodSinceMs: monotonic() }
  }

  #publication(current: CurrentRun, request: PublishRequest, onAir: boolean): StreamPublication {
    const { id, name, monotonic, reports, onTracks, onOverLimit } = this.#dependencies
    const { run, meter } = current
    const publication = new StreamPublication({
      streamId: id,
      streamName: name,
      run,
      meter,
      monotonic,
      onAir,
      owner: {
        begin: (monotonicMs) => {
          this.#replaceSlate(current)
          this.#startTimeline(current, monotonicMs)
          const originMs = current.originMs ?? monotonicMs
          return { originMs, startMs: monotonicMs - originMs, floorMs: current.endMs }
        },
        admits: (track) => {
          const publisher = this.#pair.holderOf(publication)
          if (publication.onAir) this.#replaceSlate(current)
          const over = publisher === undefined ? undefined : trackOverLimit(track, publisher.key)
          if (publisher !== undefined && over !== undefined) onOverLimit(publisher, over)
          return over === undefined
        },
        tracksChanged: () => onTracks(run.tracks),
        metadataChanged: (metadata) => {
          if (!publication.onAir) return
          current.metadata = metadata
          reports.announce('updated')
        },
        fault: createFaultReporter(this.#dependencies, { id, name }, request),
        closed: (how, reason) => {
          const publisher = this.#pair.holderOf(publication)
          if (publisher === undefined) return
          const wasOnAir = publisher === this.onAir
          this.#leave(publisher, how, reason)
          this.#dependencies.onClosed(publisher, wasOnAir, how, reason)
        },
      },
    })
    return publication
  }

  /** The headers of a publisher are here: the slate leaves. */
  #replaceSlate(current: CurrentRun): void {
    if (!this.slate.onAir) return
    this.slate.stop()
    current.interrupt('reconnect')
  }

  #leave(publisher: LivePublisher, how: PublisherExit | 'dismissed', reason: AppError | undefined): void {
    this.#pair.remove(publisher)
    this.#current?.fill(publisher.publication.endMs)
    this.#dependencies.reports.disconnected(publisher, how, reason)
  }

  #startTimeline(current: CurrentRun, monotonicMs: number): void {
    const { clock, onActive } = this.#dependencies
    if (current.startTimeline(monotonicMs, clock.now())) onActive(current.run)
  }

  #position(): StreamPosition | undefined {
    const current = this.#current
    if (current?.originMs === undefined) return undefined
    return { originMs: current.originMs, floorMs: current.endMs, nowMs: this.#dependencies.monotonic() }
  }
}
