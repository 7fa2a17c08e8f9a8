import type { AudioTrack, VideoCodec, VideoTrack } from '../../formats/track.ts'

/** What the host and a stream's transcoder process say to each other. */

/** Channel of the media wire on which the source's packets go in. What is made comes out on the channel of who asked for it. */
export const sourceChannel = 0

/** One picture that the transcoder makes of the source's. */
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
  /** Most pixels of the picture's shorter side; the other follows the source's shape. A smaller source keeps its size. */
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

/** The source's sound as Opus, 48 kHz, stereo, 20 ms. */
export interface AudioOutput {
  readonly kind: 'audio'
  readonly channel: number
  readonly id: string
  readonly source: AudioTrack['id']
  readonly kbps: number
}

export type TranscodeOutput = VideoOutput | AudioOutput

/** In order with the packets, host to worker. */
export type InputNote =
  /** All that is to be made from now on: what is not named any more ends, what is known goes on untouched. */
  | { readonly type: 'outputs'; readonly outputs: readonly TranscodeOutput[] }
  /** The replay of the GOP cache is over: what follows is live. */
  | { readonly type: 'live' }
  /** The next packets do not continue the previous ones. */
  | { readonly type: 'seam' }

/** In order with the packets, worker to host, on the output's channel. */
export type OutputNote = { readonly type: 'failed'; readonly id: string; readonly message: string }

/** How an output fares, over the last second. */
export interface OutputReport {
  readonly channel: number
  readonly id: string
  readonly frames: number
  readonly bytes: number
  /** Wall time that scaling and encoding took, ms. */
  readonly busyMs: number
}

/** Once a second while something is made. */
export interface TranscodeReport {
  /** Media that waits to be decoded, ms. */
  readonly behindMs: number
  /** Wall time that decoding took in the last second, ms. */
  readonly decodeMs: number
  /** Share of the last second in which the process worked on pictures, 0 to 1: at 1 it falls behind. */
  readonly load: number
  readonly outputs: readonly OutputReport[]
}

export type FromTranscoder =
  | { readonly type: 'report'; readonly report: TranscodeReport }
  | { readonly type: 'failed'; readonly reason: 'engine-missing' | 'broken'; readonly message: string }
