import { AppError } from '../../../platform/errors.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import { Completion, frameRate, freeId } from '../checks/complete-collection.ts'
import type { Collection, Item } from '../collection.ts'
import type { CollectionKinds } from '../collection-kinds.ts'
import { trackCount } from '../schemas/mixer-schemas.ts'
import { restoreSecrets, secretNeeded, secretsElsewhere } from '../secrets/stored-secrets.ts'
import { duplicateEntity, pasteItems } from './copying.ts'
import type { Edit, Edited, EditOf } from './edit-schemas.ts'
import { groupItems, ungroupItem } from './grouping.ts'
import { followLink } from './linked-items.ts'
import { mergeChanges } from './merge-changes.ts'
import { type Entity, findEntity, idsInside, type ListPlace, listAt, readListPlace, withList } from './places.ts'
import { removeEntity } from './removing.ts'

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
      rejectTrack(findEntity(collection, edit.at).list)
      return duplicateEntity(collection, edit)
    case 'paste':
      return pasteItems(collection, withSecrets(collection, edit, kinds), new Completion(kinds, idsInside(collection)))
  }
}

/** Sources that come along were read with their secrets hidden: those of this collection have them. Throws `secret.needed`. */
function withSecrets(collection: Collection, edit: EditOf<'paste'>, kinds: CollectionKinds): EditOf<'paste'> {
  const { document, missing, elsewhere } = restoreSecrets({ sources: edit.sources }, collection, kinds)
  if (elsewhere.length > 0) throw secretNeeded(elsewhere)
  return missing.length > 0 || document.sources === undefined ? edit : { ...edit, sources: document.sources }
}

/** Throws `studio.edit_refused` where a list is that of the tracks: their numbers are what sources and outputs go by. */
function rejectTrack({ sort }: ListPlace): void {
  if (sort !== 'track') return
  throw new AppError('studio.edit_refused', `There are always ${trackCount} tracks: these cannot be added, removed, moved or copied`)
}

function remove(collection: Collection, { at }: EditOf<'remove'>): Collection {
  const found = findEntity(collection, at)
  rejectTrack(found.list)
  return removeEntity(collection, found)
}

function add(collection: Collection, edit: EditOf<'add'>, kinds: CollectionKinds): Edited {
  const place = readListPlace(edit.to)
  rejectTrack(place)
  const list = listAt(collection, place)
  const entity = complete(collection, place, edit.value, list, kinds) as unknown as Entity
  const index = Math.min(edit.index ?? list.length, list.length)
  const added = withList(collection, place, list.toSpliced(index, 0, entity))
  return { collection: place.sort === 'canvas' ? withSceneFor(added, entity, kinds) : added, made: [entity.id] }
}

/** An entity as it comes into a list: complete, and with a free id if none was given. */
function complete(
  collection: Collection,
  place: ListPlace,
  value: Record<string, unknown>,
  list: readonly Entity[],
  kinds: CollectionKinds,
): Record<string, unknown> {
  const completion = new Completion(kinds, idsInside(collection))
  const canvas = collection.canvases[0]?.id ?? 'main'
  const index = list.length
  const finish = (entity: Record<string, unknown>): Record<string, unknown> =>
    value.id === undefined ? { ...entity, id: freeId(String(entity.id), (id) => list.some((each) => each.id === id)) } : entity
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
function withSceneFor(collection: Collection, canvas: Entity & { readonly scene?: string }, kinds: CollectionKinds): Collection {
  if (canvas.scene !== undefined) return collection
  const scene = new Completion(kinds).sceneFor(canvas, collection.scenes)
  const { id } = scene
  return {
    ...collection,
    canvases: collection.canvases.map((each) => (each.id === canvas.id ? { ...each, scene: id } : each)),
    scenes: [...collection.scenes, scene as unknown as Collection['scenes'][number]],
  }
}

function change(collection: Collection, { at, changes, linked = true }: EditOf<'change'>, kinds: CollectionKinds): Collection {
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
  const { list, entity, index } = findEntity(collection, at)
  if (changes.id !== undefined && changes.id !== entity.id) {
    throw new AppError('studio.edit_refused', `An id is kept for ever: ${at} cannot become "${String(changes.id)}"`)
  }
  const merged = mergeChanges(entity as Entity & Record<string, unknown>, changes)
  rejectElsewhere(at, list, entity, merged, changes, kinds)
  const entities = listAt(collection, list)
  const next = completeChanged(collection, list, merged, changes, kinds)
  const changed = withList(collection, list, entities.with(index, next as Entity))
  if (list.sort !== 'item' || !linked) return changed
  return followLink(changed, list.owner ?? '', entity as unknown as Item, next as Item)
}

/** Throws `secret.needed` where a change would send a stored secret to another server, or to one of another kind. */
function rejectElsewhere(at: string, { sort }: ListPlace, before: object, after: object, changes: object, kinds: CollectionKinds): void {
  if (sort !== 'output' && sort !== 'source') return
  const places = secretsElsewhere(before, after, changes, (kind) => (sort === 'output' ? kinds.output(kind) : kinds.source(kind)))
  if (places.length > 0) throw secretNeeded(places.map((place) => `${at}/${place.replaceAll('.', '/')}`))
}

/** What a change brought in again may be as short as what is added. */
function completeChanged(
  collection: Collection,
  { sort, owner }: ListPlace,
  entity: Record<string, unknown>,
  changes: Record<string, unknown>,
  kinds: CollectionKinds,
): unknown {
  const fresh = new Completion(kinds, idsInside(collection))
  switch (sort) {
    case 'item':
      return changes.bounds || changes.group || changes.scale !== undefined ? fresh.item(entity, owner ?? '') : entity
    case 'source': {
      const audio = isRecord(changes.audio) || changes.filters !== undefined
      return audio ? fresh.source(entity, 0) : entity
    }
    case 'scene':
      return changes.items || changes.filters ? fresh.scene(entity, 0, String(entity.canvas)) : entity
    case 'track':
      return changes.filters === undefined ? entity : fresh.track(entity)
    case 'output':
      return changes.video || changes.audio ? fresh.output(entity, 0, collection.canvases[0]?.id ?? 'main') : entity
    default:
      return entity
  }
}

function move(collection: Collection, { at, to, index }: EditOf<'move'>): Collection {
  const from = findEntity(collection, at)
  rejectTrack(from.list)
  const target = to === undefined ? from.list : readListPlace(to)
  const kinds = from.list.sort === target.sort || [from.list.sort, target.sort].every((sort) => sort.endsWith('filter'))
  if (!kinds || from.list.sort !== target.sort) {
    throw new AppError('studio.edit_refused', `${at} is of the sort ${from.list.sort}: it cannot go to ${to}`)
  }
  if (target.group !== undefined && 'group' in from.entity) throw new AppError('studio.edit_refused', 'Groups cannot contain groups')
  const without = withList(collection, from.list, listAt(collection, from.list).toSpliced(from.index, 1))
  const list = listAt(without, target)
  return withList(without, target, list.toSpliced(Math.min(index ?? list.length, list.length), 0, from.entity))
}
