import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../../../platform/errors.ts'
import { type Completion, freeId } from '../checks/complete-collection.ts'
import type { Collection, Filter, Item, LeafItem, Scene, Source } from '../collection.ts'
import type { Edited, EditOf } from './edit-schemas.ts'
import { type Entity, findEntity, idsInside, listAt, sceneOf, withList } from './places.ts'

/** Gives copies ids of their own. */
class FreshIds {
  readonly #items: Set<string>
  readonly #filters: Set<string>
  readonly #sources: Set<string>

  constructor(collection: Collection) {
    const { items, filters } = idsInside(collection)
    this.#items = items
    this.#filters = filters
    this.#sources = new Set(collection.sources.map(({ id }) => id))
  }

  source(source: Source): Source {
    const { audio } = source
    return {
      ...source,
      id: take(this.#sources, source.id),
      filters: this.filters(source.filters),
      ...(audio === undefined ? {} : { audio: { ...audio, filters: this.filters(audio.filters) } }),
    }
  }

  /** `sources`: what items show instead, by the id of what they showed. */
  item(item: Item, sources: ReadonlyMap<string, string>): Item {
    const id = take(this.#items, item.id)
    // A copy is an item of its own.
    const { link: _link, ...own } = item
    if ('group' in own) return { ...own, id, group: own.group.map((each) => this.item(each, sources) as LeafItem) }
    return 'source' in own ? { ...own, id, source: sources.get(own.source) ?? own.source } : { ...own, id }
  }

  filters<T extends { readonly id: string }>(filters: readonly T[]): T[] {
    return filters.map((filter) => ({ ...filter, id: take(this.#filters, filter.id) }))
  }
}

function take(taken: Set<string>, wanted: string): string {
  const id = freeId(wanted, (each) => taken.has(each))
  taken.add(id)
  return id
}

/** Copies an entity and puts the copy behind it. Throws `studio.not_found` and `studio.edit_refused`. */
export function duplicateEntity(collection: Collection, edit: EditOf<'duplicate'>): Edited {
  const { list, entity, index } = findEntity(collection, edit.at)
  if (list.sort === 'canvas') throw new AppError('studio.edit_refused', 'A canvas is not duplicated: add one, and duplicate scenes')
  const entities = listAt(collection, list)
  const fresh = new FreshIds(collection)
  let base = collection
  /** Sources of their own for the copies, where that was asked for. */
  const copySources = (items: readonly Item[]): ReadonlyMap<string, string> => {
    const map = new Map<string, string>()
    if (edit.sources !== 'copy') return map
    for (const id of shownSources(items)) {
      const source = collection.sources.find((each) => each.id === id)
      if (source === undefined) continue
      const copy = { ...fresh.source(source), name: nextName(source.name, [...base.sources]) }
      map.set(id, copy.id)
      base = { ...base, sources: [...base.sources, copy] }
    }
    return map
  }
  let copy: Entity
  switch (list.sort) {
    case 'item': {
      const item = entity as unknown as Item
      copy = fresh.item(item, copySources([item]))
      break
    }
    case 'scene': {
      const { follows: _follows, ...scene } = entity as unknown as Scene
      const sources = copySources(scene.items)
      copy = { ...scene, items: scene.items.map((item) => fresh.item(item, sources)), filters: fresh.filters(scene.filters) } as Entity
      break
    }
    case 'source':
      copy = fresh.source(entity as unknown as Source)
      break
    case 'filter':
    case 'audio filter':
      copy = fresh.filters([entity as unknown as Filter])[0] as Entity
      break
    case 'output':
      copy = { ...entity, autostart: false } as Entity
      break
    case 'macro':
      copy = { ...entity, hotkeys: [] } as Entity
      break
    default:
      copy = { ...entity }
  }
  const id = edit.id ?? (copy.id === entity.id ? freeId(entity.id, (each) => entities.some((other) => other.id === each)) : copy.id)
  const name = edit.name ?? (entity.name === undefined || list.sort === 'item' ? entity.name : nextName(entity.name, entities))
  const named = { ...copy, id, ...(name === undefined ? {} : { name }) }
  return { collection: withList(base, list, listAt(base, list).toSpliced(index + 1, 0, named)), made: [id] }
}

/**
 * Puts items from elsewhere on top of a scene, each with an id of its own. A source that came along is shared where the collection has
 * the same one, and added otherwise. Throws `studio.not_found`.
 */
export function pasteItems(collection: Collection, edit: EditOf<'paste'>, completion: Completion): Edited {
  const scene = sceneOf(collection, edit.scene)
  const fresh = new FreshIds(collection)
  const map = new Map<string, string>()
  const sources = [...collection.sources]
  for (const [index, given] of (edit.sources ?? []).entries()) {
    const source = completion.source(given, index) as unknown as Source
    const known = collection.sources.find((each) => each.id === source.id)
    if (known !== undefined && isDeepStrictEqual(known, source)) continue
    const added = fresh.source(source)
    map.set(source.id, added.id)
    sources.push(added)
  }
  const items = edit.items.map((given) =>
    fresh.item(withoutId(completion.item(given, edit.scene), given, edit.scene) as unknown as Item, map),
  )
  const place = { sort: 'item', ownerList: 'scenes', owner: edit.scene } as const
  return { collection: withList({ ...collection, sources }, place, [...scene.items, ...items]), made: items.map(({ id }) => id) }
}

/** The id that the completion took is not taken by the item itself. */
function withoutId(item: Record<string, unknown>, given: Record<string, unknown>, owner: string): Record<string, unknown> {
  return { ...item, id: given.id ?? `${owner}-${given.source ?? given.scene ?? 'group'}` }
}

function shownSources(items: readonly Item[]): ReadonlySet<string> {
  return new Set(items.flatMap((item) => ('group' in item ? [...shownSources(item.group)] : 'source' in item ? [item.source] : [])))
}

/** `Camera` becomes `Camera 2`, `Camera 2` becomes `Camera 3`. */
function nextName(name: string, others: readonly Entity[]): string {
  const base = name.replace(/ \d+$/, '').slice(0, 110)
  for (let number = 2; ; number++) {
    const next = `${base} ${number}`
    if (!others.some((each) => each.name === next)) return next
  }
}
