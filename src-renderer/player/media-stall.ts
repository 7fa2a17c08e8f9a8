/** Where nothing can be played and no media comes for this long, the library has lost its place, ms. */
const lostAfterMs = 6000
/** As long as media comes, it is given more time, ms: it may be of another place than the one that is waited for. */
const uselessAfterMs = 15_000

/** What to do about a player that waits: nothing, send it to a place, or start its library again. */
export type StallRemedy = 'wait' | 'seek' | 'restart'

/**
 * Notices that a library waits for ever at a place of a live stream which it never fetches, as dash.js does where a busy device delays it.
 * It is sent to a place first, and started again where that is of no use.
 */
export class MediaStall {
  /** Since when it waits; undefined while it has something to play. */
  #waitsSinceMs: number | undefined
  #mediaMs = 0
  #wasSent = false

  /** Media came. */
  onMedia(nowMs: number): void {
    this.#mediaMs = nowMs
  }

  /**
   * @param nowMs on a clock that does not go back
   * @param waits whether there is newer media, and none to play
   */
  look(nowMs: number, waits: boolean): StallRemedy {
    if (!waits) {
      this.#waitsSinceMs = undefined
      this.#wasSent = false
      return 'wait'
    }
    this.#waitsSinceMs ??= nowMs
    const quietMs = nowMs - Math.max(this.#waitsSinceMs, this.#mediaMs)
    if (quietMs < lostAfterMs && nowMs - this.#waitsSinceMs < uselessAfterMs) return 'wait'
    this.#waitsSinceMs = nowMs
    const remedy = this.#wasSent ? 'restart' : 'seek'
    this.#wasSent = true
    return remedy
  }
}
