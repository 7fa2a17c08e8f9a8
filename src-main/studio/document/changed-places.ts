import { type Collection, collectionLists, type Item } from './collection.ts'
import type { Entity } from './edits/places.ts'

/** Max places reported; more are reported as `collection`: read it again. */
const maxPlaces = 200

const isList = (name: string): boolean => collectionLists.some((list) => list === name)

/** What differs between two collections: `scenes/ID/items/ID`, `sources/ID`, `scenes` where their order changed. */
export function changedPlaces(before: Collection, after: Collection): readonly string[] {
  const places: string[] = []
  const own = (Object.keys({ ...before, ...after }) as (keyof Collection)[]).filter((name) => !isList(name))
  if (own.some((name) => before[name] !== after[name])) places.push('collection')
  for (const list of collectionLists) {
    if (before[list] === after[list]) continue
    compare(before[list], after[list], list, places, (old, now) => {
      const place = `${list}/${now.id}`
      if (list !== 'scenes') return [place]
      return changedOfScene(old as unknown as { items: readonly Item[] }, now as unknown as { items: readonly Item[] }, place)
    })
  }
  return places.length > maxPlaces ? ['collection'] : places
}

function changedOfScene(
  before: { readonly items: readonly Item[] },
  after: { readonly items: readonly Item[] },
  place: string,
): readonly string[] {
  const { items: oldItems, ...oldRest } = before
  const { items: newItems, ...newRest } = after
  const places: string[] = []
  const own = Object.keys({ ...oldRest, ...newRest }) as (keyof typeof oldRest)[]
  if (own.some((name) => oldRest[name] !== newRest[name])) places.push(place)
  if (oldItems !== newItems) compare(oldItems, newItems, `${place}/items`, places, (_old, now) => [`${place}/items/${now.id}`])
  return places
}

function compare(
  before: readonly Entity[],
  after: readonly Entity[],
  place: string,
  places: string[],
  changed: (before: Entity, after: Entity) => readonly string[],
): void {
  const old = new Map(before.map((each) => [each.id, each]))
  for (const each of after) {
    const was = old.get(each.id)
    old.delete(each.id)
    if (was === undefined) places.push(`${place}/${each.id}`)
    else if (was !== each) places.push(...changed(was, each))
  }
  for (const id of old.keys()) places.push(`${place}/${id}`)
  const order = (entities: readonly Entity[], others: readonly Entity[]): string[] => {
    const ids = new Set(others.map(({ id }) => id))
    return entities.flatMap(({ id }) => (ids.has(id) ? [id] : []))
  }
  const [was, now] = [order(before, after), order(after, before)]
  if (was.some((id, index) => id !== now[index])) places.push(place)
}

/** An item of a scene as it is after a change. */
export interface ChangedItem {
  readonly scene: string
  readonly item: Item
}

/** Max items that an event carries with it: what is moved together. */
const maxItems = 20

/**
 * The items of scenes that a change made other ones, where it changed nothing else: enough to follow a drag without reading the collection
 * again. Items have no secrets.
 * @param changed places that differ, as `changedPlaces` names them
 */
export function changedItems(before: Collection, after: Collection, changed: readonly string[]): readonly ChangedItem[] | undefined {
  if (changed.length === 0 || changed.length > maxItems) return undefined
  const items: ChangedItem[] = []
  for (const place of changed) {
    const [list, scene = '', inner, id, more] = place.split('/')
    if (list !== 'scenes' || inner !== 'items' || id === undefined || more !== undefined) return undefined
    const itemIn = (collection: Collection): Item | undefined =>
      collection.scenes.find((each) => each.id === scene)?.items.find((each) => each.id === id)
    const item = itemIn(after)
    if (item === undefined || itemIn(before) === undefined) return undefined
    items.push({ scene, item })
  }
  return items
}
