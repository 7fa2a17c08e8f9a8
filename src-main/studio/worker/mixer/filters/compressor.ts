import type { CompressorSettings } from '../../../document/kinds/audio-filter-kinds.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { fromDb, toDb } from './decibels.ts'
import { applyStepGains, stepPeaks, stepShare, steps } from './stepped-gain.ts'

/** Makes what is above a threshold quieter by a ratio; the level is its own or that of another source. */
export class Compressor implements AudioProcessor {
  readonly latency = 0
  readonly #peaks = new Float64Array(steps)
  readonly #gains = new Float64Array(steps)
  #settings: CompressorSettings
  #attack = 0
  #release = 0
  /** Amplitude below which nothing is pressed. */
  #floor = 0
  #makeUp = 1
  #level = 0
  #gain: number

  constructor(settings: CompressorSettings) {
    this.#settings = settings
    this.update(settings)
    this.#gain = this.#makeUp
  }

  update(settings: CompressorSettings): void {
    this.#settings = settings
    this.#attack = stepShare(settings.attackMs)
    this.#release = stepShare(settings.releaseMs)
    this.#floor = fromDb(settings.thresholdDb - settings.kneeDb / 2)
    this.#makeUp = fromDb(settings.gainDb)
  }

  process(block: Float32Array, key: Float32Array | undefined): void {
    stepPeaks(key ?? block, this.#peaks)
    const before = this.#gain
    let level = this.#level
    for (let step = 0; step < steps; step++) {
      const peak = this.#peaks[step]!
      level += (peak - level) * (peak > level ? this.#attack : this.#release)
      this.#gains[step] = level <= this.#floor ? this.#makeUp : fromDb(this.#settings.gainDb - this.#pressedDb(toDb(level)))
    }
    this.#level = level < 1e-12 ? 0 : level
    this.#gain = this.#gains[steps - 1]!
    applyStepGains(block, before, this.#gains)
  }

  /** dB that a level is pressed by: a parabola about the threshold joins the two straight lines. */
  #pressedDb(levelDb: number): number {
    const { thresholdDb, ratio, kneeDb } = this.#settings
    const over = levelDb - thresholdDb
    const slope = 1 - 1 / ratio
    if (over >= kneeDb / 2 || kneeDb === 0) return Math.max(0, over) * slope
    return (slope * (over + kneeDb / 2) ** 2) / (2 * kneeDb)
  }

  reset(): void {
    this.#level = 0
    this.#gain = this.#makeUp
  }
}
