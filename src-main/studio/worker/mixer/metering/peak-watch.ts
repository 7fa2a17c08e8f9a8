import { silenceDb } from './k-weighting.ts'

/** Keeps the highest sample of a signal until somebody reads it: cheap enough to run all the time, for health checks and rules. */
export class PeakWatch {
  #peak = 0
  #measured = false

  /** @param peak highest sample of a block, 1 is full scale */
  take(peak: number): void {
    if (peak > this.#peak) this.#peak = peak
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
