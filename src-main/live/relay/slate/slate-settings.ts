import type { Track } from '../../../formats/track.ts'
import { AppError } from '../../../platform/errors.ts'
import type { SlateJob } from './messages.ts'

/** Frame rates that encoders mean when they measure about this many. */
const rates: readonly (readonly [number, number])[] = [
  [24_000, 1001],
  [24, 1],
  [25, 1],
  [30_000, 1001],
  [30, 1],
  [50, 1],
  [60_000, 1001],
  [60, 1],
]
const profiles: Readonly<Record<string, 'baseline' | 'main' | 'high'>> = { '42': 'baseline', '4d': 'main', '64': 'high' }

/** The settings of a stream as its slate must have them. Throws `slate.unsupported` where the engine has no encoder for them. */
export function slateSettings(tracks: readonly Track[], measuredRate: number | undefined): Pick<SlateJob, 'video' | 'audio'> {
  const video = tracks.find((track) => track.kind === 'video')
  if (video === undefined) throw new AppError('slate.unsupported', 'A stream without video has no slate')
  if (video.codec === 'vp9') throw new AppError('slate.unsupported', 'There is no slate in VP9')
  const track = tracks.find((track) => track.kind === 'audio')
  const silent = track !== undefined && (track.codec === 'aac' || track.codec === 'opus') && track.channels <= 2
  return {
    video: {
      codec: video.codec,
      profile: video.codec === 'h264' ? profiles[video.codecString.slice(5, 7).toLowerCase()] : undefined,
      width: video.width & ~1,
      height: video.height & ~1,
      rate: nearestRate(video.frameRate ?? measuredRate ?? 30),
    },
    // there is no encoder for other audio: only video, without an audio track
    audio: silent ? { codec: track.codec as 'aac' | 'opus', sampleRate: track.sampleRate, channels: track.channels } : undefined,
  }
}

function nearestRate(measured: number): readonly [number, number] {
  const near = rates.find(([numerator, denominator]) => Math.abs(numerator / denominator - measured) < 0.012)
  const about = near ?? rates.findLast(([numerator, denominator]) => denominator === 1 && Math.abs(numerator - measured) / numerator < 0.03)
  return about ?? [Math.min(120, Math.max(1, Math.round(measured))), 1]
}
