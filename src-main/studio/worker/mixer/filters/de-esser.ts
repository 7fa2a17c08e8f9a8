import type { DeEsserSettings } from '../../../document/kinds/audio-filter-kinds.ts'
import { biquad, StereoBiquads } from '../biquads.ts'
import { blockFrames } from '../mixer.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { fromDb, toDb } from './decibels.ts'
import { applyStepGains, stepPeaks, stepShare, steps } from './stepped-gain.ts'

const attackMs = 1
const releaseMs = 40

const highPart = ({ frequency }: DeEsserSettings) => biquad('high-pass', frequency, Math.SQRT1_2)
const middlePart = ({ frequency }: DeEsserSettings) => biquad('band-pass', frequency, Math.SQRT1_2)

/**
 * Presses only what is above a frequency, while it is loud: a high shelf whose gain moves. The output is the sum of a low, a middle and
 * a high part of one filter; the high part has the gain, the middle its root, and at rest nothing is changed.
 */
export class DeEsser implements AudioProcessor {
  readonly latency = 0
  readonly #peaks = new Float64Array(steps)
  /** Gains less one of the high and the middle part: what is added. */
  readonly #highGains = new Float64Array(steps)
  readonly #middleGains = new Float64Array(steps)
  readonly #high = new Float32Array(blockFrames * 2)
  readonly #middle = new Float32Array(blockFrames * 2)
  readonly #highFilter: StereoBiquads
  readonly #middleFilter: StereoBiquads
  readonly #attack = stepShare(attackMs)
  readonly #release = stepShare(releaseMs)
  #settings: DeEsserSettings
  #level = 0
  #highGain = 0
  #middleGain = 0

  constructor(settings: DeEsserSettings) {
    this.#settings = settings
    this.#highFilter = new StereoBiquads([highPart(settings)])
    this.#middleFilter = new StereoBiquads([middlePart(settings)])
  }

  update(settings: DeEsserSettings): void {
    this.#settings = settings
    this.#highFilter.set(0, highPart(settings))
    this.#middleFilter.set(0, middlePart(settings))
  }

  process(block: Float32Array): void {
    const high = this.#high
    const middle = this.#middle
    high.set(block)
    middle.set(block)
    this.#highFilter.process(high)
    this.#middleFilter.process(middle)
    const highBefore = this.#highGain
    const middleBefore = this.#middleGain
    if (!this.#listen(high) && highBefore === 0) return
    applyStepGains(high, highBefore, this.#highGains)
    applyStepGains(middle, middleBefore, this.#middleGains)
    for (let sample = 0; sample < block.length; sample++) block[sample]! += high[sample]! + middle[sample]!
  }

  /** Computes the gains of a block. Answers whether there is anything to press. */
  #listen(high: Float32Array): boolean {
    stepPeaks(high, this.#peaks)
    const { thresholdDb, ratio, rangeDb } = this.#settings
    const floor = fromDb(thresholdDb)
    let presses = false
    for (let step = 0; step < steps; step++) {
      const peak = this.#peaks[step]!
      this.#level += (peak - this.#level) * (peak > this.#level ? this.#attack : this.#release)
      const isLoud = this.#level > floor
      const pressedDb = isLoud ? Math.min(rangeDb, (toDb(this.#level) - thresholdDb) * (1 - 1 / ratio)) : 0
      this.#highGains[step] = isLoud ? fromDb(-pressedDb) - 1 : 0
      this.#middleGains[step] = isLoud ? fromDb(-pressedDb / 2) - 1 : 0
      if (isLoud) presses = true
    }
    this.#highGain = this.#highGains[steps - 1]!
    this.#middleGain = this.#middleGains[steps - 1]!
    return presses
  }

  reset(): void {
    this.#highFilter.reset()
    this.#middleFilter.reset()
    this.#level = 0
    this.#highGain = 0
    this.#middleGain = 0
  }
}
