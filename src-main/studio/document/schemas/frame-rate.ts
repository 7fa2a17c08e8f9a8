/** Frames per second as a fraction. */
export interface FrameRate {
  readonly numerator: number
  readonly denominator: number
}
