/** Formats that an image can be asked for in. */
export const imageFormats = ['avif', 'webp', 'jpeg', 'png'] as const
export type ImageFormat = (typeof imageFormats)[number]

/** One image to be made. */
export interface ToImages {
  readonly id: number
  readonly original: Uint8Array
  /** Pixels; never wider than the original. Undefined: as wide as that. */
  readonly width: number | undefined
  /** Undefined: that of the original. */
  readonly format: ImageFormat | undefined
  /** 1 to 100. */
  readonly quality: number
}

/** The image, or why it could not be made. */
export type FromImages = { readonly id: number } & (
  | { readonly image: Uint8Array; readonly type: string }
  /** The original shall be answered as it is, e.g. as it moves. */
  | { readonly unchanged: true }
  | { readonly reason: string }
)
