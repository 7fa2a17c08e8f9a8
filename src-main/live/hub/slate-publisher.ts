import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Logger } from '../../platform/logger.ts'
import { HealthMeter } from './health.ts'
import { namesOf, type StreamEntry } from './live-publisher.ts'
import { SlateShow, type SlateSource } from './slate-show.ts'
import { StreamPublication } from './stream-publication.ts'
import type { StreamRun } from './stream-run.ts'

/** A slate makes up for no more than this of what the timeline lacks, ms. */
const MAX_CATCH_UP_MS = 4000

export interface SlateTurnsDependencies {
  readonly slates: SlateSource | undefined
  /** How long nobody must have published before the slate shows, ms. */
  readonly afterMs: number
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
  readonly announce: (entry: StreamEntry, what: 'tracks' | 'updated') => void
  /** The run has its first header. */
  readonly began: (run: StreamRun) => void
}

/** Puts slates on air while nobody publishes, and takes them off. */
export class SlateTurns {
  readonly #dependencies: SlateTurnsDependencies

  constructor(dependencies: SlateTurnsDependencies) {
    this.#dependencies = dependencies
  }

  /** Shows the stream's slate once nobody has come back for a moment. */
  wait(entry: StreamEntry): void {
    const { run } = entry
    if (run !== undefined && entry.originMs !== undefined) this.#show(entry, () => run, this.#dependencies.afterMs)
  }

  /** Shows the slate of a stream that was live in a host before this one; `newRun` is called once it is encoded. */
  resume(entry: StreamEntry, newRun: () => StreamRun): void {
    if (entry.tracks.length > 0) this.#show(entry, newRun, 0)
  }

  #show(entry: StreamEntry, openRun: () => StreamRun, afterMs: number): void {
    const { slates, monotonic, now } = this.#dependencies
    const lasts = slates?.lasts(entry.name)
    if (slates === undefined || lasts === undefined || entry.slate !== undefined) return
    const frameRate = entry.meter?.latest?.frameRate || undefined
    const show = new SlateShow({
      loop: slates.prepare({ name: entry.name, title: entry.title, tracks: entry.tracks, frameRate }),
      afterMs,
      monotonic,
      begin: () => {
        const run = openRun()
        const isNew = entry.originMs === undefined
        const originMs = entry.originMs ?? monotonic()
        entry.originMs = originMs
        const behindMs = Math.max(0, Math.min(MAX_CATCH_UP_MS, monotonic() - originMs - entry.timelineEndMs))
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
            begin: () => {
              if (isNew) {
                run.originTimeMs = now()
                this.#dependencies.began(run)
              }
              return { originMs, startMs, floorMs: entry.timelineEndMs }
            },
            admits: () => true,
            tracksChanged: () => this.#dependencies.announce(entry, 'tracks'),
            metadataChanged: () => undefined,
            fault: () => undefined,
            closed: () => undefined,
          },
        })
        run.newPublisher('slate')
        run.setReconnecting(false)
        if (entry.slate !== undefined) entry.slate.publication = publication
        this.#dependencies.events.publish(
          'stream.failover',
          { from: null, to: 'slate', cause: 'lost', exact: false, gapMs: 0 },
          { stream: entry.id },
        )
        this.#dependencies.audit.record({ kind: 'state', message: `stream ${entry.name} shows its slate`, ...namesOf(entry) })
        this.#dependencies.announce(entry, 'updated')
        return { publication, behindMs }
      },
      failed: (error) => {
        const reason = error instanceof AppError ? error : new AppError('slate.unavailable', undefined, { cause: error })
        this.#dependencies.log.warn({ streamId: entry.id, code: reason.code, atMs: now() }, reason.message)
        this.#dependencies.audit.record({ kind: 'error', message: `no slate: ${reason.message}`, ...namesOf(entry), code: reason.code })
        this.#dependencies.events.publish('stream.slate-failed', { code: reason.code, message: reason.message }, { stream: entry.id })
      },
    })
    entry.slate = { show, publication: undefined, lasts }
  }

  /** A publisher's headers are here: the slate leaves the air to it. */
  yield(entry: StreamEntry): void {
    if (entry.slate === undefined) return
    this.end(entry)
    entry.run?.newPublisher('reconnect')
    entry.meter?.discontinuity()
  }

  /** Takes the slate off; whoever comes goes on behind it. */
  end(entry: StreamEntry): void {
    const { slate } = entry
    if (slate === undefined) return
    entry.slate = undefined
    slate.show.stop()
    slate.publication?.retire()
    entry.timelineEndMs = Math.max(entry.timelineEndMs, slate.publication?.endMs ?? 0)
  }
}
