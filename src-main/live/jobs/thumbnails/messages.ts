import type { VideoTrack } from '../../../formats/track.ts'

/** Size of one image among others, pixels. */
export interface TileSize {
  readonly width: number
  readonly height: number
}

/** Raw images of one size (planar YUV 4:2:0, one after the other in a separate buffer) and how many are in a row. */
export interface SheetRequest {
  readonly tiles: readonly Uint8Array[]
  readonly size: TileSize
  readonly columns: number
}

/** Requests to the process that decodes frames; each is answered once, with its id. */
export type ToImageEngine = { readonly id: number } & (
  | { readonly type: 'frame'; readonly track: VideoTrack; readonly data: Uint8Array; readonly size: TileSize }
  | ({ readonly type: 'sheet' } & SheetRequest)
  /** Images of a file, at `count` places that are `intervalS` seconds apart. */
  | {
      readonly type: 'file'
      readonly path: string
      readonly count: number
      readonly intervalS: number
      readonly size: TileSize
      readonly columns: number
    }
)

export type FromImageEngine =
  | { readonly type: 'done'; readonly id: number; readonly jpeg: Uint8Array; readonly tile?: Uint8Array; readonly sheet?: Uint8Array }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'missing'; readonly message: string }
