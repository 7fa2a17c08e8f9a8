/** Messages to a process that reads images: one image at a time. */
export interface ReadRequest {
  readonly path: string
  readonly wish: ImageRequest
}

/** What it reports several times a second while it works. */
export interface ReaderUsage {
  /** CPU time spent on the image, ms. */
  readonly processorMs: number
  /** Resident memory, MiB. */
  readonly memoryMb: number
}

export interface ImageRequest {
  /** Pixels; 0 for its own. With both the image is scaled as `fit` says. */
  readonly width: number
  readonly height: number
  readonly fit: 'inside' | 'contain' | 'cover' | 'fill'
  /** Behind what `contain` leaves free. */
  readonly background?: string
  /** Images are made smaller until no side is longer. */
  readonly maxSide: number
  /** Only the first frame of animated ones. */
  readonly still: boolean
}

/** A decoded image: RGBA, alpha not premultiplied. */
export interface DecodedImage {
  readonly width: number
  readonly height: number
  /** One for a still image. */
  readonly frames: readonly Uint8Array[]
  /** How long each is shown, ms. */
  readonly delaysMs: readonly number[]
  /** How often the frames are shown; 0 for ever. */
  readonly loops: number
  /** What was done to it that its maker did not ask for. */
  readonly remark: string | undefined
}

/** An image that cannot be shown, and why, for people. */
export class ImageFault extends Error {}
