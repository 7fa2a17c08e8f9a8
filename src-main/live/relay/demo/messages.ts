/** Messages of the host to the worker that makes the test stream. The URL contains the stream key: it is sent here, never in arguments. */
export interface TestStreamOptions {
  /** `rtmp://…`, or a file when `frames` is given. */
  readonly url: string
  /** Pixels, even. */
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly videoKbps: number
  readonly video: 'h264' | 'hevc' | 'av1'
  readonly audio: 'aac' | 'opus'
  /** Ends after this many frames; without it the stream runs until it is stopped. */
  readonly frames?: number
  /** `false` makes the frames as fast as the machine can. */
  readonly paced: boolean
}

export type ToWorker = { readonly type: 'start'; readonly options: TestStreamOptions }

export type FromWorker =
  /** The server took the stream and the first frame is out. */
  | { readonly type: 'started' }
  | { readonly type: 'progress'; readonly frame: number; readonly skipped: number }
  /** All `frames` are written. */
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly reason: 'engine-missing' | 'refused' | 'broken'; readonly message: string }
