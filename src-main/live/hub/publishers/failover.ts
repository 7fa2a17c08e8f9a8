import { findJoint, type Joint, type StreamPosition } from './joining/joint.ts'
import type { LivePublisher } from './live-publisher.ts'
import type { PublisherPair } from './publisher-pair.ts'

/** Why another publisher went on air. */
export type FailoverCause = 'lost' | 'silent' | 'returned' | 'command'

/** A publisher at its first keyframe is not waited for longer than this at a return, ms. */
const MAX_WAIT_MS = 2000

/** When publishers take over from each other, ms. */
export interface FailoverTimes {
  /** Silence after which a publisher that is on air counts as gone. */
  readonly silenceMs: number
  /** How long the primary must be good before it goes on air again; 0 leaves the backup on air. */
  readonly returnMs: number
}

export interface FailoverDependencies extends FailoverTimes {
  readonly publishers: PublisherPair
  /** Where the timeline is; undefined before the first packet. */
  readonly position: () => StreamPosition | undefined
  readonly monotonic: () => number
  /** Puts the publisher that is kept ready on air. */
  readonly switchOver: (cause: FailoverCause) => void
}

/**
 * Decides for one stream when the publisher that is kept ready goes on air because the one on air is silent, and when the primary returns.
 * What happens when a publisher leaves: `publisher-loss`.
 */
export class Failover {
  readonly #dependencies: FailoverDependencies

  constructor(dependencies: FailoverDependencies) {
    this.#dependencies = dependencies
  }

  /** To be called some ten times a second. */
  check(): void {
    const { publishers, silenceMs, returnMs, monotonic, switchOver } = this.#dependencies
    const { onAir, standby, keptByHand } = publishers
    if (standby === undefined) return
    const now = monotonic()
    const ready = isFresh(standby, now, silenceMs)
    if (!ready) standby.goodSinceMs = now
    if (onAir === undefined || !isFresh(onAir, now, silenceMs)) {
      if (ready) switchOver(onAir === undefined ? 'lost' : 'silent')
      return
    }
    if (standby.role !== 'primary' || keptByHand || returnMs === 0 || !ready) return
    if (now - standby.goodSinceMs >= returnMs) this.#armReturn(onAir, standby)
  }

  /** The return is made at the primary's next keyframe, once the backup has shown all before it. */
  #armReturn(onAir: LivePublisher, standby: LivePublisher): void {
    if (standby.publication.watcher !== undefined) return
    const { publishers, position, monotonic, switchOver } = this.#dependencies
    let sinceMs = 0
    const attempt = (): void => {
      const at = position()
      if (publishers.standby !== standby || publishers.onAir !== onAir || at === undefined) {
        standby.publication.watcher = undefined
        onAir.publication.watcher = undefined
        return
      }
      const joint = findJoint(standby.publication, onAir.publication, { ...at, floorMs: onAir.publication.endMs ?? 0 })
      const early = joint !== undefined && isEarly(joint, standby.publication.buffer?.keys.at(-1))
      if (early && at.nowMs - sinceMs < MAX_WAIT_MS) return
      switchOver('returned')
    }
    standby.publication.watcher = (key) => {
      if (!key) return
      sinceMs = monotonic()
      onAir.publication.watcher = attempt
      attempt()
    }
  }
}

/** The publisher on air has not shown everything before the newest keyframe. */
function isEarly(joint: Joint, newestKey: number | undefined): boolean {
  return joint.exact ? joint.first !== newestKey : joint.gapMs > 0 && joint.offsetMs !== 0
}

function isFresh(publisher: LivePublisher, nowMs: number, silenceMs: number): boolean {
  return nowMs - publisher.publication.lastWriteMs <= silenceMs
}
