/** Messages to the pull worker: one URL for the lifetime of the process. */
export interface PullStart {
  readonly type: 'start'
  /** As FFmpeg takes it; passwords included. */
  readonly url: string
  readonly kind: 'rtmp' | 'rtsp' | 'srt' | 'http' | 'file'
  /** Starts again where it ends: files. */
  readonly loop: boolean
}

export type FromPullWorker =
  /** The URL was opened and read: media follows on the pipe, as FLV. */
  | { readonly type: 'opened'; readonly format: string }
  | { readonly type: 'skipped'; readonly what: string }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly reason: 'engine-missing' | 'open' | 'no-media' | 'read'; readonly message: string }
