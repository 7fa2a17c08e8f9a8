import { AppError } from '../../../platform/errors.ts'
import type { Collection, Item, LeafItem } from '../collection.ts'
import { sourceSettings } from '../transition-kinds.ts'
import { type Entity, type EntityPlace, listAt, withList } from './places.ts'

/** Removes an entity, and whatever cannot be without it: items that show it, what refers to it. Throws `studio.edit_refused`. */
export function removeEntity(
  collection: Collection,
  { list, id, index, entity }: EntityPlace & { readonly entity: Entity; readonly index: number },
): Collection {
  switch (list.sort) {
    case 'source':
      return removeSource(collection, id)
    case 'scene':
      return removeScene(collection, id)
    case 'canvas':
      return removeCanvas(collection, id, entity)
    case 'transition':
      return removeTransition(collection, id)
    default:
      return withList(collection, list, listAt(collection, list).toSpliced(index, 1))
  }
}

function removeSource(collection: Collection, id: string): Collection {
  return {
    ...withoutItems(collection, (item) => 'source' in item && item.source === id),
    sources: collection.sources.filter((each) => each.id !== id),
    transitions: collection.transitions.map((transition) => {
      const names = sourceSettings.filter((name) => transition.settings[name] === id)
      if (names.length === 0) return transition
      const settings = { ...transition.settings }
      for (const name of names) delete settings[name]
      return { ...transition, settings }
    }),
  }
}

function removeScene(collection: Collection, id: string): Collection {
  const scene = collection.scenes.find((each) => each.id === id)
  const another = collection.scenes.find((each) => each.id !== id && each.canvas === scene?.canvas)
  if (another === undefined) throw new AppError('studio.edit_refused', `"${scene?.name}" is the only scene of its canvas`)
  const without = withoutItems(collection, (item) => 'scene' in item && item.scene === id)
  return {
    ...without,
    canvases: collection.canvases.map((canvas) => (canvas.scene === id ? { ...canvas, scene: another.id } : canvas)),
    scenes: without.scenes
      .filter((each) => each.id !== id)
      .map((each) => {
        if (each.follows !== id) return each
        const { follows: _follows, ...rest } = each
        return rest
      }),
  }
}

/** Its scenes go with it. */
function removeCanvas(collection: Collection, id: string, { name }: Entity): Collection {
  if (collection.canvases.length === 1) throw new AppError('studio.edit_refused', `"${name}" is the only canvas`)
  const output = collection.outputs.find((each) => each.canvas === id)
  if (output !== undefined) throw new AppError('studio.edit_refused', `The output "${output.name}" sends the canvas "${name}"`)
  const gone = new Set(collection.scenes.flatMap((scene) => (scene.canvas === id ? [scene.id] : [])))
  const without = withoutItems(collection, (item) => 'scene' in item && gone.has(item.scene))
  return {
    ...without,
    canvases: collection.canvases.filter((each) => each.id !== id),
    scenes: without.scenes
      .filter((scene) => !gone.has(scene.id))
      .map((scene) => {
        if (scene.follows === undefined || !gone.has(scene.follows)) return scene
        const { follows: _follows, ...rest } = scene
        return rest
      }),
  }
}

function removeTransition(collection: Collection, id: string): Collection {
  const transitions = collection.transitions.filter((each) => each.id !== id)
  const [first] = transitions
  if (first === undefined) throw new AppError('studio.edit_refused', 'A collection has at least one transition')
  return {
    ...collection,
    transitions,
    transition: collection.transition === id ? first.id : collection.transition,
    scenes: collection.scenes.map((scene) => {
      if (scene.transition !== id) return scene
      const { transition: _transition, ...rest } = scene
      return rest
    }),
  }
}

/** Scenes without some items; groups that are emptied by it go too. Scenes without them stay the same. */
function withoutItems(collection: Collection, gone: (item: LeafItem) => boolean): Collection {
  return {
    ...collection,
    scenes: collection.scenes.map((scene) => {
      const items = scene.items.flatMap((item): readonly Item[] => {
        if (!('group' in item)) return gone(item) ? [] : [item]
        const group = item.group.filter((inner) => !gone(inner))
        return group.length === item.group.length ? [item] : group.length === 0 ? [] : [{ ...item, group }]
      })
      return items.length === scene.items.length && items.every((item, index) => item === scene.items[index]) ? scene : { ...scene, items }
    }),
  }
}
