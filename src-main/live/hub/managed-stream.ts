import type { AuditLog } from '../../platform/audit.ts'
import type { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Logger } from '../../platform/logger.ts'
import type { SteadyClock } from '../../platform/steady-clock.ts'
import { Failover } from './failover.ts'
import type { HealthMeter } from './health.ts'
import { trackOverLimit } from './limit-check.ts'
import { type LivePublisher, namesOf, type PublisherRole, type PublishKey, type StreamEntry } from './live-publisher.ts'
import type { PublishRequest } from './publisher.ts'
import { createFaultTeller } from './publisher-faults.ts'
import { holderOf } from './publisher-pair.ts'
import type { SlateTurns } from './slate-publisher.ts'
import type { StreamPhases } from './stream-lifecycle.ts'
import { StreamPublication } from './stream-publication.ts'
import type { StreamRun } from './stream-run.ts'

export interface StreamPublishersDependencies {
  readonly entries: () => Iterable<StreamEntry>
  readonly phases: StreamPhases
  readonly slates: SlateTurns
  /** The run has its first header. */
  readonly began: (run: StreamRun) => void
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly reconnectWindowMs: () => number
  /** When the backup takes over from a silent publisher, and the primary back, ms. */
  readonly failover: { readonly silenceMs: number; readonly returnMs: number }
  /** ms since 1970. */
  readonly now: () => number
  /** Dates what players compare with each other. */
  readonly clock: SteadyClock
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** Those who publish: on air, held ready, lost and sent away. */
export class StreamPublishers {
  readonly #dependencies: StreamPublishersDependencies
  readonly #failover: Failover

  constructor(dependencies: StreamPublishersDependencies) {
    this.#dependencies = dependencies
    this.#failover = new Failover({
      entries: dependencies.entries,
      events: dependencies.events,
      audit: dependencies.audit,
      monotonic: dependencies.monotonic,
      silenceMs: () => dependencies.failover.silenceMs,
      returnMs: () => dependencies.failover.returnMs,
      changed: (entry) => {
        dependencies.slates.end(entry)
        clearTimeout(entry.timer)
        entry.timer = undefined
        dependencies.phases.move(entry, 'publish', { message: `stream ${entry.name} is live` })
      },
    })
  }

  /** Begins to look after publishers that fall silent. */
  watch(): void {
    this.#failover.start()
  }

  stop(): void {
    this.#failover.stop()
  }

  /** Puts who is held ready on air by an operator's word; false where nobody is. */
  switchOver(entry: StreamEntry): boolean {
    return this.#failover.switchOver(entry, 'command')
  }

  /** Puts a newcomer on air; `takeover` where it drove another away. */
  takeAir(
    entry: StreamEntry,
    run: StreamRun,
    role: PublisherRole,
    key: PublishKey,
    request: PublishRequest,
    takeover: boolean,
  ): StreamPublication {
    clearTimeout(entry.timer)
    entry.timer = undefined
    const meter = entry.meter as HealthMeter
    // a slate goes on until the newcomer's first header
    if (entry.slate?.publication === undefined) this.#dependencies.slates.end(entry)
    if (entry.originMs !== undefined && entry.slate === undefined) {
      run.newPublisher(takeover ? 'takeover' : 'reconnect')
      meter.discontinuity()
    }
    const publication = this.#publication(entry, run, meter, request, true)
    entry.lastOnAir = publication
    entry.publisher = {
      role,
      goodSinceMs: this.#dependencies.monotonic(),
      request,
      keyId: key.id,
      key,
      sinceMs: this.#dependencies.now(),
      connectedAt: new Date(this.#dependencies.now()).toISOString(),
      publication,
    }
    entry.error = null
    entry.endedAt = null
    entry.startedAt ??= new Date(this.#dependencies.now()).toISOString()
    run.setReconnecting(false)
    this.#dependencies.audit.record({
      kind: 'publish',
      message: `${request.encoder || 'an encoder'} publishes to ${entry.name}`,
      streamId: entry.id,
      streamName: entry.name,
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      data: { protocol: request.protocol, keyId: key.id, epoch: run.epoch, role, takeover },
    })
    this.#dependencies.phases.move(entry, 'publish', { message: `stream ${entry.name} is live`, sessionId: request.sessionId })
    return publication
  }

  #publication(entry: StreamEntry, run: StreamRun, meter: HealthMeter, request: PublishRequest, onAir: boolean): StreamPublication {
    const { monotonic } = this.#dependencies
    const publication = new StreamPublication({
      streamId: entry.id,
      streamName: entry.name,
      run,
      meter,
      monotonic,
      onAir,
      owner: {
        begin: (monotonicMs) => {
          this.#dependencies.slates.yield(entry)
          if (entry.originMs === undefined) {
            entry.originMs = monotonicMs
            run.originTimeMs = this.#dependencies.clock.now()
            this.#dependencies.began(run)
            return { originMs: monotonicMs, startMs: 0, floorMs: 0 }
          }
          return { originMs: entry.originMs, startMs: monotonicMs - entry.originMs, floorMs: entry.timelineEndMs }
        },
        admits: (track) => {
          const publisher = holderOf(entry, publication)
          if (publication.onAir) this.#dependencies.slates.yield(entry)
          const over = publisher === undefined ? undefined : trackOverLimit(track, publisher.key)
          if (publisher !== undefined && over !== undefined) this.expel(entry, publisher, over)
          return over === undefined
        },
        tracksChanged: () => this.#dependencies.phases.changeTracks(entry, run.tracks),
        metadataChanged: (metadata) => {
          if (!publication.onAir) return
          entry.metadata = metadata
          this.#dependencies.phases.announce(entry, 'updated')
        },
        fault: createFaultTeller(this.#dependencies, entry, request),
        closed: (how, reason) => {
          const publisher = holderOf(entry, publication)
          if (publisher === undefined) return
          const wasOnAir = publisher === entry.publisher
          this.#leave(entry, publisher, how, reason)
          if (!wasOnAir) this.#dependencies.phases.announce(entry, 'updated')
          else if (this.#failover.switchOver(entry, 'lost')) return
          else if (how === 'lost' || entry.standby !== undefined) this.lose(entry, reason)
          else if (publisher.key.restartWindowMs > 0) {
            this.#dependencies.phases.move(entry, 'lost', { message: `the encoder of ${entry.name} stopped; the stream waits for it` })
            run.setReconnecting(true)
            this.#dependencies.phases.wait(entry, publisher.key.restartWindowMs, undefined)
          } else this.#dependencies.phases.finish(entry, 'unpublish', { message: `stream ${entry.name} ended: its publisher said goodbye` })
        },
      },
    })
    return publication
  }

  /** Sends a publisher away; the stream waits for a better one. */
  expel(entry: StreamEntry, publisher: LivePublisher, reason: AppError): void {
    const wasOnAir = publisher === entry.publisher
    this.dismiss(entry, publisher, reason)
    if (wasOnAir) this.lose(entry, reason)
    else this.#dependencies.phases.announce(entry, 'updated')
  }

  /** Sends everybody away who publishes to the stream. */
  dismissAll(entry: StreamEntry, reason: AppError): void {
    if (entry.standby !== undefined) this.dismiss(entry, entry.standby, reason)
    if (entry.publisher !== undefined) this.dismiss(entry, entry.publisher, reason)
  }

  /** Holds a publisher ready beside the one on air. */
  standBy(entry: StreamEntry, onAir: LivePublisher, role: PublisherRole, key: PublishKey, request: PublishRequest): StreamPublication {
    const publication = this.#publication(entry, entry.run as StreamRun, entry.meter as HealthMeter, request, false)
    entry.standby = {
      request,
      keyId: key.id,
      key,
      role,
      publication,
      sinceMs: this.#dependencies.now(),
      goodSinceMs: this.#dependencies.monotonic(),
      connectedAt: new Date(this.#dependencies.now()).toISOString(),
    }
    if (role === 'primary') entry.keptByHand = false
    this.#dependencies.audit.record({
      kind: 'publish',
      message: `${request.encoder || 'an encoder'} publishes to ${entry.name} and is kept ready as its ${role}`,
      ...namesOf(entry),
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      data: { protocol: request.protocol, keyId: key.id, role, onAir: onAir.role },
    })
    this.#dependencies.phases.announce(entry, 'updated')
    return publication
  }

  /** Sends a publisher away; what becomes of the stream is the caller's business. */
  dismiss(entry: StreamEntry, publisher: LivePublisher, reason: AppError): void {
    publisher.publication.retire()
    this.#leave(entry, publisher, 'dismissed', reason)
    publisher.request.disconnect(reason)
  }

  #leave(entry: StreamEntry, publisher: LivePublisher, how: 'unpublish' | 'lost' | 'dismissed', reason: AppError | undefined): void {
    if (entry.standby === publisher) entry.standby = undefined
    else entry.publisher = undefined
    entry.timelineEndMs = Math.max(entry.timelineEndMs, publisher.publication.endMs ?? 0)
    this.#dependencies.audit.record({
      kind: 'disconnect',
      message: reason?.message ?? (how === 'unpublish' ? 'the publisher said goodbye' : "the publisher's connection broke"),
      ...namesOf(entry),
      sessionId: publisher.request.sessionId,
      remoteAddress: publisher.request.remoteAddress,
      ...(reason === undefined ? undefined : { code: reason.code }),
      data: { how, role: publisher.role, bytesIn: publisher.publication.meter.bytesIn },
    })
  }

  /** Nobody is on air any more: who is held ready goes on air, else the stream waits, with its slate. */
  lose(entry: StreamEntry, reason: AppError | undefined): void {
    if (this.#failover.switchOver(entry, 'lost')) return
    this.#dependencies.phases.move(entry, 'lost', {
      message: `stream ${entry.name} lost its publisher and waits for it`,
      code: reason?.code,
    })
    entry.run?.setReconnecting(entry.slate?.publication === undefined)
    this.#dependencies.phases.wait(entry, this.#dependencies.reconnectWindowMs(), reason)
    this.#dependencies.slates.wait(entry)
  }
}
