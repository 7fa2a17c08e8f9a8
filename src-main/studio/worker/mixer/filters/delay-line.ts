/** Interleaved stereo that leaves some frames later. */
export class DelayLine {
  readonly #kept: Float32Array
  #at = 0

  constructor(frames: number) {
    this.#kept = new Float32Array(frames * 2)
  }

  /** Takes a block and writes what is due; `into` may be the block itself. */
  process(block: Float32Array, into: Float32Array): void {
    const kept = this.#kept
    let at = this.#at
    for (let sample = 0; sample < block.length; sample++) {
      const fresh = block[sample]!
      into[sample] = kept[at]!
      kept[at] = fresh
      if (++at === kept.length) at = 0
    }
    this.#at = at
  }

  reset(): void {
    this.#kept.fill(0)
  }
}
