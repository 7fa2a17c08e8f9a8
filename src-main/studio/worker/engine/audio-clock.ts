import { blockFrames, type MixedBlock, type Mixer, mixRate } from '../mixer/mixer.ts'

export interface AudioClockDependencies {
  readonly mixer: Mixer
  /** Monotonic microseconds of the show's time 0. */
  readonly originUs: number
  readonly nowUs: () => number
  /** Takes each block; `showUs` is its first frame's time on the show's timeline. */
  readonly onBlock: (block: MixedBlock, showUs: number) => void
}

const blockUs = (blockFrames * 1e6) / mixRate
/**
 * What a busy machine delayed is mixed later: sources keep their last two seconds. After a longer pause than this the machine slept, and
 * the blocks between are left out, us.
 */
const maxPauseUs = 10_000_000

/** Mixes block after block, as late as the mixer wants it. */
export class AudioClock {
  readonly #dependencies: AudioClockDependencies
  #next: number

  constructor(dependencies: AudioClockDependencies) {
    this.#dependencies = dependencies
    this.#next = this.#due()
  }

  /** Mixes what is due. Called at every video frame, and between. */
  advance(): void {
    const { mixer, originUs, onBlock } = this.#dependencies
    const due = this.#due()
    if ((due - this.#next) * blockUs > maxPauseUs) this.#next = due
    while (this.#next < due) {
      const showUs = this.#next * blockUs
      this.#next++
      onBlock(mixer.mix(originUs + showUs), showUs)
    }
  }

  /** How much audio is due and not mixed, us. */
  get behindUs(): number {
    return (this.#due() - this.#next) * blockUs
  }

  /** Number of the block that is not due yet. */
  #due(): number {
    const { mixer, originUs, nowUs } = this.#dependencies
    return Math.floor((nowUs() - mixer.delayUs - originUs) / blockUs)
  }
}
