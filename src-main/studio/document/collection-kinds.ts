import type { TSchema } from 'typebox'

/** What a document's check must know of a kind: how its settings look. */
export interface KindOfSettings {
  readonly kind: string
  readonly settings: TSchema
}

/** A kind of source, as a document needs to know it. */
export interface KindOfSource extends KindOfSettings {
  readonly pictures: boolean
  readonly sound: boolean
}

/** A kind of output, as a document needs to know it. */
export interface KindOfOutput extends KindOfSettings {
  readonly sound: boolean
  /** Takes video and audio encodings. */
  readonly encodes: boolean
}

export type KindFamily = 'source' | 'filter' | 'audio filter' | 'output' | 'transition'

/** The kinds that documents may name. */
export interface CollectionKinds {
  source(kind: string): KindOfSource | undefined
  filter(kind: string): KindOfSettings | undefined
  audioFilter(kind: string): KindOfSettings | undefined
  output(kind: string): KindOfOutput | undefined
  transition(kind: string): KindOfSettings | undefined
  /** The kinds of a family, for errors about an unknown kind. */
  names(of: KindFamily): readonly string[]
}
