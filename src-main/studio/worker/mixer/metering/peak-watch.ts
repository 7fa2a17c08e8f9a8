import { silenceDb } from './k-weighting.ts'

/** Keeps the highest sample of a signal until somebody reads it: cheap enough to run all the time, for the health checks. */
export class PeakWatch {
  #peak = 0
  #measured = false

  measure(block: Float32Array): void {
    let peak = this.#peak
    for (let sample = 0; sample < block.length; sample++) {
      const size = Math.abs(block[sample]!)
      if (size > peak) peak = size
    }
    this.#peak = peak
    this.#measured = true
  }

  /** dBFS since the last reading; undefined where nothing was measured. */
  read(): number | undefined {
    if (!this.#measured) return undefined
    const db = Math.max(silenceDb, 20 * Math.log10(this.#peak))
    this.#peak = 0
    this.#measured = false
    return db
  }
}
