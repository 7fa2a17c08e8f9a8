/** A gain that goes to a new value in a straight line over some blocks. */
export class GainRamp {
  /** At the start and the end of the present block. */
  start: number
  end: number
  #target: number
  #step = 0
  readonly #blocks: number

  constructor(value: number, blocks: number) {
    this.start = value
    this.end = value
    this.#target = value
    this.#blocks = blocks
  }

  set(target: number): void {
    if (target === this.#target) return
    this.#target = target
    this.#step = Math.abs(target - this.end) / this.#blocks
  }

  /** It lets nothing through, and is not about to. */
  get isZero(): boolean {
    return this.end === 0 && this.#target === 0
  }

  /** Is there at once. */
  jump(value: number): void {
    this.#target = value
    this.start = value
    this.end = value
  }

  /** Goes on by a block. */
  advance(): void {
    this.start = this.end
    if (this.end === this.#target) return
    const way = this.#target - this.end
    // The last step lands exactly: what rounding leaves over would be a ramp of its own.
    this.end = Math.abs(way) <= this.#step * 1.0001 ? this.#target : this.end + Math.sign(way) * this.#step
  }
}
