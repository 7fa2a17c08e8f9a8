import type { ChosenSettings } from '../../../media/following/chosen-settings.ts'
import { approach, followColors, followKey, followWhite } from '../../../media/following/follow-image.ts'
import type { Filter } from '../../document/collection.ts'
import { withDefaults } from './native-filters.ts'

export interface FollowingFiltersDependencies {
  /** A small image of what comes into a filter of a source, rows of RGBA; undefined while the source has none. */
  readonly imageBefore: (source: string, filter: string) => Uint8Array | undefined
  /** Other settings were chosen for a filter than before; null: those that are set count again. */
  readonly onChosen: (filter: string, chosen: ChosenSettings | null) => void
  /** Filters are to be made again. */
  readonly onChange: () => void
}

interface Filtered {
  readonly id: string
  readonly filters: readonly Filter[]
}

const ways: Readonly<Record<string, (rgba: Uint8Array, settings: Readonly<Record<string, unknown>>) => ChosenSettings | undefined>> = {
  'chroma-key': followKey,
  'color-correction': (rgba, settings) => {
    const white = settings.follow === true ? followWhite(rgba, settings) : undefined
    const colors = settings.followSaturation === true ? followColors(rgba, settings) : undefined
    return white === undefined && colors === undefined ? undefined : { ...white, ...colors }
  },
}

/** Video filters of sources whose settings follow the light: `check` looks at the image of each and chooses. */
export class FollowingFilters {
  readonly #dependencies: FollowingFiltersDependencies
  #sources: readonly Filtered[] = []
  #shown: ReadonlySet<string> = new Set()
  /** By filter: what was chosen, for which settings. */
  readonly #chosen = new Map<string, { readonly settings: Filter['settings']; readonly chosen: ChosenSettings }>()

  constructor(dependencies: FollowingFiltersDependencies) {
    this.#dependencies = dependencies
  }

  setSources(sources: readonly Filtered[]): void {
    this.#sources = sources
    const following = new Map(sources.flatMap(({ filters }) => filters.filter(follows)).map((filter) => [filter.id, filter.settings]))
    for (const [id, { settings }] of this.#chosen) {
      if (following.get(id) === settings) continue
      // Other settings are another place to start from; what was chosen for them counts no more.
      this.#chosen.delete(id)
      this.#dependencies.onChosen(id, null)
    }
  }

  /** Sources that somebody sees: the others cost nothing. */
  setShown(sources: ReadonlySet<string>): void {
    this.#shown = sources
  }

  /** What was chosen for a filter. */
  chosen(filter: string): ChosenSettings | undefined {
    return this.#chosen.get(filter)?.chosen
  }

  /** Looks at what comes into each filter that follows. */
  check(): void {
    let changed = false
    for (const { id: source, filters } of this.#sources) {
      if (!this.#shown.has(source)) continue
      for (const filter of filters.filter(follows)) {
        const image = this.#dependencies.imageBefore(source, filter.id)
        const wanted = image && ways[filter.kind]?.(image, withDefaults(filter))
        if (wanted === undefined) continue
        const before = this.#chosen.get(filter.id)
        // Of two that are followed one may have nothing to say at this moment.
        const chosen = before === undefined ? wanted : approach(before.chosen, { ...before.chosen, ...wanted })
        if (chosen === before?.chosen) continue
        this.#chosen.set(filter.id, { settings: filter.settings, chosen })
        this.#dependencies.onChosen(filter.id, chosen)
        changed = true
      }
    }
    if (changed) this.#dependencies.onChange()
  }
}

const follows = ({ kind, enabled, settings }: Filter): boolean =>
  enabled && (settings.follow === true || settings.followSaturation === true) && ways[kind] !== undefined
