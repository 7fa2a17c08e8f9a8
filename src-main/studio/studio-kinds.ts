import type { CollectionKinds } from './collection/collection-kinds.ts'
import { transitionKinds } from './collection/transition-kinds.ts'
import { filterKinds } from './filters/filter-kinds.ts'
import { audioFilterKinds } from './mixer/audio-filter-kinds.ts'
import { outputKinds } from './outputs/index.ts'
import { findSourceKind, sourceKinds } from './sources/source-kinds.ts'

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
