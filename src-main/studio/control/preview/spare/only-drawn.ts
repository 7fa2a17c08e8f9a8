import type { Collection, Item, LeafItem, Scene } from '../../../document/collection.ts'
import { drawnKinds } from '../../../document/kinds/drawn.ts'
import { noSuchPart } from '../../../document/named-part.ts'

const drawn: ReadonlySet<string> = new Set(drawnKinds.filter(({ pictures }) => pictures).map(({ kind }) => kind))

/**
 * A document with one scene, and of its sources those that the studio draws itself. The scene's id is `mark`, and the sources have ids made
 * of it, so that reports on another drawing are not taken for theirs. Throws `studio.not_found`.
 */
export function onlyDrawn(collection: Collection, wanted: string, mark: string): Collection {
  const scene = collection.scenes.find(({ id }) => id === wanted)
  const canvas = collection.canvases.find(({ id }) => id === scene?.canvas)
  if (scene === undefined || canvas === undefined) throw noSuchPart('scene', wanted)
  const leaves = scene.items.flatMap((item): readonly LeafItem[] => ('group' in item ? item.group : [item]))
  const used = new Set(leaves.flatMap((item) => ('source' in item ? [item.source] : [])))
  const sources = collection.sources.filter(({ id, kind }) => used.has(id) && drawn.has(kind))
  const ids = new Map(sources.map(({ id }, index) => [id, `${mark}-${index}`]))
  const keep = (item: LeafItem): LeafItem[] => {
    const source = 'source' in item ? ids.get(item.source) : undefined
    return source === undefined ? [] : [{ ...item, source }]
  }
  const items = scene.items.flatMap((item): Item[] => ('group' in item ? [{ ...item, group: item.group.flatMap(keep) }] : keep(item)))
  const only: Scene = { id: mark, name: scene.name, canvas: canvas.id, items, filters: [] }
  return {
    ...collection,
    // Enough for a still, and next to nothing for the processor.
    frameRate: { numerator: 10, denominator: 1 },
    canvases: [{ ...canvas, scene: mark }],
    scenes: [only],
    // Their audio is of no use to an image.
    sources: sources.map(({ id, name, kind, settings }) => ({ id: ids.get(id) ?? id, name, kind, settings, filters: [] })),
    outputs: [],
    macros: [],
  }
}
