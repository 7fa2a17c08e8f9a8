/** Interleaved stereo that leaves some frames later. */
export class DelayLine {
  readonly #held: Float32Array
  #at = 0

  constructor(frames: number) {
    this.#held = new Float32Array(frames * 2)
  }

  /** Takes a block and writes what is due; `into` may be the block itself. */
  process(block: Float32Array, into: Float32Array): void {
    const held = this.#held
    let at = this.#at
    for (let sample = 0; sample < block.length; sample++) {
      const fresh = block[sample]!
      into[sample] = held[at]!
      held[at] = fresh
      if (++at === held.length) at = 0
    }
    this.#at = at
  }

  reset(): void {
    this.#held.fill(0)
  }
}
