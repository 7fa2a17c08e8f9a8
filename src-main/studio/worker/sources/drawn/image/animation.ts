/** Which frame of an animated image is shown at a time, and until when. */
export interface AnimationPlace {
  readonly frame: number
  /** Until the next frame is due, ms; infinite where none is. */
  readonly remainsMs: number
  readonly ended: boolean
}

/**
 * Finds the frame that is shown `elapsedMs` after the start.
 * @param loops how often the whole is shown; 0 for ever
 */
export function placeOf(delaysMs: readonly number[], loops: number, elapsedMs: number): AnimationPlace {
  const lengthMs = delaysMs.reduce((sum, delay) => sum + delay, 0)
  const last = delaysMs.length - 1
  if (loops > 0 && elapsedMs >= lengthMs * loops) return { frame: last, remainsMs: Number.POSITIVE_INFINITY, ended: true }
  let within = elapsedMs % lengthMs
  for (let frame = 0; frame < last; frame++) {
    const delay = delaysMs[frame] as number
    if (within < delay) return { frame, remainsMs: delay - within, ended: false }
    within -= delay
  }
  return { frame: last, remainsMs: (delaysMs[last] as number) - within, ended: false }
}
