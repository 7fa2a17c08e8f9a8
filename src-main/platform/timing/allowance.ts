/** So much of something at once, and one more after each interval: what is beyond is not allowed. */
export class Allowance {
  readonly #most: number
  readonly #everyMs: number
  readonly #now: () => number
  #left: number
  #atMs: number

  /** @param now monotonic, ms */
  constructor(most: number, everyMs: number, now: () => number = () => performance.now()) {
    this.#most = most
    this.#everyMs = everyMs
    this.#now = now
    this.#left = most
    this.#atMs = now()
  }

  /** Takes one; false where nothing is left. */
  take(): boolean {
    const nowMs = this.#now()
    this.#left = Math.min(this.#most, this.#left + (nowMs - this.#atMs) / this.#everyMs)
    this.#atMs = nowMs
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
