import type { Chapter } from '../../../formats/media-file-writer.ts'

/** A media file whose packets go into another container as they are. */
export interface RemuxOrder {
  readonly id: string
  readonly from: string
  /** File to write: for this process only. */
  readonly to: string
  /** That the new file has. */
  readonly chapters: readonly Chapter[]
}

export interface Remuxed {
  readonly bytes: number
  readonly durationMs: number
}

export type RemuxJob = { readonly type: 'remux' } & RemuxOrder
/** Ends a job that waits or runs: it is answered with `failed`. */
export type ToRemuxer = RemuxJob | { readonly type: 'cancel'; readonly id: string }

export type FromRemuxer =
  | { readonly type: 'progress'; readonly id: string; readonly durationMs: number; readonly bytes: number }
  | { readonly type: 'done'; readonly id: string; readonly remuxed: Remuxed }
  | { readonly type: 'failed'; readonly id: string; readonly message: string }
