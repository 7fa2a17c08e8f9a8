import type { player } from './en/player.ts'

/** Every text of the page and the player, by section. English decides which texts there are, and their parameters. */
export interface Messages {
  readonly player: Translated<typeof player>
}

/** What another language must have for texts of this shape: all of them, with the same parameters. */
type Translated<T> = T extends string
  ? string
  : T extends (...parameters: infer P) => string
    ? (...parameters: P) => string
    : { readonly [K in keyof T]: Translated<T[K]> }

/** Which texts are loaded: those of the watch page, or those of the whole page. */
export type TextSet = 'player'

/** Gives the texts of a section in another language. */
export type Texts = <S extends keyof Messages>(section: S, english: Messages[S]) => Messages[S]

export interface Language extends Readonly<Record<TextSet, () => Promise<Texts>>> {
  /** Its own name of itself; undefined: not offered to people. */
  readonly name?: string
}
