/** Sound that lasts longer than the pictures by no more than this is an encoder's padding, µs. */
const paddingUs = 100_000

/**
 * Where sound is cut off in a clip whose pictures end at `picturesEndUs` and whose sound does at about `soundEndUs` (µs of the clip):
 * Infinity where all of it is heard.
 */
export function soundCutUs(picturesEndUs: number, soundEndUs: number, frameUs: number): number {
  const longer = soundEndUs - picturesEndUs
  return longer > frameUs / 2 && longer <= paddingUs ? picturesEndUs : Number.POSITIVE_INFINITY
}

/**
 * How long a clip is, so that it can be repeated without a gap in its sound or a frame too long. A difference of less than half a
 * frame between its two tracks is left to the pictures, where nobody sees it.
 */
export function clipLengthUs(picturesEndUs: number, soundEndUs: number, frameUs: number): number {
  if (picturesEndUs <= 0) return Math.max(0, soundEndUs)
  if (soundEndUs <= 0) return picturesEndUs
  const longer = soundEndUs - picturesEndUs
  if (Math.abs(longer) <= frameUs / 2) return soundEndUs
  return longer > paddingUs ? soundEndUs : picturesEndUs
}
