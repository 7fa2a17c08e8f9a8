import type { SincTable } from './sinc-table.ts'

/** Frames behind the ring that repeat its start, so that a kernel never wraps. At least the taps of the longest kernel. */
const guardFrames = 128
/** Beyond +24 dBFS nothing is audio: such samples are clipped there, and NaN is silence. */
const loudest = 16

/** A source's audio that is not played yet, interleaved stereo at the device's rate. Frames are counted from the start. */
export class AudioRing {
  /** Frames appended since the start. */
  end = 0
  #begin = 0
  #capacity: number
  readonly #max: number
  #samples: Float32Array
  /** Number of the newest frame whose channels differ. */
  #lastStereo = -1

  /** Sizes are frames, powers of two; it grows up to `most`, then drops the oldest. */
  constructor(capacity: number, max: number) {
    this.#capacity = capacity
    this.#max = max
    this.#samples = new Float32Array((capacity + guardFrames) * 2)
  }

  /** First frame that is still kept. */
  get begin(): number {
    return Math.max(this.#begin, this.end - this.#capacity)
  }

  /** Appends `count` frames; keeps all from number `keepFrom` on as far as it may grow. */
  append(source: Float32Array, count: number, keepFrom: number): void {
    const needed = this.end + count - keepFrom
    if (needed > this.#capacity && this.#capacity < this.#max) this.#grow(needed)
    const samples = this.#samples
    const mask = this.#capacity - 1
    let at = this.end & mask
    let total = 0
    for (let frame = 0; frame < count; frame++) {
      const left = source[frame * 2]!
      const right = source[frame * 2 + 1]!
      if (left !== right) this.#lastStereo = this.end + frame
      const power = left * left + right * right
      total += power * power
      this.#put(samples, at, left, right)
      at = (at + 1) & mask
    }
    // One sum tells whether there is anything to look for: it is NaN as soon as one sample is, and beyond this where one is too loud.
    // Fourth powers, so that a chunk of full scale stays below: the sum of its samples alone would not.
    if (!(total <= loudest ** 4)) this.#mend(count)
    this.end += count
  }

  #put(samples: Float32Array, at: number, left: number, right: number): void {
    samples[at * 2] = left
    samples[at * 2 + 1] = right
    if (at >= guardFrames) return
    const twin = (this.#capacity + at) * 2
    samples[twin] = left
    samples[twin + 1] = right
  }

  #mend(count: number): void {
    const mask = this.#capacity - 1
    for (let frame = this.end; frame < this.end + count; frame++) {
      const at = frame & mask
      this.#put(this.#samples, at, mended(this.#samples[at * 2]!), mended(this.#samples[at * 2 + 1]!))
    }
  }

  #grow(needed: number): void {
    let capacity = this.#capacity
    while (capacity < needed && capacity < this.#max) capacity *= 2
    const old = this.#samples
    const oldMask = this.#capacity - 1
    const begin = this.begin
    this.#samples = new Float32Array((capacity + guardFrames) * 2)
    this.#capacity = capacity
    for (let frame = begin; frame < this.end; frame++) {
      const from = (frame & oldMask) * 2
      this.#put(this.#samples, frame & (capacity - 1), old[from]!, old[from + 1]!)
    }
    this.#begin = begin
  }

  /**
   * Writes `count` frames to `into` from its frame `at` on: those at `position`, `position + step`, ... (fractional frame numbers).
   * Half a kernel on both sides has to be kept.
   */
  interpolate(table: SincTable, position: number, step: number, into: Float32Array, at: number, count: number): void {
    const { taps, phases, coefficients } = table
    const samples = this.#samples
    const mask = this.#capacity - 1
    const before = taps / 2 - 1
    const isMono = position - taps > this.#lastStereo
    for (let frame = 0; frame < count; frame++) {
      const exact = position + frame * step
      let whole = Math.floor(exact)
      let phase = Math.round((exact - whole) * phases)
      if (phase === phases) {
        phase = 0
        whole++
      }
      const last = (phase + 1) * taps
      let from = ((whole - before) & mask) * 2
      let left = 0
      let right = 0
      if (isMono) {
        for (let tap = phase * taps; tap < last; tap += 2) {
          left += coefficients[tap]! * samples[from]!
          right += coefficients[tap + 1]! * samples[from + 2]!
          from += 4
        }
        left += right
        right = left
      } else {
        for (let tap = phase * taps; tap < last; tap++) {
          const factor = coefficients[tap]!
          left += factor * samples[from]!
          right += factor * samples[from + 1]!
          from += 2
        }
      }
      into[(at + frame) * 2] = left
      into[(at + frame) * 2 + 1] = right
    }
  }

  /** The same without a kernel: frames `position`, `position + 1`, ... as they are. */
  copy(position: number, into: Float32Array, at: number, count: number): void {
    const samples = this.#samples
    const mask = this.#capacity - 1
    const first = position & mask
    if (first + count <= this.#capacity) {
      into.set(samples.subarray(first * 2, (first + count) * 2), at * 2)
      return
    }
    for (let frame = 0; frame < count; frame++) {
      const from = ((position + frame) & mask) * 2
      into[(at + frame) * 2] = samples[from]!
      into[(at + frame) * 2 + 1] = samples[from + 1]!
    }
  }
}

const mended = (sample: number) => (Number.isFinite(sample) ? Math.min(loudest, Math.max(-loudest, sample)) : 0)
