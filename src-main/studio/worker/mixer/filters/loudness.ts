import type { LoudnessSettings } from '../../../document/kinds/audio-filter-kinds.ts'
import { KWeighting, loudnessOf, PowerWindow } from '../metering/k-weighting.ts'
import { blockFrames, mixRate } from '../mixer.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { fromDb } from './decibels.ts'
import { Limiter } from './limiter.ts'

/** Blocks of the 3 s of short-term loudness and the 400 ms of momentary loudness. */
const shortTermBlocks = 300
const momentaryBlocks = 40
const blockSeconds = blockFrames / mixRate
const limiterReleaseMs = 100

const limiterOf = ({ ceilingDb }: LoudnessSettings) => ({ ceilingDb, releaseMs: limiterReleaseMs, gainDb: 0 })

/**
 * Steers slowly to a loudness: the short-term loudness (EBU Tech 3341) of what comes in, without its pauses, says what gain is needed,
 * and the gain goes there no faster than allowed. Nothing is fed back, so it never swings. A limiter is behind.
 */
export class Loudness implements AudioProcessor {
  readonly #limiter: Limiter
  readonly #weighting = new KWeighting()
  readonly #momentary = new PowerWindow(momentaryBlocks)
  readonly #shortTerm = new PowerWindow(shortTermBlocks)
  #settings: LoudnessSettings
  #gainDb = 0
  #gain = 1

  constructor(settings: LoudnessSettings) {
    this.#settings = settings
    this.#limiter = new Limiter(limiterOf(settings))
  }

  get latency(): number {
    return this.#limiter.latency
  }

  update(settings: LoudnessSettings): void {
    this.#settings = settings
    this.#limiter.update(limiterOf(settings))
  }

  process(block: Float32Array): void {
    const power = this.#weighting.power(block)
    this.#momentary.push(power)
    if (loudnessOf(this.#momentary.mean()) > this.#settings.gateLufs) this.#shortTerm.push(power)
    const before = this.#gain
    this.#steer()
    const step = ((this.#gain - before) * 2) / block.length
    let gain = before
    for (let sample = 0; sample < block.length; sample += 2) {
      gain += step
      block[sample]! *= gain
      block[sample + 1]! *= gain
    }
    this.#limiter.process(block)
  }

  #steer(): void {
    // Before there is as much as a word, nothing is known.
    if (this.#shortTerm.count < momentaryBlocks) return
    const { targetLufs, maxGainDb, maxCutDb, speedDbPerSecond } = this.#settings
    const wantedDb = Math.max(-maxCutDb, Math.min(maxGainDb, targetLufs - loudnessOf(this.#shortTerm.mean())))
    const max = speedDbPerSecond * blockSeconds
    this.#gainDb += Math.max(-max, Math.min(max, wantedDb - this.#gainDb))
    this.#gain = fromDb(this.#gainDb)
  }

  reset(): void {
    this.#weighting.reset()
    this.#momentary.clear()
    this.#shortTerm.clear()
    this.#limiter.reset()
  }
}
