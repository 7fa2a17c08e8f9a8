import type { Collection, Scene, Source } from './collection.ts'

/** What makes one collection of another: scenes and sources that differ, and everything else as it is now. */
export interface CollectionChange {
  readonly scenes: readonly Scene[]
  readonly sources: readonly Source[]
  /** Ids of all scenes and sources, in order. */
  readonly sceneOrder: readonly string[]
  readonly sourceOrder: readonly string[]
  readonly rest: Omit<Collection, 'scenes' | 'sources'>
}

/** Compares by identity: an edit makes new objects of what it changes, and of nothing else. */
export function changeBetween(before: Collection, after: Collection): CollectionChange {
  const known = new Set<unknown>([...before.scenes, ...before.sources])
  const { scenes, sources, ...rest } = after
  return {
    scenes: scenes.filter((scene) => !known.has(scene)),
    sources: sources.filter((source) => !known.has(source)),
    sceneOrder: scenes.map(({ id }) => id),
    sourceOrder: sources.map(({ id }) => id),
    rest,
  }
}

/** The collection after a change; what did not change is the very same object as before. */
export function applyChange(collection: Collection, change: CollectionChange): Collection {
  const scenes = new Map([...collection.scenes, ...change.scenes].map((scene) => [scene.id, scene]))
  const sources = new Map([...collection.sources, ...change.sources].map((source) => [source.id, source]))
  return {
    ...change.rest,
    scenes: change.sceneOrder.flatMap((id) => scenes.get(id) ?? []),
    sources: change.sourceOrder.flatMap((id) => sources.get(id) ?? []),
  }
}
