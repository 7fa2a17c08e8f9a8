import type { AudioTrack, VideoTrack } from '../../../formats/track.ts'

/** CMAF segments of one track, one behind the other in a file. */
export interface SourceFile<T> {
  readonly path: string
  readonly track: T
  /** Bytes of each segment, in order. */
  readonly segments: readonly number[]
}

export interface ClipOrder {
  readonly id: string
  readonly video?: SourceFile<VideoTrack>
  readonly audio?: SourceFile<AudioTrack>
  /** Seconds on the stream's timeline. */
  readonly fromS: number
  readonly toS: number
  /** Wall clock of the timeline's 0, ms since 1970. */
  readonly originTimeMs: number
  /** File to write. */
  readonly path: string
}

/** What became of a clip. Times in seconds on the stream's timeline. */
export interface ClipMade {
  readonly fromS: number
  readonly toS: number
  readonly bytes: number
  /** Frames. */
  readonly frames: number
  readonly encodedFrames: number
  /** Starts and ends with the frames that were asked for. */
  readonly exact: boolean
  /** Why it is not exact. */
  readonly note: string
}

export type ToMaker = { readonly type: 'make' } & ClipOrder

export type FromMaker =
  | { readonly type: 'progress'; readonly id: string; readonly fraction: number }
  | { readonly type: 'done'; readonly id: string; readonly made: ClipMade }
  | { readonly type: 'empty'; readonly id: string }
  | { readonly type: 'failed'; readonly id: string; readonly message: string }
