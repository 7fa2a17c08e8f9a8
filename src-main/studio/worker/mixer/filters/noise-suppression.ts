import { type NoiseSuppressionSettings, noiseSuppressionFrames } from '../../../document/kinds/audio-filter-kinds.ts'
import { blockFrames } from '../mixer.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { DelayLine } from './delay-line.ts'
import type { Denoiser, DenoiserSource } from './rnnoise.ts'

/** RNNoise works on amplitudes of 16-bit samples. */
const fullScale = 32_768
/** Blocks of silence after which there is no noise left to be taken out. */
const restBlocks = 20
/** Blocks with both channels the same after which one is worked on again. */
const monoBlocks = 100

/** Takes noise out of speech. One channel is worked on while both are the same. */
export class NoiseSuppression implements AudioProcessor {
  readonly latency = noiseSuppressionFrames
  readonly #source: DenoiserSource
  readonly #dry = new DelayLine(noiseSuppressionFrames)
  readonly #delayed = new Float32Array(blockFrames * 2)
  readonly #left = new Float32Array(blockFrames)
  readonly #right = new Float32Array(blockFrames)
  #leftDenoiser: Denoiser | undefined
  #rightDenoiser: Denoiser | undefined
  #wantedAmount: number
  /** How much is cleaned; 0 as long as the library is not there. */
  #amount = 0
  #silentBlocks = 0
  #equalBlocks = 0

  constructor(source: DenoiserSource, { amount }: NoiseSuppressionSettings) {
    this.#source = source
    this.#wantedAmount = amount
  }

  update({ amount }: NoiseSuppressionSettings): void {
    this.#wantedAmount = amount
  }

  process(block: Float32Array): void {
    this.#dry.process(block, this.#delayed)
    this.#leftDenoiser ??= this.#source.create()
    if (this.#leftDenoiser === undefined) {
      block.set(this.#delayed)
      return
    }
    this.#equalBlocks = this.#split(block) ? this.#equalBlocks + 1 : 0
    if (this.#equalBlocks > monoBlocks) this.#closeRight()
    const isMono = this.#equalBlocks > 0 && this.#rightDenoiser === undefined
    if (this.#silentBlocks > restBlocks) {
      block.set(this.#delayed)
      return
    }
    this.#leftDenoiser.process(this.#left)
    if (!isMono) {
      this.#rightDenoiser ??= this.#source.create()
      this.#rightDenoiser?.process(this.#right)
    }
    this.#join(block, isMono ? this.#left : this.#right)
  }

  /** Takes the channels apart. Answers whether they are the same. */
  #split(block: Float32Array): boolean {
    let isMono = true
    let isSilent = true
    for (let frame = 0; frame < blockFrames; frame++) {
      const left = block[frame * 2]!
      const right = block[frame * 2 + 1]!
      if (left !== right) isMono = false
      if (left !== 0 || right !== 0) isSilent = false
      this.#left[frame] = left * fullScale
      this.#right[frame] = right * fullScale
    }
    this.#silentBlocks = isSilent ? this.#silentBlocks + 1 : 0
    return isMono
  }

  #join(block: Float32Array, right: Float32Array): void {
    const left = this.#left
    const delayed = this.#delayed
    let amount = this.#amount
    const step = (this.#wantedAmount - amount) / blockFrames
    for (let frame = 0; frame < blockFrames; frame++) {
      amount += step
      const at = frame * 2
      block[at] = delayed[at]! + (left[frame]! / fullScale - delayed[at]!) * amount
      block[at + 1] = delayed[at + 1]! + (right[frame]! / fullScale - delayed[at + 1]!) * amount
    }
    this.#amount = this.#wantedAmount
  }

  /** The library has no way to reset: its states are recreated. */
  reset(): void {
    this.close()
    this.#dry.reset()
    this.#silentBlocks = 0
  }

  close(): void {
    this.#leftDenoiser?.close()
    this.#leftDenoiser = undefined
    this.#closeRight()
  }

  #closeRight(): void {
    this.#rightDenoiser?.close()
    this.#rightDenoiser = undefined
  }
}
