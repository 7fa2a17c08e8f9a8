import type { TSchema } from 'typebox'

/** What users may know of a kind of output: pure description. Secrets of its settings are marked `secretText()`. */
export interface OutputKind {
  readonly kind: string
  readonly title: string
  /** Object schema of the settings. */
  readonly settings: TSchema
  readonly pictures: boolean
  readonly sound: boolean
  /** Takes what `video` and `audio` of the output encode; otherwise it takes raw frames, and `video` means nothing to it. */
  readonly encodes: boolean
  /** Commands that it takes while it runs, e.g. `save`, `pause`, `split`. */
  readonly commands: readonly string[]
}
