import type { Collection } from './types.ts'

/** A change of one entity that the page shows before the host has answered. */
export interface Change {
  /** Place of the entity, as edits name it: `sources/mic`, `scenes/talk/items/logo`, `collection`. */
  readonly at: string
  /** What differs: objects are merged by property, null removes a setting. */
  readonly changes: Readonly<Record<string, unknown>>
}

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Properties that the host merges by property; every other value is replaced. */
const mergedProperties = new Set([
  'position',
  'scale',
  'alignment',
  'crop',
  'settings',
  'audio',
  'bounds',
  'video',
  'showTransition',
  'hideTransition',
])

/** The entity after a change, as the host makes it of the same edit. */
export function mergeChange(entity: Json, changes: Json): Json {
  const merged: Record<string, unknown> = { ...entity }
  for (const [name, value] of Object.entries(changes)) {
    const before = merged[name]
    if (mergedProperties.has(name) && isObject(before) && isObject(value)) {
      const inner: Record<string, unknown> = { ...before }
      for (const [key, each] of Object.entries(value)) {
        if (each === null && name === 'settings') delete inner[key]
        else inner[key] = each
      }
      merged[name] = inner
    } else merged[name] = value
  }
  return merged
}

/** Both changes of the same entity as one, for a request that carries them together. */
export function joinChanges(first: Json, second: Json): Json {
  const joined: Record<string, unknown> = { ...first }
  for (const [name, value] of Object.entries(second)) {
    const before = joined[name]
    joined[name] = mergedProperties.has(name) && isObject(before) && isObject(value) ? { ...before, ...value } : value
  }
  return joined
}

const listNames: Readonly<Record<string, string>> = { 'audio-filters': 'filters' }

/** The document with a change in it; the same document where its place is gone. What did not change is shared. */
export function applyChange(collection: Collection, { at, changes }: Change): Collection {
  if (at === 'collection') return mergeChange(collection as unknown as Json, changes) as unknown as Collection
  return changeAt(collection as unknown as Json, at.split('/'), changes) as unknown as Collection
}

function changeAt(owner: Json, [list, id, ...rest]: readonly string[], changes: Json): Json {
  if (list === undefined || id === undefined) return owner
  // Audio filters are in `audio` of a source, and in `filters` of a track.
  if (list === 'audio-filters' && isObject(owner.audio)) {
    return { ...owner, audio: changeAt(owner.audio, ['filters', id, ...rest], changes) }
  }
  const name = list === 'items' && Array.isArray(owner.group) ? 'group' : (listNames[list] ?? list)
  const entities = owner[name]
  if (!Array.isArray(entities)) return owner
  let found = false
  const next = (entities as readonly Json[]).map((entity) => {
    if (entity.id !== id) return entity
    found = true
    return rest.length > 0 ? changeAt(entity, rest, changes) : mergeChange(entity, changes)
  })
  return found ? { ...owner, [name]: next } : owner
}

/** The entity at a place; undefined where it is gone. */
export function entityAt(collection: Collection, at: string): Json | undefined {
  if (at === 'collection') return collection as unknown as Json
  let owner: unknown = collection
  const path = at.split('/')
  for (let index = 0; index + 1 < path.length; index += 2) {
    const [list = '', id] = path.slice(index, index + 2)
    if (!isObject(owner)) return undefined
    const within: Json = list === 'audio-filters' && isObject(owner.audio) ? owner.audio : owner
    const entities = list === 'items' && Array.isArray(owner.group) ? owner.group : within[listNames[list] ?? list]
    owner = Array.isArray(entities) ? (entities as readonly Json[]).find((each) => each.id === id) : undefined
  }
  return isObject(owner) ? owner : undefined
}

/** An item of a scene as the host has it after a change. */
export interface ChangedItem {
  readonly scene: string
  readonly item: { readonly id: string }
}

/** The document with items as they are now; undefined where one of them is not in it. What did not change is shared. */
export function replaceItems(collection: Collection, items: readonly ChangedItem[]): Collection | undefined {
  let next = collection
  for (const { scene: sceneId, item } of items) {
    const at = next.scenes.findIndex(({ id }) => id === sceneId)
    const scene = next.scenes[at]
    const index = scene?.items.findIndex(({ id }) => id === item.id) ?? -1
    if (scene === undefined || index < 0) return undefined
    const changed = { ...scene, items: scene.items.with(index, item as (typeof scene.items)[number]) }
    next = { ...next, scenes: next.scenes.with(at, changed) }
  }
  return next
}

type ChangedValue = readonly [path: readonly string[], value: unknown]

/** The single values that a change sets, by their path in the entity: properties of objects that are merged one by one. */
export function valuesOf(changes: Json): readonly ChangedValue[] {
  return Object.entries(changes).flatMap(([name, value]): readonly ChangedValue[] =>
    mergedProperties.has(name) && isObject(value) ? Object.entries(value).map(([key, each]) => [[name, key], each]) : [[[name], value]],
  )
}

/** `next` with every part that equals `before` taken from `before`, so that components whose part stayed the same are not drawn again. */
export function shareParts<T>(before: unknown, next: T): T {
  if (Object.is(before, next)) return next
  if (Array.isArray(before) && Array.isArray(next)) {
    const byId = new Map(before.map((each: unknown, index) => [isObject(each) && typeof each.id === 'string' ? each.id : index, each]))
    const shared = next.map((each: unknown, index) =>
      shareParts(byId.get(isObject(each) && typeof each.id === 'string' ? each.id : index), each),
    )
    const same = shared.length === before.length && shared.every((each, index) => Object.is(each, before[index]))
    return (same ? before : shared) as T
  }
  if (isObject(before) && isObject(next)) {
    const shared: Record<string, unknown> = {}
    let same = Object.keys(before).length === Object.keys(next).length
    for (const [key, value] of Object.entries(next)) {
      shared[key] = shareParts(before[key], value)
      if (!Object.is(shared[key], before[key]) || !(key in before)) same = false
    }
    return (same ? before : shared) as T
  }
  return next
}
