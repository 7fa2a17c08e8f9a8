import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events.ts'
import { repeat } from '../../platform/repeat.ts'
import { findJoint } from './joint.ts'
import type { LivePublisher, StreamEntry } from './live-publisher.ts'

/** Why another publisher took the air. */
export type FailoverCause = 'lost' | 'silent' | 'returned' | 'command'

/** How often silence and return are looked for, ms. */
const CHECK_MS = 100
/** A publisher at its first keyframe is not waited for longer than this at a return, ms. */
const MAX_WAIT_MS = 2000

export interface FailoverDependencies {
  readonly entries: () => Iterable<StreamEntry>
  readonly events: EventBus
  readonly audit: AuditLog
  readonly monotonic: () => number
  /** Silence after which a publisher that is on air counts as gone, ms. */
  readonly silenceMs: () => number
  /** How long the primary must be good before it takes the air again, ms; 0 leaves the backup on air. */
  readonly returnMs: () => number
  /** The stream shows something else now. */
  readonly changed: (entry: StreamEntry) => void
}

/** Puts the publisher that is held ready on air when the other one fails, and the primary back when it is good again. */
export class Failover {
  readonly #dependencies: FailoverDependencies
  #timer: NodeJS.Timeout | undefined

  constructor(dependencies: FailoverDependencies) {
    this.#dependencies = dependencies
  }

  start(): void {
    this.#timer ??= repeat(CHECK_MS, () => this.check())
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** One look at every stream that has somebody held ready. */
  check(): void {
    const now = this.#dependencies.monotonic()
    const silenceMs = this.#dependencies.silenceMs()
    for (const entry of this.#dependencies.entries()) {
      const { publisher, standby } = entry
      if (standby === undefined) continue
      const ready = isFresh(standby, now, silenceMs)
      if (!ready) standby.goodSinceMs = now
      if (publisher === undefined || !isFresh(publisher, now, silenceMs)) {
        if (ready) this.switchOver(entry, publisher === undefined ? 'lost' : 'silent')
        continue
      }
      const returnMs = this.#dependencies.returnMs()
      if (standby.role !== 'primary' || entry.keptByHand || returnMs === 0 || !ready) continue
      if (now - standby.goodSinceMs >= returnMs) this.#armReturn(entry, publisher, standby)
    }
  }

  /**
   * Puts the publisher that is held ready on air at once; who was on air is held ready where it is still connected.
   * False where nobody is ready.
   */
  switchOver(entry: StreamEntry, cause: FailoverCause): boolean {
    const { standby, run } = entry
    if (entry.slate?.publication !== undefined) entry.timelineEndMs = Math.max(entry.timelineEndMs, entry.slate.publication.endMs ?? 0)
    if (standby === undefined || run === undefined || run.state !== 'active' || entry.originMs === undefined) return false
    const from = entry.publisher
    const nowMs = this.#dependencies.monotonic()
    const last = from?.publication ?? (entry.slate?.publication === undefined ? entry.lastOnAir : undefined)
    const floorMs = Math.max(entry.timelineEndMs, last?.endMs ?? 0)
    const joint = findJoint(standby.publication, last, { originMs: entry.originMs, floorMs, nowMs })
    if (joint === undefined) return false
    entry.timelineEndMs = floorMs
    entry.publisher = standby
    entry.standby = from
    entry.lastOnAir = standby.publication
    from?.publication.stand()
    if (from !== undefined) {
      from.publication.watcher = undefined
      from.goodSinceMs = nowMs
    }
    standby.publication.watcher = undefined
    if (!joint.exact) run.newPublisher('failover')
    run.setReconnecting(false)
    standby.publication.goOnAir(joint)
    const data = {
      from: from?.role ?? (standby.role === 'primary' ? 'backup' : 'primary'),
      to: standby.role,
      cause,
      exact: joint.exact,
      gapMs: Math.round(joint.gapMs),
    }
    this.#dependencies.events.publish('stream.failover', data, { stream: entry.id })
    this.#dependencies.audit.record({
      kind: 'state',
      message: `the ${standby.role} publisher of ${entry.name} took the air: ${causes[cause]}`,
      streamId: entry.id,
      streamName: entry.name,
      sessionId: standby.request.sessionId,
      remoteAddress: standby.request.remoteAddress,
      data,
    })
    this.#dependencies.changed(entry)
    return true
  }

  /** The return is made at the primary's next keyframe, once the backup has shown all before it. */
  #armReturn(entry: StreamEntry, onAir: LivePublisher, standby: LivePublisher): void {
    if (standby.publication.watcher !== undefined) return
    let sinceMs = 0
    const attempt = (): void => {
      const now = this.#dependencies.monotonic()
      if (entry.standby !== standby || entry.publisher !== onAir || entry.originMs === undefined) {
        standby.publication.watcher = undefined
        onAir.publication.watcher = undefined
        return
      }
      const joint = findJoint(standby.publication, onAir.publication, {
        originMs: entry.originMs,
        floorMs: onAir.publication.endMs ?? 0,
        nowMs: now,
      })
      const newest = standby.publication.buffer?.keys.at(-1)
      const early = joint !== undefined && (joint.exact ? joint.first !== newest : joint.gapMs > 0 && joint.offsetMs !== 0)
      if (early && now - sinceMs < MAX_WAIT_MS) return
      this.switchOver(entry, 'returned')
    }
    standby.publication.watcher = (key) => {
      if (!key) return
      sinceMs = this.#dependencies.monotonic()
      onAir.publication.watcher = attempt
      attempt()
    }
  }
}

const causes: Readonly<Record<FailoverCause, string>> = {
  lost: 'the other one was lost',
  silent: 'the other one fell silent',
  returned: 'it has been good again for long enough',
  command: 'by command',
}

function isFresh(publisher: LivePublisher, nowMs: number, silenceMs: number): boolean {
  return nowMs - publisher.publication.lastWriteMs <= silenceMs
}
