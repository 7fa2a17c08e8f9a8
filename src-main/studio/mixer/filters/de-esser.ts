import type { DeEsserSettings } from '../audio-filter-kinds.ts'
import { biquad, StereoBiquads } from '../biquads.ts'
import { blockFrames } from '../mixer.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { fromDb, toDb } from './decibels.ts'
import { applyStepGains, stepPeaks, stepShare, steps } from './stepped-gain.ts'

const attackMs = 1
const releaseMs = 40

const highPass = (settings: DeEsserSettings) => biquad('high-pass', settings.frequency, Math.SQRT1_2)

/** Presses only what is above a frequency, while it is loud: what it takes away is subtracted, so that at rest it is transparent. */
export class DeEsser implements AudioProcessor {
  readonly latency = 0
  readonly #peaks = new Float64Array(steps)
  readonly #gains = new Float64Array(steps)
  readonly #high = new Float32Array(blockFrames * 2)
  readonly #filter: StereoBiquads
  readonly #attack = stepShare(attackMs)
  readonly #release = stepShare(releaseMs)
  #settings: DeEsserSettings
  #level = 0
  /** Of the high part, less one: what is added. */
  #share = 0

  constructor(settings: DeEsserSettings) {
    this.#settings = settings
    this.#filter = new StereoBiquads([highPass(settings)])
  }

  update(settings: DeEsserSettings): void {
    this.#settings = settings
    this.#filter.set(0, highPass(settings))
  }

  process(block: Float32Array): void {
    const high = this.#high
    high.set(block)
    this.#filter.process(high)
    stepPeaks(high, this.#peaks)
    const { thresholdDb, ratio, rangeDb } = this.#settings
    const floor = fromDb(thresholdDb)
    const before = this.#share
    let isAtRest = before === 0
    for (let step = 0; step < steps; step++) {
      const peak = this.#peaks[step]!
      this.#level += (peak - this.#level) * (peak > this.#level ? this.#attack : this.#release)
      const isLoud = this.#level > floor
      this.#gains[step] = isLoud ? fromDb(-Math.min(rangeDb, (toDb(this.#level) - thresholdDb) * (1 - 1 / ratio))) - 1 : 0
      if (isLoud) isAtRest = false
    }
    this.#share = this.#gains[steps - 1]!
    if (isAtRest) return
    applyStepGains(high, before, this.#gains)
    for (let sample = 0; sample < block.length; sample++) block[sample]! += high[sample]!
  }

  reset(): void {
    this.#filter.reset()
    this.#level = 0
    this.#share = 0
  }
}
