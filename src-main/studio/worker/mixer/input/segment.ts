import type { ClockEstimate } from './clock-estimate.ts'

/**
 * A stretch of audio without a seam. While its times are still coming in, the clock says when it is heard; afterwards its last estimate
 * stays.
 */
export class Segment {
  /** Number of its first frame. */
  readonly start: number
  readonly #clock: ClockEstimate
  #end = Number.POSITIVE_INFINITY
  #frame = 0
  #timeUs = 0
  #framesPerUs = 0

  constructor(start: number, clock: ClockEstimate) {
    this.start = start
    this.#clock = clock
  }

  /** Frame behind its last; not finite while it may go on. */
  get end(): number {
    return this.#end
  }

  finish(end: number): void {
    this.#end = end
    this.#frame = end
    this.#timeUs = this.#clock.timeOf(end)
    this.#framesPerUs = this.#clock.framesPerUs
  }

  get isOpen(): boolean {
    return this.#end === Number.POSITIVE_INFINITY
  }

  get startUs(): number {
    return this.isOpen ? this.#clock.timeOf(this.start) : this.#timeUs + (this.start - this.#frame) / this.#framesPerUs
  }

  /** Frame that is heard at a time; fractional, and outside of the segment where the time is. */
  frameAt(timeUs: number): number {
    return this.isOpen ? this.#clock.frameAt(timeUs) : this.#frame + (timeUs - this.#timeUs) * this.#framesPerUs
  }

  /** True frames a microsecond. */
  get framesPerUs(): number {
    return this.isOpen ? this.#clock.framesPerUs : this.#framesPerUs
  }
}
