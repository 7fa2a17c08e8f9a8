import { AppError } from '../../../platform/errors.ts'
import type { Collection, Item, LeafItem, Scene, Source } from '../collection.ts'
import { noSuchPart } from '../named-part.ts'
import type { Track } from '../schemas/mixer-schemas.ts'

/** Anything of a collection that has an id. */
export interface Entity {
  readonly id: string
  readonly name?: string
}

/** What a list contains, by the word that people use for one of it. */
export type Sort = 'canvas' | 'scene' | 'source' | 'transition' | 'output' | 'macro' | 'track' | 'item' | 'filter' | 'audio filter'

/** A list of entities in a collection. `owner` is what it belongs to, `group` the item that contains it. */
export interface ListPlace {
  readonly sort: Sort
  readonly owner?: string
  readonly group?: string
  /** The name of the owner's list. */
  readonly ownerList?: 'scenes' | 'sources' | 'tracks'
}

export interface EntityPlace {
  readonly list: ListPlace
  readonly id: string
}

const topLists = {
  canvases: 'canvas',
  scenes: 'scene',
  sources: 'source',
  transitions: 'transition',
  outputs: 'output',
  macros: 'macro',
  tracks: 'track',
} as const

const topListOf = Object.fromEntries(Object.entries(topLists).map(([list, sort]) => [sort, list])) as Readonly<
  Record<string, keyof typeof topLists>
>

const noList = (place: string): AppError => new AppError('studio.not_found', `A collection has no list "${place}"`)

/** Reads `scenes/ID/items`. Throws `studio.not_found`. */
export function readListPlace(text: string): ListPlace {
  const [list = '', owner, inner, group, rest, more] = text.split('/')
  if (owner === undefined) {
    if (!Object.hasOwn(topLists, list)) throw noList(text)
    return { sort: topLists[list as keyof typeof topLists] }
  }
  if (list === 'scenes' && inner === 'items') {
    if (group === undefined) return { sort: 'item', ownerList: 'scenes', owner }
    if (rest === 'items' && more === undefined) return { sort: 'item', ownerList: 'scenes', owner, group }
  }
  if (group === undefined) {
    if ((list === 'scenes' || list === 'sources') && inner === 'filters') return { sort: 'filter', ownerList: list, owner }
    if ((list === 'sources' || list === 'tracks') && inner === 'audio-filters') return { sort: 'audio filter', ownerList: list, owner }
  }
  throw noList(text)
}

/** Finds an entity; items are found in groups too. Throws `studio.not_found`. */
export function findEntity(collection: Collection, text: string): EntityPlace & { readonly entity: Entity; readonly index: number } {
  const cut = text.lastIndexOf('/')
  if (cut < 0) throw new AppError('studio.not_found', `"${text}" names no item: give a list and an id`)
  const id = text.slice(cut + 1)
  let list = readListPlace(text.slice(0, cut))
  let entities = listAt(collection, list)
  let index = entities.findIndex((each) => each.id === id)
  if (index < 0 && list.sort === 'item' && list.group === undefined) {
    const group = (entities as readonly Item[]).find((each) => 'group' in each && each.group.some((inner) => inner.id === id))
    if (group !== undefined) {
      list = { ...list, group: group.id }
      entities = listAt(collection, list)
      index = entities.findIndex((each) => each.id === id)
    }
  }
  const entity = entities[index]
  if (entity === undefined) throw noSuchPart(list.sort, id)
  return { list, id, entity, index }
}

/** The list of a place. Throws `studio.not_found`. */
export function listAt(collection: Collection, place: ListPlace): readonly Entity[] {
  const { sort, owner, group } = place
  if (owner === undefined) return collection[topListOf[sort] as keyof typeof topLists]
  if (sort === 'item') {
    const { items } = sceneOf(collection, owner)
    return group === undefined ? items : groupOf(items, group).group
  }
  if (place.ownerList === 'scenes') return sceneOf(collection, owner).filters
  if (place.ownerList === 'tracks') return trackOf(collection, owner).filters
  const source = sourceOf(collection, owner)
  if (sort === 'filter') return source.filters
  if (source.audio === undefined) throw new AppError('studio.not_found', `The source "${owner}" has no audio`)
  return source.audio.filters
}

/** The collection with another list there; everything else is shared. */
export function withList(collection: Collection, place: ListPlace, list: readonly Entity[]): Collection {
  const { sort, owner, group } = place
  if (owner === undefined) return { ...collection, [topListOf[sort] as string]: list }
  if (sort === 'item') {
    const scene = sceneOf(collection, owner)
    const items =
      group === undefined
        ? (list as readonly Item[])
        : scene.items.map((each) => (each.id === group ? { ...each, group: list as readonly LeafItem[] } : each))
    return withScene(collection, { ...scene, items })
  }
  if (place.ownerList === 'scenes') return withScene(collection, { ...sceneOf(collection, owner), filters: list as Scene['filters'] })
  if (place.ownerList === 'tracks') {
    const track = { ...trackOf(collection, owner), filters: list as Track['filters'] }
    return { ...collection, tracks: collection.tracks.map((each) => (each.id === owner ? track : each)) }
  }
  const source = sourceOf(collection, owner)
  if (sort === 'filter') return withSource(collection, { ...source, filters: list as Source['filters'] })
  return withSource(collection, {
    ...source,
    audio: { ...(source.audio as NonNullable<Source['audio']>), filters: list as Source['filters'] },
  })
}

/** Throws `studio.not_found`. */
export function sceneOf(collection: Collection, id: string): Scene {
  const scene = collection.scenes.find((each) => each.id === id)
  if (scene === undefined) throw noSuchPart('scene', id)
  return scene
}

/** Throws `studio.not_found`. */
export function sourceOf(collection: Collection, id: string): Source {
  const source = collection.sources.find((each) => each.id === id)
  if (source === undefined) throw noSuchPart('source', id)
  return source
}

function trackOf(collection: Collection, id: string): Track {
  const track = collection.tracks.find((each) => each.id === id)
  if (track === undefined) throw noSuchPart('track', id)
  return track
}

function withScene(collection: Collection, scene: Scene): Collection {
  return { ...collection, scenes: collection.scenes.map((each) => (each.id === scene.id ? scene : each)) }
}

function withSource(collection: Collection, source: Source): Collection {
  return { ...collection, sources: collection.sources.map((each) => (each.id === source.id ? source : each)) }
}

function groupOf(items: readonly Item[], id: string): Item & { readonly group: readonly LeafItem[] } {
  const item = items.find((each) => each.id === id)
  if (item === undefined) throw noSuchPart('item', id)
  if (!('group' in item)) throw new AppError('studio.not_found', `The item "${id}" is no group`)
  return item
}

/** Ids of all items and of all filters. */
export function idsInside(collection: Collection): { readonly items: Set<string>; readonly filters: Set<string> } {
  const items = new Set<string>()
  const filters = new Set<string>()
  for (const scene of collection.scenes) {
    for (const item of scene.items) {
      items.add(item.id)
      if ('group' in item) for (const { id } of item.group) items.add(id)
    }
    for (const { id } of scene.filters) filters.add(id)
  }
  for (const source of collection.sources) {
    for (const { id } of source.filters) filters.add(id)
    for (const { id } of source.audio?.filters ?? []) filters.add(id)
  }
  for (const track of collection.tracks) for (const { id } of track.filters) filters.add(id)
  return { items, filters }
}
