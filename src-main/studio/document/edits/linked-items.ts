import type { Collection, Item, ItemLayout, LeafItem, Scene } from '../collection.ts'

interface Size {
  readonly width: number
  readonly height: number
}

/** What items that are linked have in common: where they are, and whether they are seen. */
const followed = ['position', 'scale', 'rotation', 'alignment', 'crop', 'bounds', 'visible', 'opacity'] as const

/**
 * The collection behind a change of an item: items on other canvases that have the same link move, scale, turn and are cropped with it,
 * in proportion to their canvas, and are shown and hidden with it. Each keeps what it has of its own.
 * @param owner id of the scene that the changed item is in
 */
export function followLink(collection: Collection, owner: string, before: ItemLayout, after: ItemLayout): Collection {
  const { link } = after
  if (link === undefined || before.link !== link || followed.every((name) => before[name] === after[name])) return collection
  const canvases = new Map(collection.canvases.map((canvas) => [canvas.id, canvas]))
  const own = canvases.get(collection.scenes.find(({ id }) => id === owner)?.canvas ?? '')
  if (own === undefined) return collection
  const scenes = collection.scenes.map((scene): Scene => {
    const canvas = canvases.get(scene.canvas)
    if (canvas === undefined || canvas.id === own.id || !scene.items.some((item) => isLinked(item, link))) return scene
    const follow = <T extends ItemLayout>(item: T): T => (item.link === link ? followedItem(item, before, after, own, canvas) : item)
    const items = scene.items.map((item): Item => {
      const next = follow(item)
      return 'group' in next && next.group.some((each) => each.link === link)
        ? { ...next, group: next.group.map((each): LeafItem => follow(each)) }
        : next
    })
    return { ...scene, items }
  })
  return { ...collection, scenes }
}

const isLinked = (item: Item, link: string): boolean =>
  item.link === link || ('group' in item && item.group.some((each) => each.link === link))

/** An item after the one that it is linked with has changed, by as much as that one did. */
function followedItem<T extends ItemLayout>(item: T, before: ItemLayout, after: ItemLayout, from: Size, to: Size): T {
  const across = to.width / from.width
  const down = to.height / from.height
  const next: Partial<Record<keyof ItemLayout, unknown>> = {}
  if (before.visible !== after.visible) next.visible = after.visible
  if (before.opacity !== after.opacity) next.opacity = after.opacity
  if (before.rotation !== after.rotation) next.rotation = within(item.rotation + after.rotation - before.rotation, 36_000)
  if (before.crop !== after.crop) {
    const side = (name: keyof ItemLayout['crop']): number =>
      Math.min(16_384, Math.max(0, item.crop[name] + after.crop[name] - before.crop[name]))
    next.crop = { left: side('left'), right: side('right'), top: side('top'), bottom: side('bottom') }
  }
  if (isPlacedAnew(before, after)) {
    Object.assign(next, {
      alignment: after.alignment,
      position: { x: after.position.x * across, y: after.position.y * down },
      scale: after.scale,
      bounds: after.bounds && scaledBounds(after.bounds, across, down),
    })
    return { ...item, ...next }
  }
  next.position = {
    x: item.position.x + (after.position.x - before.position.x) * across,
    y: item.position.y + (after.position.y - before.position.y) * down,
  }
  next.scale = { x: grown(item.scale.x, before.scale.x, after.scale.x), y: grown(item.scale.y, before.scale.y, after.scale.y) }
  if (item.bounds !== null && before.bounds !== null && after.bounds !== null)
    next.bounds = {
      ...item.bounds,
      width: side(grown(item.bounds.width, before.bounds.width, after.bounds.width)),
      height: side(grown(item.bounds.height, before.bounds.height, after.bounds.height)),
    }
  return { ...item, ...next }
}

/** It was fitted to the canvas or reset, and not dragged: what it was before says nothing of where it goes. */
function isPlacedAnew(before: ItemLayout, after: ItemLayout): boolean {
  return (
    (before.bounds === null) !== (after.bounds === null) ||
    before.alignment.x !== after.alignment.x ||
    before.alignment.y !== after.alignment.y ||
    before.bounds?.fit !== after.bounds?.fit
  )
}

const side = (value: number): number => Math.min(16_384, Math.max(1, value))

const within = (value: number, most: number): number => Math.min(most, Math.max(-most, value))

function scaledBounds(bounds: NonNullable<ItemLayout['bounds']>, across: number, down: number): ItemLayout['bounds'] {
  return { ...bounds, width: side(bounds.width * across), height: side(bounds.height * down) }
}

/** A length that grows by the factor by which another one did; from nothing there is no factor. */
const grown = (value: number, before: number, after: number): number => (before === 0 || value === 0 ? after : (value * after) / before)
