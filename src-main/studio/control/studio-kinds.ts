import type { CollectionKinds } from '../document/collection-kinds.ts'
import { audioFilterKinds } from '../document/kinds/audio-filter-kinds.ts'
import { filterKinds } from '../document/kinds/filter-kinds.ts'
import { findSourceKind, sourceKinds } from '../document/kinds/source-kinds.ts'
import { transitionKinds } from '../document/transition-kinds.ts'
import { outputKinds } from './outputs/index.ts'

const byKind = <T extends { readonly kind: string }>(kinds: readonly T[]): ReadonlyMap<string, T> =>
  new Map(kinds.map((each) => [each.kind, each]))

const filters = byKind(filterKinds)
const audioFilters = byKind(audioFilterKinds)
const outputs = byKind(outputKinds)
const transitions = byKind(transitionKinds)

/** Every kind that a collection may name. */
export const studioKinds: CollectionKinds = {
  source: findSourceKind,
  filter: (kind) => filters.get(kind),
  audioFilter: (kind) => audioFilters.get(kind),
  output: (kind) => outputs.get(kind),
  transition: (kind) => transitions.get(kind as (typeof transitionKinds)[number]['kind']),
  names: (of) =>
    ({ source: sourceKinds, filter: filterKinds, 'audio filter': audioFilterKinds, output: outputKinds, transition: transitionKinds })[
      of
    ].map(({ kind }) => kind),
}
