import type { ObsShowFilter } from '../../media/obs-show/obs-show.ts'
import type { ObsInput, ObsItem } from '../schemas/mirror.ts'

/** What an OBS had before a template was applied: as much as is needed to bring it back. */
export interface Before {
  /** Name of the scene collection. */
  readonly collection: string
  /** Scenes and inputs that were created. */
  readonly scenes: readonly string[]
  readonly inputs: readonly string[]
  /** Where items were created in scenes that were there: the items of that source which were there before. */
  readonly items: readonly { readonly scene: string; readonly source: string; readonly kept: readonly number[] }[]
  readonly changed: readonly { readonly scene: string; readonly item: ObsItem }[]
  /** Ids of all items of scenes whose order was changed, lowest first. */
  readonly orders: readonly { readonly scene: string; readonly items: readonly number[] }[]
  /** Filters that were created on what was there. */
  readonly filters: readonly { readonly source: string; readonly filter: string }[]
  readonly filterChanges: readonly { readonly source: string; readonly filter: ObsShowFilter }[]
  readonly inputChanges: readonly {
    readonly input: string
    readonly kind: string
    readonly settings: Readonly<Record<string, unknown>>
    readonly audio: ObsInput['audio']
  }[]
}

/** What was before two applications of which the second goes on where the first was interrupted. */
export function joined(first: Before, second: Before): Before {
  const made = { scenes: new Set(first.scenes), inputs: new Set(first.inputs) }
  const add = <T>(one: readonly T[], other: readonly T[], key: (each: T) => string): T[] => {
    const known = new Set(one.map(key))
    return [...one, ...other.filter((each) => !known.has(key(each)))]
  }
  return {
    collection: first.collection,
    scenes: [...made.scenes.union(new Set(second.scenes))],
    inputs: [...made.inputs.union(new Set(second.inputs))],
    // What the first one created has no state before it.
    items: add(
      first.items,
      second.items.filter(({ scene }) => !made.scenes.has(scene)),
      ({ scene, source }) => `${scene}\n${source}`,
    ),
    changed: add(
      first.changed,
      second.changed.filter(({ scene, item }) => !made.scenes.has(scene) && !isNew(first, scene, item)),
      ({ scene, item }) => `${scene}\n${item.id}`,
    ),
    orders: add(
      first.orders,
      second.orders.filter(({ scene }) => !made.scenes.has(scene)),
      ({ scene }) => scene,
    ),
    filters: add(first.filters, second.filters, ({ source, filter }) => `${source}\n${filter}`),
    filterChanges: add(
      first.filterChanges,
      second.filterChanges.filter((each) => !first.filters.some((one) => one.source === each.source && one.filter === each.filter.name)),
      ({ source, filter }) => `${source}\n${filter.name}`,
    ),
    inputChanges: add(
      first.inputChanges,
      second.inputChanges.filter(({ input }) => !made.inputs.has(input)),
      ({ input }) => input,
    ),
  }
}

const isNew = ({ items }: Before, scene: string, item: ObsItem): boolean =>
  items.some((each) => each.scene === scene && each.source === item.source && !each.kept.includes(item.id))
