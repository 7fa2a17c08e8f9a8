import { isDeepStrictEqual } from 'node:util'
import type { DesktopDisplays, DisplayPlace } from '../../../media/desktop-displays.ts'
import type { Collection } from '../../document/collection.ts'

/** The displays of the remote desktop that a show's sources name. */
export class ShowDisplays {
  readonly #displays: Pick<DesktopDisplays, 'places' | 'setShown'>
  readonly #onChange: () => void
  #named: ReadonlySet<string> = new Set()
  #places: Readonly<Record<string, DisplayPlace>> = {}

  /** `onChange`: `places` is different. */
  constructor(displays: Pick<DesktopDisplays, 'places' | 'setShown' | 'onChange'>, onChange: () => void) {
    this.#displays = displays
    this.#onChange = onChange
    displays.onChange(() => {
      if (this.#named.size > 0) this.#look()
    })
  }

  /** Where they are, by id; one that was removed is left out. */
  get places(): Readonly<Record<string, DisplayPlace>> {
    return this.#places
  }

  /** These are the sources from now on. */
  follow(sources: Collection['sources']): void {
    const before = this.#named
    this.#named = new Set(
      sources.flatMap(({ kind, settings: { device } }) => (kind === 'desktop-display' && typeof device === 'string' ? device : [])),
    )
    if (before.size === 0 && this.#named.size === 0) return
    this.#look()
    this.#displays.setShown(this.#named)
  }

  #look(): void {
    const places = this.#displays.places(this.#named)
    if (isDeepStrictEqual(places, this.#places)) return
    this.#places = places
    this.#onChange()
  }
}
