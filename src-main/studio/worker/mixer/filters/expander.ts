import type { ExpanderSettings } from '../../../document/kinds/audio-filter-kinds.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { fromDb, toDb } from './decibels.ts'
import { applyStepGains, stepPeaks, stepShare, steps } from './stepped-gain.ts'

const levelFallMs = 20
const silenceDb = -120

/** Makes what is below a threshold quieter by a ratio, down to a range. */
export class Expander implements AudioProcessor {
  readonly latency = 0
  readonly #peaks = new Float64Array(steps)
  readonly #gains = new Float64Array(steps)
  readonly #fall = 1 - stepShare(levelFallMs)
  #settings: ExpanderSettings
  #attack = 0
  #release = 0
  #level = 0
  #gainDb = 0
  #gain = 1

  constructor(settings: ExpanderSettings) {
    this.#settings = settings
    this.update(settings)
    this.#gainDb = -settings.rangeDb
    this.#gain = fromDb(this.#gainDb + settings.gainDb)
  }

  update(settings: ExpanderSettings): void {
    this.#settings = settings
    this.#attack = stepShare(settings.attackMs)
    this.#release = stepShare(settings.releaseMs)
  }

  process(block: Float32Array): void {
    stepPeaks(block, this.#peaks)
    const { thresholdDb, ratio, rangeDb, gainDb } = this.#settings
    const before = this.#gain
    for (let step = 0; step < steps; step++) {
      this.#level = Math.max(this.#peaks[step]!, this.#level * this.#fall)
      const levelDb = this.#level > 1e-6 ? toDb(this.#level) : silenceDb
      const wantedDb = Math.max(-rangeDb, Math.min(0, (levelDb - thresholdDb) * (ratio - 1)))
      this.#gainDb += (wantedDb - this.#gainDb) * (wantedDb > this.#gainDb ? this.#attack : this.#release)
      this.#gains[step] = fromDb(this.#gainDb + gainDb)
    }
    this.#gain = this.#gains[steps - 1]!
    applyStepGains(block, before, this.#gains)
  }

  reset(): void {
    this.#level = 0
    this.#gainDb = -this.#settings.rangeDb
    this.#gain = fromDb(this.#gainDb + this.#settings.gainDb)
  }
}
