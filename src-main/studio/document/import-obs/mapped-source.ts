/** What becomes of a source: a kind of ours with its settings. */
export interface MappedSource {
  readonly kind: string
  readonly settings: Record<string, unknown>
  /** Filters that do what the source did itself, before its own. */
  readonly filters?: readonly { readonly name: string; readonly kind: string; readonly settings: Record<string, unknown> }[]
}
