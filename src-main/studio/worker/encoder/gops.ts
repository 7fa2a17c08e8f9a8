import type { FrameRate } from '../../document/schemas/frame-rate.ts'

/**
 * Where the groups of pictures of an encoding start: at the same frame numbers for every encoding of a show, before and after a
 * restart. If the frame that starts a group is left out, by the clock or because no buffer is free, the next one starts it:
 * recordings are cut there, and players of segments count on it.
 */
export class Gops {
  readonly #frames: number
  #current = -1

  /** `divisor`: every this many frames of the clock one is encoded. */
  constructor(keyframeMs: number, divisor: number, { numerator, denominator }: FrameRate) {
    this.#frames = Math.max(1, Math.round((keyframeMs * numerator) / denominator / 1000 / divisor)) * divisor
  }

  /** True for the first frame that is asked for of each group. */
  beginsWith(frame: number): boolean {
    const group = Math.floor(frame / this.#frames)
    const begins = group !== this.#current
    this.#current = group
    return begins
  }
}
