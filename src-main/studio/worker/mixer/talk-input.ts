import { blockFrames } from './mixer.ts'

/** Kept before anything is heard, and behind every gap: what a network delays is still there in time. 60 ms. */
const startFrames = blockFrames * 6
/** More than this is late for a conversation: the oldest of it is left out. 400 ms. */
const maxFrames = blockFrames * 40

/** The voice of somebody who is not a source of the show: it comes at any time, is kept for a moment, and is taken block by block. */
export class TalkInput {
  /** The block that is heard now; silence while nothing is there. */
  readonly block = new Float32Array(blockFrames * 2)
  readonly #kept = new Float32Array(maxFrames * 2)
  #samples = 0
  #isPlaying = false

  /** Interleaved stereo of 48 kHz. */
  push(samples: Float32Array): void {
    const added = samples.length > this.#kept.length ? samples.subarray(samples.length - this.#kept.length) : samples
    const tooMany = this.#samples + added.length - this.#kept.length
    if (tooMany > 0) {
      this.#kept.copyWithin(0, tooMany, this.#samples)
      this.#samples -= tooMany
    }
    this.#kept.set(added, this.#samples)
    this.#samples += added.length
  }

  /** Puts the next 10 ms into `block`. False where they are silent. */
  next(): boolean {
    const { block } = this
    if (!this.#isPlaying && this.#samples < startFrames * 2) {
      block.fill(0)
      return false
    }
    const wasPlaying = this.#isPlaying
    const taken = Math.min(block.length, this.#samples)
    block.set(this.#kept.subarray(0, taken))
    block.fill(0, taken)
    this.#kept.copyWithin(0, taken, this.#samples)
    this.#samples -= taken
    this.#isPlaying = this.#samples > 0
    if (!wasPlaying) fade(block, taken, true)
    if (!this.#isPlaying) fade(block, taken, false)
    return true
  }

  /** What has come and was not heard is not heard any more. */
  clear(): void {
    this.#samples = 0
    this.#isPlaying = false
  }
}

function fade(block: Float32Array, length: number, isIn: boolean): void {
  for (let sample = 0; sample < length; sample++) {
    const share = sample / length
    block[sample]! *= isIn ? share : 1 - share
  }
}
