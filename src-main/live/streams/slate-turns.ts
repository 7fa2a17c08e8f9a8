import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events.ts'
import type { Logger } from '../../platform/logger.ts'
import { HealthMeter } from './health.ts'
import { SlateShow, type SlateSource } from './slate-show.ts'
import { namesOf, type StreamEntry } from './stream-entry.ts'
import { StreamPublication } from './stream-publication.ts'

/** A slate makes up for no more than this of what the timeline lacks, ms. */
const LONGEST_CATCH_UP_MS = 4000

export interface SlateTurnsNeeds {
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
}

/** Puts slates on air while nobody publishes, and takes them off. */
export class SlateTurns {
  readonly #needs: SlateTurnsNeeds

  constructor(needs: SlateTurnsNeeds) {
    this.#needs = needs
  }

  /** Shows the stream's slate once nobody has come back for a moment. */
  wait(entry: StreamEntry): void {
    const { slates, monotonic, now, afterMs } = this.#needs
    const { run, originMs } = entry
    const lasts = slates?.lasts(entry.name)
    if (slates === undefined || lasts === undefined || run === undefined || originMs === undefined || entry.slate !== undefined) return
    const frameRate = entry.meter?.latest?.frameRate || undefined
    const show = new SlateShow({
      loop: slates.prepare({ name: entry.name, title: entry.title, tracks: run.tracks, frameRate }),
      afterMs,
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
            tracksChanged: () => this.#needs.announce(entry, 'tracks'),
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
        this.#needs.audit.record({ kind: 'state', message: `stream ${entry.name} shows its slate`, ...namesOf(entry) })
        this.#needs.announce(entry, 'updated')
        return { publication, behindMs }
      },
      failed: (error) => {
        const reason = error instanceof AppError ? error : new AppError('slate.unavailable', undefined, { cause: error })
        this.#needs.log.warn({ streamId: entry.id, code: reason.code, atMs: now() }, reason.message)
        this.#needs.audit.record({ kind: 'error', message: `no slate: ${reason.message}`, ...namesOf(entry), code: reason.code })
        this.#needs.events.publish('stream.slate-failed', { code: reason.code, message: reason.message }, { stream: entry.id })
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
