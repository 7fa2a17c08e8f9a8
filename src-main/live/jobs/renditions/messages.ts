import type { AudioTrack } from '../../../formats/track.ts'
import type { VideoOutput } from '../../../media/encoders/video-output.ts'

/** What the host and a stream's transcoder process say to each other. */

/** Channel of the media wire on which the source's packets go in. What is made comes out on the channel of who asked for it. */
export const sourceChannel = 0

/** The source's audio as Opus, 48 kHz, stereo, 20 ms. */
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
  /** Share of the last second in which the process worked on frames, 0 to 1: at 1 it falls behind. */
  readonly load: number
  readonly outputs: readonly OutputReport[]
}

export type FromTranscoder =
  | { readonly type: 'report'; readonly report: TranscodeReport }
  | { readonly type: 'failed'; readonly reason: 'engine-missing' | 'broken'; readonly message: string }
