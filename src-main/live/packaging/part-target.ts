import { ticksToMs } from '../../formats/media-time.ts'
import type { Packet, Track } from '../../formats/track.ts'

/** Parts but a segment's last must last at least this share of PART-TARGET (RFC 8216bis, 4.4.3.7: EXT-X-PART-INF), with a margin for jitter. */
const minShare = 0.87
/** Encoders count in ms: frame times of one frame rate differ by as much. */
const jitterMs = 2
/** Opus packets of most encoders, where the track does not say. */
const usualAudioMs = 20

/**
 * The PART-TARGET in ms that suits all tracks: near the wished length, long enough for a whole number of each track's frames,
 * such that no track's parts fall under the share that the specification asks for. If none suits all, the best near length is taken.
 */
export function choosePartTargetMs(wishedMs: number, frameDurationsMs: readonly number[]): number {
  const longest = Math.max(0, ...frameDurationsMs)
  const min = Math.ceil(Math.max(wishedMs, longest + jitterMs))
  let best = min
  let bestShare = 0
  for (let target = min; target <= min * 1.35; target++) {
    let share = 1
    for (const frame of frameDurationsMs) {
      const filled = Math.floor((target - jitterMs) / frame) * frame
      share = Math.min(share, filled / target)
    }
    if (share >= minShare) return target
    if (share > bestShare) {
      bestShare = share
      best = target
    }
  }
  return best
}

/** How long a frame of each track lasts, in ms, as far as the tracks and the stream's first packet say; such as reach `tooLongMs` are left out. */
export function frameDurationsMs(tracks: Iterable<Track>, first: Packet, tooLongMs: number): number[] {
  const frames: number[] = []
  for (const track of tracks) {
    let ms = 0
    if (track.kind === 'audio')
      ms = track.samplesPerPacket === undefined ? usualAudioMs : ticksToMs(track.samplesPerPacket, track.timescale)
    else if (track.id === first.track.id) ms = ticksToMs(first.duration, track.timescale)
    else if (track.frameRate !== undefined) ms = 1000 / track.frameRate
    if (ms > 0 && ms < tooLongMs) frames.push(ms)
  }
  return frames
}
