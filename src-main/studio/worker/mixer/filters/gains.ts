import type { GainSettings, InvertPolaritySettings } from '../../../document/kinds/audio-filter-kinds.ts'
import type { AudioProcessor } from './audio-processor.ts'
import { fromDb } from './decibels.ts'

/** Multiplies both channels by factors of their own, gliding to new ones over a block. */
class ChannelGains {
  readonly latency = 0
  #left: number
  #right: number
  #wantedLeft: number
  #wantedRight: number

  constructor(left: number, right: number) {
    this.#left = left
    this.#right = right
    this.#wantedLeft = left
    this.#wantedRight = right
  }

  protected want(left: number, right: number): void {
    this.#wantedLeft = left
    this.#wantedRight = right
  }

  process(block: Float32Array): void {
    let left = this.#left
    let right = this.#right
    const leftStep = ((this.#wantedLeft - left) * 2) / block.length
    const rightStep = ((this.#wantedRight - right) * 2) / block.length
    for (let sample = 0; sample < block.length; sample += 2) {
      left += leftStep
      right += rightStep
      block[sample]! *= left
      block[sample + 1]! *= right
    }
    this.#left = this.#wantedLeft
    this.#right = this.#wantedRight
  }

  reset(): void {}
}

export class Gain extends ChannelGains implements AudioProcessor {
  constructor({ gainDb }: GainSettings) {
    super(fromDb(gainDb), fromDb(gainDb))
  }

  update({ gainDb }: GainSettings): void {
    this.want(fromDb(gainDb), fromDb(gainDb))
  }
}

const leftSign = ({ channels }: InvertPolaritySettings) => (channels === 'right' ? 1 : -1)
const rightSign = ({ channels }: InvertPolaritySettings) => (channels === 'left' ? 1 : -1)

export class InvertPolarity extends ChannelGains implements AudioProcessor {
  constructor(settings: InvertPolaritySettings) {
    super(leftSign(settings), rightSign(settings))
  }

  update(settings: InvertPolaritySettings): void {
    this.want(leftSign(settings), rightSign(settings))
  }
}
