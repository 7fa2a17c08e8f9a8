import type { activity } from './en/activity.ts'
import type { app } from './en/app.ts'
import type { client } from './en/client.ts'
import type { clips } from './en/clips.ts'
import type { components } from './en/components.ts'
import type { guest } from './en/guest.ts'
import type { health } from './en/health.ts'
import type { keys } from './en/keys.ts'
import type { library } from './en/library.ts'
import type { live } from './en/live.ts'
import type { player } from './en/player.ts'
import type { publish } from './en/publish.ts'
import type { recording } from './en/recording.ts'
import type { rules } from './en/rules.ts'
import type { settings } from './en/settings.ts'
import type { sources } from './en/sources.ts'

/** Every text of the page and the player, by section. English decides which texts there are, and their parameters. */
export interface Messages {
  readonly activity: Translated<typeof activity>
  readonly app: Translated<typeof app>
  readonly client: Translated<typeof client>
  readonly clips: Translated<typeof clips>
  readonly components: Translated<typeof components>
  /** Errors of the host by their code; none in English, which the host writes. */
  readonly errors: Readonly<Record<string, ErrorText>>
  readonly health: Translated<typeof health>
  readonly guest: Translated<typeof guest>
  readonly keys: Translated<typeof keys>
  readonly library: Translated<typeof library>
  readonly live: Translated<typeof live>
  readonly player: Translated<typeof player>
  readonly publish: Translated<typeof publish>
  readonly recording: Translated<typeof recording>
  readonly rules: Translated<typeof rules>
  readonly settings: Translated<typeof settings>
  readonly sources: Translated<typeof sources>
}

/** A translated error of the host's catalogue. */
export interface ErrorText {
  /** The title that was translated; a test compares it with the catalogue. */
  readonly english: string
  readonly title: string
  readonly remedy: string
}

/** What another language must have for texts of this shape: all of them, with the same parameters. */
type Translated<T> = T extends string
  ? string
  : T extends (...parameters: infer P) => string
    ? (...parameters: P) => string
    : { readonly [K in keyof T]: Translated<T[K]> }

/** Which texts are loaded: those of the watch page, or those of the whole page. */
export type TextSet = 'player' | 'page'

/** Gives the texts of a section in another language. */
export type Texts = (section: string, english: object) => object

export interface Language extends Readonly<Record<TextSet, () => Promise<Texts>>> {
  /** Its own name of itself; undefined: not offered to people. */
  readonly name?: string
}
