/** What the preview feed says before its frames: docs/studio.md. */
export interface FeedConfig {
  readonly type: 'config'
  readonly codec: string
  /** Base64. */
  readonly description: string
  readonly width: number
  readonly height: number
  readonly frameRate: number
  /** An output's own frames. */
  readonly shared: boolean
}

export type FeedText =
  | FeedConfig
  | { readonly type: 'fault'; readonly problem: string }
  | { readonly type: 'time'; readonly at: number; readonly host: number; readonly leftOut: number }

export interface FeedFrame {
  readonly key: boolean
  readonly number: number
  /** Wall clock of the host at which it was due, ms since 1970. */
  readonly dueMs: number
  readonly data: Uint8Array
}

const headerBytes = 16

/** Reads a binary message; undefined for one that is too short. */
export function readFrame(message: ArrayBuffer): FeedFrame | undefined {
  if (message.byteLength <= headerBytes) return undefined
  const view = new DataView(message)
  return {
    key: (view.getUint8(0) & 1) === 1,
    number: view.getUint32(4),
    dueMs: view.getFloat64(8),
    data: new Uint8Array(message, headerBytes),
  }
}

/** Heights that the feed is made in, pixels. */
const heights = [180, 270, 360, 450, 540, 630, 720] as const

/** The height to ask for when a video is drawn in this many pixels: the next larger one. */
export const feedHeight = (pixels: number): number => heights.find((each) => each >= pixels * 0.9) ?? 720
