import type { GateSettings } from '../../../document/kinds/audio-filter-kinds.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { fromDb } from './decibels.ts'
import { applyStepGains, stepPeaks, stepShare, steps, stepsIn } from './stepped-gain.ts'

/** The level falls so slowly between the peaks of a low voice that the gate does not flutter. */
const levelFallMs = 20

/** Silence below a level, with hysteresis and a time to hold. */
export class Gate implements AudioProcessor {
  readonly latency = 0
  readonly #peaks = new Float64Array(steps)
  readonly #gains = new Float64Array(steps)
  readonly #fall = 1 - stepShare(levelFallMs)
  #open = 0
  #close = 0
  #rise = 0
  #drop = 0
  #hold = 0
  #level = 0
  #gain = 0
  #isOpen = false
  #kept = 0

  constructor(settings: GateSettings) {
    this.update(settings)
  }

  update(settings: GateSettings): void {
    this.#open = fromDb(settings.openDb)
    this.#close = fromDb(Math.min(settings.closeDb, settings.openDb))
    this.#rise = 1 / Math.max(1, stepsIn(settings.attackMs))
    this.#drop = 1 / Math.max(1, stepsIn(settings.releaseMs))
    this.#hold = stepsIn(settings.holdMs)
  }

  process(block: Float32Array): void {
    stepPeaks(block, this.#peaks)
    const before = this.#gain
    let gain = before
    for (let step = 0; step < steps; step++) {
      this.#level = Math.max(this.#peaks[step]!, this.#level * this.#fall)
      if (this.#level >= this.#open) this.#isOpen = true
      if (this.#level > this.#close) this.#kept = this.#hold
      else if (this.#kept > 0) this.#kept--
      else this.#isOpen = false
      gain = this.#isOpen ? Math.min(1, gain + this.#rise) : Math.max(0, gain - this.#drop)
      this.#gains[step] = gain
    }
    this.#gain = gain
    applyStepGains(block, before, this.#gains)
  }

  reset(): void {
    this.#level = 0
    this.#gain = 0
    this.#isOpen = false
    this.#kept = 0
  }
}
