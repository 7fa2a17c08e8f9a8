/** A quality as the choice sees it. */
export interface ChoosableLevel {
  /** Audio included. */
  readonly kbps: number
  /** False while it cannot be had. */
  readonly usable: boolean
}

export interface ChoiceMoment {
  readonly nowMs: number
  /** What the connection carries this moment, and over the last seconds; undefined while unknown. */
  readonly recentKbps: number | undefined
  readonly steadyKbps: number | undefined
  /** Media ahead of the frame on screen, s. */
  readonly bufferS: number
  /** How much media of another quality must be fetched before it can follow what is there: what its group of pictures has so far, s. */
  readonly replayS: number
}

/** Share of the connection that the present quality may take, and a lower one that is chosen in its place. */
const mayKeep = 0.9
const mayTakeDown = 0.85
/** Share that a higher quality may take: what is to last must not be on the edge. */
export const mayTakeUp = 0.75
/** Media that stays in the buffer while a higher quality is fetched, s. */
const spareS = 0.4
/** After a change down, a higher quality is not tried for this long, ms; doubled each time that it did not hold. */
const firstRestMs = 3000
const maxRestMs = 20_000
/** A higher quality that is left sooner than this did not hold, ms. */
const keptMs = 10_000

/** Chooses among qualities so that a player near the live edge does not stall: down at once, up with care. */
export class LevelChoice {
  #restMs = firstRestMs
  #downAtMs = Number.NEGATIVE_INFINITY
  #upAtMs = Number.NEGATIVE_INFINITY

  /** @param levels from the lowest to the highest bitrate @returns the index to play, which may be the present one */
  choose(levels: readonly ChoosableLevel[], current: number, moment: ChoiceMoment): number {
    const present = levels[current]
    const { recentKbps, steadyKbps } = moment
    if (present === undefined || !present.usable) return this.#best(levels, recentKbps === undefined ? undefined : recentKbps * mayTakeDown)
    if (recentKbps === undefined || steadyKbps === undefined) return current
    if (present.kbps > recentKbps * mayKeep) {
      const lower = Math.min(current, this.#best(levels, recentKbps * mayTakeDown))
      if (lower < current) this.#wentDown(moment.nowMs)
      return lower
    }
    if (moment.nowMs - this.#downAtMs < this.#restMs) return current
    const higher = this.#best(levels, steadyKbps * mayTakeUp)
    for (let index = higher; index > current; index--) {
      const level = levels[index] as ChoosableLevel
      if (!level.usable || (level.kbps * moment.replayS) / steadyKbps > moment.bufferS - spareS) continue
      this.#upAtMs = moment.nowMs
      return index
    }
    return current
  }

  /** The highest usable quality within `kbps`, else the lowest usable one; without a figure the highest. */
  #best(levels: readonly ChoosableLevel[], kbps: number | undefined): number {
    let best = -1
    for (const [index, level] of levels.entries()) {
      if (level.usable && (best < 0 || kbps === undefined || level.kbps <= kbps)) best = index
    }
    return Math.max(0, best)
  }

  #wentDown(nowMs: number): void {
    if (nowMs - this.#upAtMs < keptMs) this.#restMs = Math.min(maxRestMs, this.#restMs * 2)
    else if (nowMs - this.#downAtMs > maxRestMs) this.#restMs = firstRestMs
    this.#downAtMs = nowMs
  }
}
