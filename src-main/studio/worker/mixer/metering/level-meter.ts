import type { MeterReading } from '../../../control/engine/mixer-readings.ts'
import { peakOf } from '../mix-kernels.ts'
import { blockFrames } from '../mixer.ts'
import { KWeighting, loudnessOf, PowerWindow, silenceDb } from './k-weighting.ts'

/** Blocks of the 400 ms that momentary loudness is of. */
const momentaryBlocks = 40
/** Blocks of the 3 s that short-term loudness is of. */
const shortTermBlocks = 300

/** Measures one stereo signal: peaks and RMS since the last reading, momentary and short-term loudness. */
export class LevelMeter {
  readonly #weighting = new KWeighting()
  readonly #momentary = new PowerWindow(momentaryBlocks)
  readonly #shortTerm = new PowerWindow(shortTermBlocks)
  #inputPeak = 0
  #leftPeak = 0
  #rightPeak = 0
  #leftSum = 0
  #rightSum = 0
  #frames = 0
  /** Consecutive blocks of silence: after enough of them nothing is left to be weighed. */
  #silentBlocks = momentaryBlocks

  /** The same signal in front of its filters. */
  measureInput(block: Float32Array): void {
    const peak = peakOf(block)
    if (peak > this.#inputPeak) this.#inputPeak = peak
  }

  measure(block: Float32Array): void {
    let leftPeak = 0
    let rightPeak = 0
    let leftSum = 0
    let rightSum = 0
    for (let sample = 0; sample < block.length; sample += 2) {
      const left = block[sample]!
      const right = block[sample + 1]!
      leftSum += left * left
      rightSum += right * right
      const leftSize = Math.abs(left)
      const rightSize = Math.abs(right)
      if (leftSize > leftPeak) leftPeak = leftSize
      if (rightSize > rightPeak) rightPeak = rightSize
    }
    if (leftPeak > this.#leftPeak) this.#leftPeak = leftPeak
    if (rightPeak > this.#rightPeak) this.#rightPeak = rightPeak
    this.#leftSum += leftSum
    this.#rightSum += rightSum
    this.#frames += blockFrames
    this.#silentBlocks = leftPeak === 0 && rightPeak === 0 ? this.#silentBlocks + 1 : 0
    const power = this.#silentBlocks > momentaryBlocks ? 0 : this.#weighting.power(block)
    this.#momentary.push(power)
    this.#shortTerm.push(power)
  }

  read(of: string): MeterReading {
    const reading: MeterReading = {
      of,
      peakDb: [decibels(this.#leftPeak), decibels(this.#rightPeak)],
      rmsDb: [
        decibels(Math.sqrt(this.#leftSum / Math.max(1, this.#frames))),
        decibels(Math.sqrt(this.#rightSum / Math.max(1, this.#frames))),
      ],
      lufs: loudnessOf(this.#momentary.mean()),
      shortTermLufs: loudnessOf(this.#shortTerm.mean()),
      inputDb: decibels(this.#inputPeak),
    }
    this.#inputPeak = 0
    this.#leftPeak = 0
    this.#rightPeak = 0
    this.#leftSum = 0
    this.#rightSum = 0
    this.#frames = 0
    return reading
  }

  /** Starts again, after a time in which nothing was measured. */
  reset(): void {
    this.read('')
    this.#weighting.reset()
    this.#momentary.clear()
    this.#shortTerm.clear()
    this.#silentBlocks = momentaryBlocks
  }
}

const decibels = (amplitude: number) => Math.max(silenceDb, 20 * Math.log10(amplitude))
