/** Acknowledgements after which a server's rhythm is known. */
const min = 3
/** Bytes on top of two of the longest gaps seen: what the server reads at once. */
const slackBytes = 64 * 1024

/** What a server counts from is found out again so often, ms: some leave out headers, and their count falls behind for ever. */
const floorMs = 20_000

/**
 * Notices by a server's acknowledgements (RTMP 1.0, section 5.4.3) what becomes of bytes that the system took into its own buffers. That
 * a server stopped reading is known by their rhythm alone, since servers count differently; how much is under way by their numbers, kept
 * against the least difference seen lately. A server that sends none is never suspected.
 */
export class Acknowledgements {
  #count = 0
  #longestGap = 0
  #sent = 0
  #atMs = 0
  /** What the server counted last; undefined where it counts backwards. */
  #received: number | undefined = 0
  /** Least differences of sent and received: of this period, and of the one before. */
  #floor = Number.POSITIVE_INFINITY
  #floorBefore = Number.POSITIVE_INFINITY
  #floorSinceMs = 0

  /** One came, when this many bytes had been handed over; `received` is what it says. `nowMs` is monotonic. */
  onAcknowledged(sentBytes: number, nowMs: number, received?: number): void {
    this.#measure(sentBytes, nowMs, received)
    if (this.#count > 0) this.#longestGap = Math.max(this.#longestGap, sentBytes - this.#sent)
    this.#count++
    this.#sent = sentBytes
    this.#atMs = nowMs
  }

  /** Bytes handed over that have, as far as is known, not arrived. */
  unconfirmed(sentBytes: number): number {
    const floor = Math.min(this.#floor, this.#floorBefore)
    if (this.#received === undefined || this.#count < min || !Number.isFinite(floor)) return 0
    return Math.max(0, this.#sent - this.#received - floor) + Math.max(0, sentBytes - this.#sent - this.#longestGap)
  }

  /** True where more than two gaps went out since the last one, which is `afterMs` ago or longer. */
  overdue(sentBytes: number, nowMs: number, afterMs: number): boolean {
    return this.#count >= min && nowMs - this.#atMs > afterMs && sentBytes - this.#sent > 2 * this.#longestGap + slackBytes
  }

  #measure(sentBytes: number, nowMs: number, received: number | undefined): void {
    const before = this.#received
    if (received === undefined || before === undefined) return
    // The count has 32 bits.
    const step = (received - (before % 2 ** 32) + 2 ** 32) % 2 ** 32
    if (step > 2 ** 31) {
      this.#received = undefined
      return
    }
    this.#received = before + step
    if (nowMs - this.#floorSinceMs > floorMs) {
      this.#floorBefore = this.#floor
      this.#floor = Number.POSITIVE_INFINITY
      this.#floorSinceMs = nowMs
    }
    this.#floor = Math.min(this.#floor, sentBytes - this.#received)
  }
}
