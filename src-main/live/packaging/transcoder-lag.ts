/** The lag that is reported to players never exceeds this, seconds, is a multiple of the step, and is that of the last one or two spans. */
const maxLagS = 3
const stepS = 0.25
const spanS = 20

/** How far transcoded tracks run behind those that they are made of, by the stream's own time: players stay as far behind the newest media. */
export class TranscoderLag {
  /** Largest in this span of time and in the one before. */
  #thisSpanS = 0
  #lastSpanS = 0
  #spanEndS = 0

  /** Seconds. */
  get largestS(): number {
    return Math.max(this.#thisSpanS, this.#lastSpanS)
  }

  /** @param newestS newest time of the stream */
  add(lagS: number, newestS: number): void {
    if (newestS >= this.#spanEndS) {
      this.#lastSpanS = this.#thisSpanS
      this.#thisSpanS = 0
      this.#spanEndS = newestS + spanS
    }
    this.#thisSpanS = Math.max(this.#thisSpanS, Math.min(maxLagS, Math.ceil(lagS / stepS) * stepS))
  }
}
