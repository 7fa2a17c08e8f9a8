/** Quieter than this is no part of a programme, LUFS: the absolute gate of ITU-R BS.1770. */
const absoluteGate = -70
/** What is this much quieter than the rest does not count either, LU: the relative gate. */
const relativeGate = -10
const loudest = 10
/** Bins of a tenth of a LU. */
const bins = (loudest - absoluteGate) * 10

const powerOf = (lufs: number): number => 10 ** ((lufs + 0.691) / 10)

/**
 * Integrated loudness (EBU R 128) of momentary readings: of windows of 400 ms that overlap, as the standard has them, whatever was read of them
 * in between. It takes the same memory after hours.
 */
export class IntegratedLoudness {
  readonly #counts = new Float64Array(bins)
  readonly #powers = new Float64Array(bins)

  push(lufs: number): void {
    if (!(lufs > absoluteGate)) return
    const bin = Math.min(bins - 1, Math.floor((lufs - absoluteGate) * 10))
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1
    this.#powers[bin] = (this.#powers[bin] ?? 0) + powerOf(lufs)
  }

  /** LUFS; undefined before anything was heard. */
  read(): number | undefined {
    const ungated = this.#mean(0)
    return ungated === undefined ? undefined : this.#mean(Math.max(0, Math.floor((ungated + relativeGate - absoluteGate) * 10)))
  }

  reset(): void {
    this.#counts.fill(0)
    this.#powers.fill(0)
  }

  #mean(from: number): number | undefined {
    let [count, power] = [0, 0]
    for (let bin = from; bin < bins; bin++) {
      count += this.#counts[bin] ?? 0
      power += this.#powers[bin] ?? 0
    }
    return count === 0 ? undefined : 10 * Math.log10(power / count) - 0.691
  }
}
