import type { AuditLog } from '../../platform/audit.ts'
import type { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Logger } from '../../platform/logger.ts'
import type { PublishRequest } from '../ingest/publisher.ts'
import { Failover } from './failover.ts'
import type { HealthMeter } from './health.ts'
import { trackOverLimit } from './limit-check.ts'
import { createFaultTeller } from './publisher-faults.ts'
import { holderOf } from './publisher-lanes.ts'
import type { SlateTurns } from './slate-turns.ts'
import { type LivePublisher, namesOf, type PublisherRole, type PublishKey, type StreamEntry } from './stream-entry.ts'
import type { StreamPhases } from './stream-phases.ts'
import { StreamPublication } from './stream-publication.ts'
import type { StreamRun } from './stream-run.ts'

export interface StreamPublishersNeeds {
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
  /** How long a stream is kept after its encoder said goodbye, ms: 0 ends it at once. */
  readonly keepAfterUnpublishMs?: number
  /** ms since 1970. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** Those who publish: on air, held ready, lost and sent away. */
export class StreamPublishers {
  readonly #needs: StreamPublishersNeeds
  readonly #failover: Failover

  constructor(needs: StreamPublishersNeeds) {
    this.#needs = needs
    this.#failover = new Failover({
      entries: needs.entries,
      events: needs.events,
      audit: needs.audit,
      monotonic: needs.monotonic,
      silenceMs: () => needs.failover.silenceMs,
      returnMs: () => needs.failover.returnMs,
      changed: (entry) => {
        needs.slates.end(entry)
        clearTimeout(entry.timer)
        entry.timer = undefined
        needs.phases.move(entry, 'publish', { message: `stream ${entry.name} is live` })
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
    if (entry.slate?.publication === undefined) this.#needs.slates.end(entry)
    if (entry.originMs !== undefined && entry.slate === undefined) {
      run.newPublisher(takeover ? 'takeover' : 'reconnect')
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
      connectedAt: new Date(this.#needs.now()).toISOString(),
      publication,
    }
    entry.error = null
    entry.endedAt = null
    entry.startedAt ??= new Date(this.#needs.now()).toISOString()
    run.setReconnecting(false)
    this.#needs.audit.record({
      kind: 'publish',
      message: `${request.encoder || 'an encoder'} publishes to ${entry.name}`,
      streamId: entry.id,
      streamName: entry.name,
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      data: { protocol: request.protocol, keyId: key.id, epoch: run.epoch, role, takeover },
    })
    this.#needs.phases.move(entry, 'publish', { message: `stream ${entry.name} is live`, sessionId: request.sessionId })
    return publication
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
          this.#needs.slates.yield(entry)
          if (entry.originMs === undefined) {
            entry.originMs = monotonicMs
            run.originTimeMs = now()
            this.#needs.began(run)
            return { originMs: monotonicMs, startMs: 0, floorMs: 0 }
          }
          return { originMs: entry.originMs, startMs: monotonicMs - entry.originMs, floorMs: entry.timelineEndMs }
        },
        admits: (track) => {
          const publisher = holderOf(entry, publication)
          if (publication.onAir) this.#needs.slates.yield(entry)
          const over = publisher === undefined ? undefined : trackOverLimit(track, publisher.key)
          if (publisher !== undefined && over !== undefined) this.expel(entry, publisher, over)
          return over === undefined
        },
        tracksChanged: () => this.#needs.phases.announce(entry, 'tracks'),
        metadataChanged: (metadata) => {
          if (!publication.onAir) return
          entry.metadata = metadata
          this.#needs.phases.announce(entry, 'updated')
        },
        fault: createFaultTeller(this.#needs, entry, request),
        closed: (how, reason) => {
          const publisher = holderOf(entry, publication)
          if (publisher === undefined) return
          const wasOnAir = publisher === entry.publisher
          this.#leave(entry, publisher, how, reason)
          if (!wasOnAir) this.#needs.phases.announce(entry, 'updated')
          else if (this.#failover.switchOver(entry, 'lost')) return
          else if (how === 'lost' || entry.standby !== undefined) this.lose(entry, reason)
          else if ((this.#needs.keepAfterUnpublishMs ?? 0) > 0) {
            this.#needs.phases.move(entry, 'lost', { message: `the publisher of ${entry.name} said goodbye; the stream waits` })
            run.setReconnecting(true)
            this.#needs.phases.wait(entry, this.#needs.keepAfterUnpublishMs ?? 0, undefined)
          } else this.#needs.phases.finish(entry, 'unpublish', { message: `stream ${entry.name} ended: its publisher said goodbye` })
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
    else this.#needs.phases.announce(entry, 'updated')
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
      sinceMs: this.#needs.now(),
      goodSinceMs: this.#needs.monotonic(),
      connectedAt: new Date(this.#needs.now()).toISOString(),
    }
    if (role === 'primary') entry.heldByHand = false
    this.#needs.audit.record({
      kind: 'publish',
      message: `${request.encoder || 'an encoder'} publishes to ${entry.name} and is held ready as its ${role}`,
      ...namesOf(entry),
      sessionId: request.sessionId,
      remoteAddress: request.remoteAddress,
      data: { protocol: request.protocol, keyId: key.id, role, onAir: onAir.role },
    })
    this.#needs.phases.announce(entry, 'updated')
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
    this.#needs.audit.record({
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
    this.#needs.phases.move(entry, 'lost', { message: `stream ${entry.name} lost its publisher and waits for it`, code: reason?.code })
    entry.run?.setReconnecting(entry.slate?.publication === undefined)
    this.#needs.phases.wait(entry, this.#needs.reconnectWindowMs(), reason)
    this.#needs.slates.wait(entry)
  }
}
