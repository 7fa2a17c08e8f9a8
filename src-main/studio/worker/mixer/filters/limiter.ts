import { type LimiterSettings, limiterFrames } from '../../../document/kinds/audio-filter-kinds.ts'
import { blockFrames, mixRate } from '../mixer.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { fromDb } from './decibels.ts'

const queueSize = 512
const queueMask = queueSize - 1
/** So close to 1 a gain is 1. */
const almost = 1e-6

/**
 * Keeps the level below a ceiling. The audio is late by 5 ms, and the least gain that any of these frames needs is known before its frame
 * leaves; the mean of that over the same time comes down in a straight line and is there in time, so that no sample is above the ceiling.
 */
export class Limiter implements AudioProcessor {
  readonly latency = limiterFrames
  /** The last 5 ms of audio, which leave with the next block. */
  readonly #tail = new Float32Array(limiterFrames * 2)
  readonly #fresh = new Float32Array(blockFrames * 2)
  /** Gains that rise from the oldest frame to the newest: the first is the least of those in sight (a sliding minimum). */
  readonly #queueGain = new Float64Array(queueSize)
  readonly #queueFrame = new Float64Array(queueSize)
  #queueFirst = 0
  #queueEnd = 0
  /** Gains whose mean is taken. */
  readonly #window = new Float64Array(limiterFrames).fill(1)
  #windowSum = limiterFrames
  #windowAt = 0
  #frame = 0
  #released = 1
  /** Frames since anything was above the ceiling or on its way back. */
  #atRest = 0
  #ceiling = 1
  #release = 0
  #gain: number
  #wantedGain = 1

  constructor(settings: LimiterSettings) {
    this.update(settings)
    this.#gain = this.#wantedGain
  }

  update(settings: LimiterSettings): void {
    // As a sample can be, and not above what was asked for.
    const ceiling = fromDb(settings.ceilingDb)
    this.#ceiling = Math.fround(ceiling) <= ceiling ? Math.fround(ceiling) : Math.fround(ceiling * (1 - 2 ** -23))
    this.#release = 1 - Math.exp(-1000 / (mixRate * settings.releaseMs))
    this.#wantedGain = fromDb(settings.gainDb)
  }

  process(block: Float32Array): void {
    const peak = this.#amplify(block)
    const fresh = this.#fresh
    const tail = this.#tail
    fresh.set(block)
    block.copyWithin(tail.length, 0, block.length - tail.length)
    block.set(tail)
    for (let sample = 0, from = block.length - tail.length; sample < tail.length; sample++) tail[sample] = fresh[from + sample]!
    if (peak <= this.#ceiling && this.#atRest > 2 * limiterFrames) return
    this.#limit(block)
  }

  /** Applies the gain before. Answers the greatest amplitude. */
  #amplify(block: Float32Array): number {
    let gain = this.#gain
    const step = ((this.#wantedGain - gain) * 2) / block.length
    let peak = 0
    for (let sample = 0; sample < block.length; sample += 2) {
      gain += step
      block[sample]! *= gain
      block[sample + 1]! *= gain
      const size = Math.max(Math.abs(block[sample]!), Math.abs(block[sample + 1]!))
      if (size > peak) peak = size
    }
    this.#gain = this.#wantedGain
    return peak
  }

  /** Computes gains from the fresh frames and applies them to the late ones. */
  #limit(block: Float32Array): void {
    const fresh = this.#fresh
    const ceiling = this.#ceiling
    for (let frame = 0; frame < blockFrames; frame++) {
      const size = Math.max(Math.abs(fresh[frame * 2]!), Math.abs(fresh[frame * 2 + 1]!))
      const min = this.#minInSight(size > ceiling ? ceiling / size : 1)
      this.#released = min < this.#released ? min : this.#released + (min - this.#released) * this.#release
      if (this.#released > 1 - almost) this.#released = 1
      this.#atRest = this.#released === 1 ? this.#atRest + 1 : 0
      this.#windowSum += this.#released - this.#window[this.#windowAt]!
      this.#window[this.#windowAt] = this.#released
      this.#windowAt = (this.#windowAt + 1) % limiterFrames
      if (this.#atRest > limiterFrames) this.#windowSum = limiterFrames
      const gain = this.#windowSum / limiterFrames
      const at = frame * 2
      // The sum's rounding, and a ceiling that was just lowered, are caught by a clamp.
      block[at] = Math.max(-ceiling, Math.min(ceiling, block[at]! * gain))
      block[at + 1] = Math.max(-ceiling, Math.min(ceiling, block[at + 1]! * gain))
    }
  }

  #minInSight(gain: number): number {
    const gains = this.#queueGain
    const frames = this.#queueFrame
    const frame = this.#frame++
    while (this.#queueEnd > this.#queueFirst && gains[(this.#queueEnd - 1) & queueMask]! >= gain) this.#queueEnd--
    gains[this.#queueEnd & queueMask] = gain
    frames[this.#queueEnd & queueMask] = frame
    this.#queueEnd++
    if (frames[this.#queueFirst & queueMask]! < frame - limiterFrames) this.#queueFirst++
    return gains[this.#queueFirst & queueMask]!
  }

  reset(): void {
    this.#tail.fill(0)
    this.#window.fill(1)
    this.#windowSum = limiterFrames
    this.#released = 1
    this.#atRest = 0
    this.#queueFirst = this.#queueEnd
  }
}
