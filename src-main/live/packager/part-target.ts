/** Parts but a segment's last must last at least this share of PART-TARGET (RFC 8216bis, 4.4.3.7: EXT-X-PART-INF), with a margin for jitter. */
const leastShare = 0.87
/** Encoders count in ms: frame times of one frame rate differ by as much. */
const jitterMs = 2

/**
 * The PART-TARGET in ms that suits all tracks: near the wished length, long enough for a whole number of each track's frames,
 * such that no track's parts fall under the share that the specification asks for. The best near length is taken where none suits all.
 */
export function choosePartTargetMs(wishedMs: number, frameDurationsMs: readonly number[]): number {
  const longest = Math.max(0, ...frameDurationsMs)
  const least = Math.ceil(Math.max(wishedMs, longest + jitterMs))
  let best = least
  let bestShare = 0
  for (let target = least; target <= least * 1.35; target++) {
    let share = 1
    for (const frame of frameDurationsMs) {
      const filled = Math.floor((target - jitterMs) / frame) * frame
      share = Math.min(share, filled / target)
    }
    if (share >= leastShare) return target
    if (share > bestShare) {
      bestShare = share
      best = target
    }
  }
  return best
}
