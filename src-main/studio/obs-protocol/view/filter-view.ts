import type { FilterSettings } from './filter-settings.ts'
import { obsFilterKind } from './obs-kinds.ts'
import type { PlacedFilter } from './studio-view.ts'

/** A filter as lists have it. */
export function filterEntry({ filter, index }: Pick<PlacedFilter, 'filter' | 'index'>, settings: FilterSettings) {
  return {
    filterEnabled: filter.enabled,
    filterIndex: index,
    filterKind: obsFilterKind(filter.kind),
    filterName: filter.name,
    filterSettings: settings.obsSettings(filter),
  }
}
