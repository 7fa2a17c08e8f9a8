/** What the process that feeds a camera is told. Packets come on channel 0 of the media pipe. */
export interface ToCamera {
  readonly type: 'open'
  /** Path of the device. */
  readonly device: string
  /** FFmpeg's name of what writes to it. */
  readonly muxer: 'v4l2' | 'rawvideo'
}

/** What it tells. */
export type FromCamera =
  | { readonly type: 'live' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'frames'; readonly frames: number; readonly dropped: number }
