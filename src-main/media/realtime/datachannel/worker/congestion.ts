/** Packets whose sending is remembered until the receiver reports them. */
const remembered = 4096
/** A window of feedback, ms of the receiver's clock. */
const windowMs = 200
/** A window whose best packet was queued longer than this was in a queue that does not drain. */
const standingMs = 50
/** Share lost in a window that shows a full queue rather than of a bad line. */
const lossShare = 0.12
const fewest = 10
/** How long the shortest way seen counts, ms: clocks drift, and routes change. */
const baseMs = 15_000
/** What of the delivered rate is taken to fit while the line is crowded, and how fast the estimate grows when it is not. */
const fitShare = 0.9
const growthPerSecond = 1.1

/**
 * What a viewer's line carries, from the arrival times that its transport-wide feedback tells
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01): a line is crowded when even the fastest packet of a window waited
 * in a queue, or when much was lost. Bounded, and nothing is made per packet.
 */
export class Congestion {
  readonly #sequences = new Int32Array(remembered).fill(-1)
  readonly #sentMs = new Float64Array(remembered)
  readonly #bytes = new Uint16Array(remembered)
  #next = 0
  /** Shortest way now and in the time before, with the clocks' difference in it. */
  #base = Number.POSITIVE_INFINITY
  #olderBase = Number.POSITIVE_INFINITY
  #baseSinceMs = 0
  #windowStart = Number.NaN
  #windowEnd = 0
  #shortest = Number.POSITIVE_INFINITY
  #arrivedBytes = 0
  #arrived = 0
  #lost = 0
  #measuredMs = 0
  /** True from a crowded window to the next free one. */
  crowded = false
  /** ms that packets wait on the line. */
  queuedMs = 0
  /** bit/s that were delivered in the last window; NaN before the first. */
  delivered = Number.NaN
  /** bit/s that the line carries; NaN until it was crowded once. */
  estimate = Number.NaN

  /** Number of the next packet on the line, for its header extension. */
  sent(bytes: number, nowMs: number): number {
    const sequence = this.#next
    this.#next = (sequence + 1) & 0xffff
    const slot = sequence % remembered
    this.#sequences[slot] = sequence
    this.#sentMs[slot] = nowMs
    this.#bytes[slot] = bytes
    return sequence
  }

  /** The receiver reports one packet: when it came by its own clock (ms), or NaN. */
  reported(sequence: number, arrivedMs: number): void {
    const slot = sequence % remembered
    if (this.#sequences[slot] !== sequence) return
    if (Number.isNaN(arrivedMs)) {
      // it may be reported again: a packet that is only late is in the next feedback
      this.#lost++
      return
    }
    this.#sequences[slot] = -1
    const way = arrivedMs - (this.#sentMs[slot] as number)
    if (way < this.#base) this.#base = way
    if (way < this.#shortest) this.#shortest = way
    if (Number.isNaN(this.#windowStart)) {
      this.#windowStart = arrivedMs
      this.#windowEnd = arrivedMs
    } else {
      this.#arrivedBytes += this.#bytes[slot] as number
      if (arrivedMs > this.#windowEnd) this.#windowEnd = arrivedMs
    }
    this.#arrived++
  }

  /** After each feedback message. True where a window ended, and `crowded` has its result. */
  measure(nowMs: number): boolean {
    const took = this.#windowEnd - this.#windowStart
    if (!(took >= windowMs) || this.#arrived < 3) return false
    this.queuedMs = this.#shortest - Math.min(this.#base, this.#olderBase)
    this.delivered = (this.#arrivedBytes * 8000) / took
    const total = this.#arrived + this.#lost
    this.crowded = this.queuedMs > standingMs || (total >= fewest && this.#lost / total > lossShare)
    if (this.crowded) this.estimate = this.delivered * fitShare
    else if (!Number.isNaN(this.estimate)) {
      const seconds = Math.min(1, (nowMs - this.#measuredMs) / 1000)
      this.estimate = Math.max(this.delivered, this.estimate * growthPerSecond ** seconds)
    }
    this.#measuredMs = nowMs
    this.#windowStart = this.#windowEnd
    this.#shortest = Number.POSITIVE_INFINITY
    this.#arrivedBytes = 0
    this.#arrived = 0
    this.#lost = 0
    if (nowMs - this.#baseSinceMs > baseMs) {
      this.#baseSinceMs = nowMs
      this.#olderBase = this.#base
      this.#base = Number.POSITIVE_INFINITY
    }
    return true
  }
}
