import type { SourceReport } from '../../../../media/source-report.ts'
import type { NetworkPolicy } from '../../../../platform/outbound/network-policy.ts'
import type { ReachPolicy } from '../../../../platform/outbound/reach.ts'

/** A stretch of a file, or of numbered images. */
export interface PlayItem {
  /** A path, or an http(s) URL. */
  readonly file: string
  /** Limited to what editors may use. */
  readonly limited: boolean
  /** Images a second if `file` is a pattern of numbered images. */
  readonly sequenceRate?: number
  readonly trimInMs: number
  readonly trimOutMs: number | null
}

/** Files that are played one after the other. */
export interface FilesRequest {
  readonly type: 'files'
  readonly items: readonly PlayItem[]
  readonly reach: ReachPolicy
  readonly loop: boolean
  readonly shuffle: boolean
  readonly speed: number
  /** 1 is the first. */
  readonly soundTrack: number
  readonly whenShown: 'restart' | 'resume' | 'wait'
  readonly whenHidden: 'pause' | 'run' | 'close'
  readonly atEnd: 'nothing' | 'last'
  readonly memoryLimitMb: number
}

/** What is shown while a live stream is away. */
export type WhileAway = 'nothing' | 'placeholder' | 'last'

/** Something that plays by itself, now. */
export interface LiveRequest {
  readonly type: 'live'
  readonly address: string
  /** FFmpeg's name of the input if the URL does not say it, e.g. `v4l2`. */
  readonly format?: string
  readonly options: Readonly<Record<string, string>>
  /** Where the URL may lead, if an editor named it. */
  readonly network?: NetworkPolicy
  readonly bufferMs: number
  readonly whileAway: WhileAway
  /** A stream of this host: once it is away, whoever started the process asks the host when it is back, and the process ends. */
  readonly own?: true
  readonly memoryLimitMb: number
}

export type PlayRequest = FilesRequest | LiveRequest

/** Position of a file player, for the process that follows one that died. */
export interface PlayPosition {
  readonly item: number
  /** In that item. */
  readonly positionUs: number
  /** Monotonic: when it was there; it goes on by itself while it plays. */
  readonly atUs: number
  readonly mode: 'playing' | 'paused' | 'ended'
  readonly speed: number
  readonly shown: boolean
  /** It plays when it is shown again. */
  readonly resumes: boolean
  /** Of a shuffled list: the order of this round, and which place of it is played. */
  readonly round?: readonly number[]
  readonly place?: number
}

export type ToMediaWorker =
  | {
      readonly type: 'start'
      readonly request: PlayRequest
      readonly frameStore: string
      readonly audioStore: string
      /** Frames of the program are due at this monotonic time and whole periods away. */
      readonly clock: { readonly originUs: number; readonly periodUs: number }
      readonly shown: boolean
      readonly resume: PlayPosition | undefined
    }
  | { readonly type: 'update'; readonly request: PlayRequest }
  | { readonly type: 'show'; readonly shown: boolean }
  | { readonly type: 'command'; readonly name: string; readonly details: Readonly<Record<string, unknown>> }

export type FromMediaWorker =
  | { readonly type: 'report'; readonly report: SourceReport; readonly position: PlayPosition | undefined }
  /** A stream of this host ended, or is not live. */
  | { readonly type: 'away' }
  /** Reports per second while the process is well. */
  | { readonly type: 'alive' }
  /** FFmpeg does not load. */
  | { readonly type: 'cannot-run'; readonly reason: string }
  /** FFmpeg does not come back; the process ends after it. */
  | { readonly type: 'hung' }
  /** What took too much memory; the process ends after it. */
  | { readonly type: 'too-large'; readonly memoryMb: number }
