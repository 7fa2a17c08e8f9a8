import type { VideoTrack } from '../../../formats/track.ts'

/** Size of one picture among others, pixels. */
export interface TileSize {
  readonly width: number
  readonly height: number
}

/** Raw pictures of one size (planar YUV 4:2:0, one behind the other in memory of their own) and how many are in a row. */
export interface SheetRequest {
  readonly tiles: readonly Uint8Array[]
  readonly size: TileSize
  readonly columns: number
}

/** What the process that decodes pictures is asked; each is answered once, under its id. */
export type ToPictures = { readonly id: number } & (
  | { readonly type: 'frame'; readonly track: VideoTrack; readonly data: Uint8Array; readonly size: TileSize }
  | ({ readonly type: 'sheet' } & SheetRequest)
  /** Pictures of a file, at `count` places that are `intervalS` seconds apart. */
  | {
      readonly type: 'file'
      readonly path: string
      readonly count: number
      readonly intervalS: number
      readonly size: TileSize
      readonly columns: number
    }
)

export type FromPictures =
  | { readonly type: 'done'; readonly id: number; readonly jpeg: Uint8Array; readonly tile?: Uint8Array; readonly sheet?: Uint8Array }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'missing'; readonly message: string }
