/** Samples after which the clocks' drift is looked at, and how much of it is worth a correction, ms. */
const driftSamples = 1000
const driftMs = 5

/** When packets are due by their time stamps (draft-sharabayko-srt-01, section 4.5.1): the peer's clock on ours, and the agreed delay. */
export class DeliveryClock {
  readonly #latencyMs: number
  /** Our monotonic ms at which the peer's times started. */
  #baseMs: number
  #lastUs: number
  /** The same without the modulus. */
  #lastFullUs: number
  #firstRttMs = 0
  #samples = 0
  #sumMs = 0

  /** `timeUs`: the peer's time stamp that came at `nowMs`. */
  constructor(nowMs: number, timeUs: number, latencyMs: number) {
    this.#latencyMs = latencyMs
    this.#baseMs = nowMs - timeUs / 1000
    this.#lastUs = timeUs
    this.#lastFullUs = timeUs
  }

  /** Monotonic ms at which a packet of that time stamp is due. */
  dueMs(timeUs: number): number {
    return this.#baseMs + this.#full(timeUs) / 1000 + this.#latencyMs
  }

  /** An answer of the peer that came at `nowMs` with its time: clocks that drift apart are brought together. */
  observe(nowMs: number, timeUs: number, rttMs: number): void {
    if (this.#firstRttMs === 0) this.#firstRttMs = rttMs
    this.#sumMs += nowMs - (this.#baseMs + this.#full(timeUs) / 1000) - (rttMs - this.#firstRttMs) / 2
    if (++this.#samples < driftSamples) return
    const mean = this.#sumMs / this.#samples
    this.#samples = 0
    this.#sumMs = 0
    if (Math.abs(mean) > driftMs) this.#baseMs += mean
  }

  /** Time stamps wrap every 71 minutes. */
  #full(timeUs: number): number {
    const full = this.#lastFullUs + ((timeUs - this.#lastUs) | 0)
    if (full > this.#lastFullUs) {
      this.#lastFullUs = full
      this.#lastUs = timeUs
    }
    return full
  }
}
