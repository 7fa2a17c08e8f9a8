/** What a process that reads pictures is told: one picture at a time. */
export interface ReadRequest {
  readonly path: string
  readonly wish: ImageRequest
}

/** What it reports several times a second while it works. */
export interface ReaderUsage {
  /** Processor time spent on the picture, ms. */
  readonly processorMs: number
  /** Resident memory, MiB. */
  readonly memoryMb: number
}

export interface ImageRequest {
  /** Pixels; 0 for its own. With both the picture is made to fit, as `fit` says. */
  readonly width: number
  readonly height: number
  readonly fit: 'inside' | 'contain' | 'cover' | 'fill'
  /** Behind what `contain` leaves free. */
  readonly background?: string
  /** Pictures are made smaller until no side is longer. */
  readonly maxSide: number
  /** Only the first frame of animated ones. */
  readonly still: boolean
}

/** A decoded picture: RGBA, alpha not premultiplied. */
export interface DecodedImage {
  readonly width: number
  readonly height: number
  /** One for a still picture. */
  readonly frames: readonly Uint8Array[]
  /** How long each stands, ms. */
  readonly delaysMs: readonly number[]
  /** How often the frames are shown; 0 for ever. */
  readonly loops: number
  /** What was done to it that its maker did not ask for. */
  readonly remark: string | undefined
}

/** A picture that cannot be shown, and why, for people. */
export class ImageFault extends Error {}
