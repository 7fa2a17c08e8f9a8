import { type Biquad, StereoBiquads } from '../biquads.ts'
import { blockFrames } from '../mixer.ts'

/** ITU-R BS.1770-4 table 1 and 2, at 48 kHz: the head's shelf, and the high-pass. */
const shelf: Biquad = [1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585]
const highPass: Biquad = [1, -2, 1, -1.99004745483398, 0.99007225036621]

export const silenceDb = -120

/** Weighs audio as ears do and sums its power, block by block. */
export class KWeighting {
  readonly #filter = new StereoBiquads([shelf, highPass])
  readonly #weighed = new Float32Array(blockFrames * 2)

  /** Mean power of both channels together in a block. */
  power(block: Float32Array): number {
    const weighed = this.#weighed
    weighed.set(block)
    this.#filter.process(weighed)
    let sum = 0
    for (let sample = 0; sample < weighed.length; sample++) sum += weighed[sample]! * weighed[sample]!
    return sum / blockFrames
  }

  reset(): void {
    this.#filter.reset()
  }
}

/** Loudness of a mean power, LUFS; `silenceDb` where there is (almost) none. */
export const loudnessOf = (power: number): number => Math.max(silenceDb, -0.691 + 10 * Math.log10(Math.max(power, 1e-30)))

/** Mean of the powers of the last blocks. */
export class PowerWindow {
  readonly #powers: Float64Array
  #count = 0
  #at = 0

  constructor(blocks: number) {
    this.#powers = new Float64Array(blocks)
  }

  /** Blocks in it. */
  get count(): number {
    return this.#count
  }

  push(power: number): void {
    this.#powers[this.#at] = power
    this.#at = (this.#at + 1) % this.#powers.length
    if (this.#count < this.#powers.length) this.#count++
  }

  /** Summed again, as a running sum would keep what rounding left of louder times. */
  mean(): number {
    if (this.#count === 0) return 0
    let sum = 0
    for (let index = 0; index < this.#count; index++) sum += this.#powers[index]!
    return sum / this.#count
  }

  clear(): void {
    this.#count = 0
    this.#at = 0
  }
}
