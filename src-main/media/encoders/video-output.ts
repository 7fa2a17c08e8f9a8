import type { VideoCodec, VideoTrack } from '../../formats/track.ts'

/** One rendition that the transcoder makes of the source's video. */
export interface VideoOutput {
  readonly kind: 'video'
  /** Channel of the media wire that it comes out on. */
  readonly channel: number
  /** Id of the track that comes out. */
  readonly id: string
  /** Id of the source's track that it is made of. */
  readonly source: VideoTrack['id']
  readonly codec: VideoCodec
  /** FFmpeg's name of the encoder, e.g. `libx264`. */
  readonly encoder: string
  /** Max pixels of the frame's shorter side; the other follows the source's shape. A smaller source keeps its size. */
  readonly height: number
  readonly kbps: number
  /** Speed preset in the encoder's own words. */
  readonly preset: string
  readonly bFrames: 0 | 3
  /** For conversation: no delay within the encoder, a profile that every receiver plays. */
  readonly realtime: boolean
  /** `now`: with the first frame after the replay of the GOP cache; `keyframe`: with the source's first keyframe. */
  readonly start: 'now' | 'keyframe'
}
