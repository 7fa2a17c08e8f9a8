/** Messages of the host to the process that encodes a slate. */
export interface SlateJob {
  /** The image or short video; undefined for our own. */
  readonly file: string | undefined
  /** The text on our own slate. */
  readonly title: string
  /** FLV file that is written. */
  readonly output: string
  readonly video: {
    readonly codec: 'h264' | 'hevc' | 'av1'
    /** H.264's profile as x264 calls it. */
    readonly profile: 'baseline' | 'main' | 'high' | undefined
    readonly width: number
    readonly height: number
    /** Frames per second as a fraction. */
    readonly rate: readonly [numerator: number, denominator: number]
  }
  /** Undefined: no audio. */
  readonly audio: { readonly codec: 'aac' | 'opus'; readonly sampleRate: number; readonly channels: number } | undefined
}

export type ToSlateWorker = { readonly type: 'encode'; readonly job: SlateJob }

export type FromSlateWorker =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly reason: 'engine-missing' | 'broken'; readonly message: string }
