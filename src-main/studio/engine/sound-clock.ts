import { blockFrames, type MixedBlock, type Mixer, mixRate } from '../mixer/mixer.ts'

export interface SoundClockNeeds {
  readonly mixer: Mixer
  /** Monotonic microseconds of the show's time 0. */
  readonly originUs: number
  readonly nowUs: () => number
  /** Takes each block; `showUs` is its first frame's time on the show's timeline. */
  readonly onBlock: (block: MixedBlock, showUs: number) => void
}

const blockUs = (blockFrames * 1e6) / mixRate
/** After so long a pause the blocks between are left out, us. */
const longestPauseUs = 500_000

/** Mixes block after block, as late as the mixer wants it. */
export class SoundClock {
  readonly #needs: SoundClockNeeds
  #next: number

  constructor(needs: SoundClockNeeds) {
    this.#needs = needs
    this.#next = this.#due()
  }

  /** Mixes what is due. Called at every frame of the picture, and between. */
  advance(): void {
    const { mixer, originUs, onBlock } = this.#needs
    const due = this.#due()
    if ((due - this.#next) * blockUs > longestPauseUs) this.#next = due
    while (this.#next < due) {
      const showUs = this.#next * blockUs
      this.#next++
      onBlock(mixer.mix(originUs + showUs), showUs)
    }
  }

  /** Number of the block that is not due yet. */
  #due(): number {
    const { mixer, originUs, nowUs } = this.#needs
    return Math.floor((nowUs() - mixer.delayUs - originUs) / blockUs)
  }
}
