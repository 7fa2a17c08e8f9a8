import { AppError } from '../../../platform/errors.ts'
import { isRecord } from '../../../platform/schema-faults.ts'
import { trackCount } from '../../mixer/mixer-schemas.ts'
import type { Collection } from '../collection.ts'
import type { CollectionKinds } from '../collection-kinds.ts'
import { Completion, frameRate, freeId } from '../complete-collection.ts'
import { duplicateThing, pasteItems } from './copying.ts'
import type { Edit, Edited, EditOf } from './edit-schemas.ts'
import { groupItems, ungroupItem } from './grouping.ts'
import { mergeChanges } from './merge-changes.ts'
import { findThing, idsInside, type ListPlace, listAt, readListPlace, type Thing, withList } from './places.ts'
import { removeThing } from './removing.ts'

/** Does edits one after the other. What comes out is not checked yet. Throws `studio.not_found` and `studio.edit_refused`. */
export function applyEdits(collection: Collection, edits: readonly Edit[], kinds: CollectionKinds): Edited {
  let current = collection
  const made: string[] = []
  for (const edit of edits) {
    const done = applyEdit(current, edit, kinds)
    current = done.collection
    made.push(...done.made)
  }
  return { collection: current, made }
}

function applyEdit(collection: Collection, edit: Edit, kinds: CollectionKinds): Edited {
  switch (edit.do) {
    case 'add':
      return add(collection, edit, kinds)
    case 'change':
      return { collection: change(collection, edit, kinds), made: [] }
    case 'remove':
      return { collection: remove(collection, edit), made: [] }
    case 'move':
      return { collection: move(collection, edit), made: [] }
    case 'group':
      return groupItems(collection, edit, new Completion(kinds, idsInside(collection)))
    case 'ungroup':
      return { collection: ungroupItem(collection, edit), made: [] }
    case 'duplicate':
      refuseTrack(findThing(collection, edit.at).list)
      return duplicateThing(collection, edit)
    case 'paste':
      return pasteItems(collection, edit, new Completion(kinds, idsInside(collection)))
  }
}

/** Throws `studio.edit_refused` where a list is that of the tracks: their numbers are what sources and outputs go by. */
function refuseTrack({ sort }: ListPlace): void {
  if (sort !== 'track') return
  throw new AppError('studio.edit_refused', `There are always ${trackCount} tracks: none is added, removed, moved or copied`)
}

function remove(collection: Collection, { at }: EditOf<'remove'>): Collection {
  const found = findThing(collection, at)
  refuseTrack(found.list)
  return removeThing(collection, found)
}

function add(collection: Collection, edit: EditOf<'add'>, kinds: CollectionKinds): Edited {
  const place = readListPlace(edit.to)
  refuseTrack(place)
  const list = listAt(collection, place)
  const thing = complete(collection, place, edit.value, list, kinds) as unknown as Thing
  const index = Math.min(edit.index ?? list.length, list.length)
  const added = withList(collection, place, list.toSpliced(index, 0, thing))
  return { collection: place.sort === 'canvas' ? withSceneFor(added, thing, kinds) : added, made: [thing.id] }
}

/** A thing as it comes into a list: complete, and with an id that is free where none was given. */
function complete(
  collection: Collection,
  place: ListPlace,
  value: Record<string, unknown>,
  list: readonly Thing[],
  kinds: CollectionKinds,
): Record<string, unknown> {
  const completion = new Completion(kinds, idsInside(collection))
  const canvas = collection.canvases[0]?.id ?? 'main'
  const index = list.length
  const finish = (thing: Record<string, unknown>): Record<string, unknown> =>
    value.id === undefined ? { ...thing, id: freeId(String(thing.id), (id) => list.some((each) => each.id === id)) } : thing
  switch (place.sort) {
    case 'canvas':
      return finish(completion.canvas(value, index, collection.scenes))
    case 'scene':
      return finish(completion.scene(value, index, canvas))
    case 'source':
      return finish(completion.source(value, index))
    case 'transition':
      return finish(completion.transition(value, index))
    case 'output':
      return finish(completion.output(value, index, canvas))
    case 'macro':
      return finish(completion.macro(value, index))
    case 'item':
      return completion.item(value, place.owner ?? '')
    default:
      return completion.filter(value, place.ownerList === 'tracks' ? `track-${place.owner}` : (place.owner ?? ''))
  }
}

/** A canvas that names no scene is given an empty one. */
function withSceneFor(collection: Collection, canvas: Thing & { readonly scene?: string }, kinds: CollectionKinds): Collection {
  if (canvas.scene !== undefined) return collection
  const scene = new Completion(kinds).sceneFor(canvas, collection.scenes)
  const { id } = scene
  return {
    ...collection,
    canvases: collection.canvases.map((each) => (each.id === canvas.id ? { ...each, scene: id } : each)),
    scenes: [...collection.scenes, scene as unknown as Collection['scenes'][number]],
  }
}

function change(collection: Collection, { at, changes }: EditOf<'change'>, kinds: CollectionKinds): Collection {
  if (at === 'collection') {
    for (const name of Object.keys(changes)) {
      if (!['name', 'frameRate', 'transition', 'monitorDevice'].includes(name)) {
        throw new AppError(
          'studio.edit_refused',
          `Of the collection itself name, frameRate, transition and monitorDevice can be changed, not "${name}"`,
        )
      }
    }
    return mergeChanges(
      collection,
      typeof changes.frameRate === 'number' ? { ...changes, frameRate: frameRate(changes.frameRate) } : changes,
    )
  }
  const { list, thing, index } = findThing(collection, at)
  if (changes.id !== undefined && changes.id !== thing.id) {
    throw new AppError('studio.edit_refused', `An id is kept for ever: ${at} cannot become "${String(changes.id)}"`)
  }
  const merged = mergeChanges(thing as Thing & Record<string, unknown>, changes)
  const things = listAt(collection, list)
  const next = completeChanged(collection, list, merged, changes, kinds)
  return withList(collection, list, things.with(index, next as Thing))
}

/** What a change brought in anew may be as short as what is added. */
function completeChanged(
  collection: Collection,
  { sort, owner }: ListPlace,
  thing: Record<string, unknown>,
  changes: Record<string, unknown>,
  kinds: CollectionKinds,
): unknown {
  const fresh = new Completion(kinds, idsInside(collection))
  switch (sort) {
    case 'item':
      return changes.bounds || changes.group || changes.scale !== undefined ? fresh.item(thing, owner ?? '') : thing
    case 'source': {
      const audio = isRecord(changes.audio) || changes.filters !== undefined
      return audio ? fresh.source(thing, 0) : thing
    }
    case 'scene':
      return changes.items || changes.filters ? fresh.scene(thing, 0, String(thing.canvas)) : thing
    case 'track':
      return changes.filters === undefined ? thing : fresh.track(thing)
    case 'output':
      return changes.video || changes.audio ? fresh.output(thing, 0, collection.canvases[0]?.id ?? 'main') : thing
    default:
      return thing
  }
}

function move(collection: Collection, { at, to, index }: EditOf<'move'>): Collection {
  const from = findThing(collection, at)
  refuseTrack(from.list)
  const target = to === undefined ? from.list : readListPlace(to)
  const kinds = from.list.sort === target.sort || [from.list.sort, target.sort].every((sort) => sort.endsWith('filter'))
  if (!kinds || from.list.sort !== target.sort) {
    throw new AppError('studio.edit_refused', `${at} is of the sort ${from.list.sort}: it cannot go to ${to}`)
  }
  if (target.group !== undefined && 'group' in from.thing) throw new AppError('studio.edit_refused', 'Groups do not stand in groups')
  const without = withList(collection, from.list, listAt(collection, from.list).toSpliced(from.index, 1))
  const list = listAt(without, target)
  return withList(without, target, list.toSpliced(Math.min(index ?? list.length, list.length), 0, from.thing))
}
