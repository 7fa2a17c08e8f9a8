/** Audio that is longer than the video by no more than this is an encoder's padding, µs. */
const paddingUs = 100_000

/**
 * Where audio is cut off in a clip whose video ends at `videoEndUs` and whose audio does at about `audioEndUs` (µs of the clip): Infinity
 * if all of it is heard.
 */
export function audioCutUs(videoEndUs: number, audioEndUs: number, frameUs: number): number {
  const longer = audioEndUs - videoEndUs
  return longer > frameUs / 2 && longer <= paddingUs ? videoEndUs : Number.POSITIVE_INFINITY
}

/**
 * How long a clip is, so that it can be repeated without a gap in its audio or a frame too long. A difference of less than half a frame
 * between its two tracks is left to the video, where nobody sees it.
 */
export function clipLengthUs(videoEndUs: number, audioEndUs: number, frameUs: number): number {
  if (videoEndUs <= 0) return Math.max(0, audioEndUs)
  if (audioEndUs <= 0) return videoEndUs
  const longer = audioEndUs - videoEndUs
  if (Math.abs(longer) <= frameUs / 2) return audioEndUs
  return longer > paddingUs ? audioEndUs : videoEndUs
}
