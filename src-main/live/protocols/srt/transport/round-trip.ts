const firstMs = 100

/** How long the way to the peer and back takes, smoothed (draft-sharabayko-srt-01, section 4.10). */
export class RoundTrip {
  #ms = firstMs
  #varianceMs = firstMs / 2

  get ms(): number {
    return this.#ms
  }

  get varianceMs(): number {
    return this.#varianceMs
  }

  /** An answer that takes longer is lost, ms. */
  get patienceMs(): number {
    return this.#ms + 4 * this.#varianceMs
  }

  measure(ms: number): void {
    this.#varianceMs += (Math.abs(ms - this.#ms) - this.#varianceMs) / 4
    this.#ms += (ms - this.#ms) / 8
  }
}
