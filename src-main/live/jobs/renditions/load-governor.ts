/** Media that waits at which a transcoder counts as behind real time, ms. */
const behindMs = 1500
/** Seconds that it must be so without a break. */
const patience = 3
/** After a change, seconds in which nothing is judged: a start works off up to a GOP. */
const settleSeconds = 6
/** Load under which a rendition is tried again. */
const roomyLoad = 0.5
const firstRestSeconds = 15
const maxRestSeconds = 300
/** A restored rendition that keeps up for this long shows that there is really capacity, seconds. */
const goodSeconds = 60

/** Decides when a transcoder gives up a rendition and when it gets it back. Asked once a second. */
export class LoadGovernor {
  #settle = settleSeconds
  #over = 0
  #roomy = 0
  #rest = firstRestSeconds
  #sinceRestore = 0
  #last = 0

  /** The set of outputs changed for another reason. */
  changed(): void {
    this.#settle = settleSeconds
    this.#over = 0
    this.#roomy = 0
  }

  /** @param load share of the second in which it worked, 0 to 1 */
  judge(waitingMs: number, load: number, sheddable: number, shed: number): 'shed' | 'restore' | undefined {
    const before = this.#last
    this.#last = waitingMs
    this.#sinceRestore++
    if (this.#sinceRestore > goodSeconds && this.#rest > firstRestSeconds && shed === 0) this.#rest = firstRestSeconds
    if (this.#settle > 0) {
      this.#settle--
      return undefined
    }
    // A queue that shrinks by itself may be the end of a burst: it gets four times as long.
    if (waitingMs <= behindMs) this.#over = 0
    else this.#over += waitingMs > before - 200 ? 1 : 0.25
    if (this.#over >= patience && sheddable > 0) {
      // It was given back too early: the next try waits longer.
      if (this.#sinceRestore < goodSeconds) this.#rest = Math.min(maxRestSeconds, this.#rest * 2)
      this.changed()
      return 'shed'
    }
    this.#roomy = waitingMs < 300 && load < roomyLoad ? this.#roomy + 1 : 0
    if (shed > 0 && this.#roomy >= this.#rest) {
      this.changed()
      this.#sinceRestore = 0
      return 'restore'
    }
    return undefined
  }
}
