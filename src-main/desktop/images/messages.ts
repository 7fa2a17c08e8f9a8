import type { DisplayProtocol } from '../displays/display-server.ts'

/** A display as the process connects to it, and the size that the image is to fit into, pixels. */
export interface ToDesktopImages {
  readonly id: number
  readonly protocol: DisplayProtocol
  readonly server: string
  readonly authority: string
  readonly maxWidth: number
  readonly maxHeight: number
}

/** `jpeg` is undefined where the display could not be read: `why` says it in a word. */
export interface FromDesktopImages {
  readonly id: number
  readonly jpeg: Uint8Array | undefined
  readonly why: string
}
