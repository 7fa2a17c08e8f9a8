/** A media file whose packets go into another container as they are. */
export interface RemuxOrder {
  readonly id: string
  readonly from: string
  /** File to write: for this process only. */
  readonly to: string
}

export interface Remuxed {
  readonly bytes: number
  readonly durationMs: number
}

export type ToRemuxer = { readonly type: 'remux' } & RemuxOrder

export type FromRemuxer =
  | { readonly type: 'progress'; readonly id: string; readonly durationMs: number; readonly bytes: number }
  | { readonly type: 'done'; readonly id: string; readonly remuxed: Remuxed }
  | { readonly type: 'failed'; readonly id: string; readonly message: string }
