import { nameOf, type PlacedItem } from '../places.ts'
import type { Collection, Item, Scene, SourceReport } from '../types.ts'
import {
  type Affine,
  apply,
  type Box,
  boxOf,
  compose,
  contentTransform,
  cornersOf,
  type Frame,
  frameOf,
  identity,
  invert,
  type Layout,
  type Point,
  type Size,
  sharesOf,
} from './geometry.ts'

/** An item of a scene as it is handled on the canvas. */
export interface StageItem extends PlacedItem {
  readonly name: string
  readonly content: Size
  readonly frame: Frame
  /** From pixels of its parent to pixels of the canvas. */
  readonly within: Affine
  readonly corners: readonly [Point, Point, Point, Point]
  readonly box: Box
}

/** Layouts that differ from the document while they are dragged, by id of the item. */
export type Draft = ReadonlyMap<string, Partial<Layout>>

export type SizeOf = (item: Item) => Size | undefined

/** What the host knows of sizes: frames of sources as they run, scenes as large as their canvas. */
export function sizesOf(document: Collection, reports: Readonly<Record<string, SourceReport>>): SizeOf {
  const of: SizeOf = (item) => {
    if ('source' in item) return reports[item.source]?.picture
    if ('scene' in item) {
      const scene = document.scenes.find(({ id }) => id === item.scene)
      return document.canvases.find(({ id }) => id === scene?.canvas)
    }
    // The box of a group reaches from its own origin to the right and the bottom of its content.
    let [width, height] = [1, 1]
    for (const member of item.group) {
      const size = member.visible ? of(member) : undefined
      if (size === undefined) continue
      const { right, bottom } = boxOf(cornersOf(frameOf(member, size)))
      width = Math.max(width, Math.ceil(right))
      height = Math.max(height, Math.ceil(bottom))
    }
    return { width, height }
  }
  return of
}

/** The items of a scene that are on the canvas, the topmost first, those of groups before their group. */
export function stageItems(scene: Scene, document: Collection, sizeOf: SizeOf, draft: Draft): readonly StageItem[] {
  const list = (items: readonly Item[], at: string, depth: number, within: Affine): StageItem[] =>
    items.flatMap((stored, index) => {
      const change = draft.get(stored.id)
      const item = change === undefined ? stored : ({ ...stored, ...change } as Item)
      const content = item.visible ? sizeOf(item) : undefined
      if (content === undefined) return []
      const frame = frameOf(item, content)
      const corners = cornersOf(frame, within)
      const place = { item, at: `${at}/${item.id}`, list: at, index, depth, name: nameOf(item, document) }
      const placed: StageItem = { ...place, content, frame, within, corners, box: boxOf(corners) }
      if (!('group' in item)) return [placed]
      return [placed, ...list(item.group, `${place.at}/items`, depth + 1, compose(within, contentTransform(item, content)))]
    })
  return list(scene.items, `scenes/${scene.id}/items`, 0, identity).toReversed()
}

/** Whether a point of the canvas is on an item. */
export function isOn({ frame, within }: StageItem, point: Point): boolean {
  const back = invert(within)
  if (back === undefined) return false
  const { u, v } = sharesOf(frame, apply(back, point))
  return u >= 0 && u <= 1 && v >= 0 && v <= 1
}

/**
 * The item that a click selects: the topmost that is not locked, of groups the whole one.
 * @param below the next one under what is selected there already
 */
export function hit(items: readonly StageItem[], point: Point, selected: readonly string[], below: boolean): StageItem | undefined {
  const there = items.filter((each) => each.depth === 0 && !each.item.locked && isOn(each, point))
  if (!below) return there[0]
  const at = there.findIndex(({ item }) => selected.includes(item.id))
  return there[(at + 1) % Math.max(1, there.length)]
}

/** Items that a box touches. */
export function inBox(items: readonly StageItem[], { left, top, right, bottom }: Box): readonly StageItem[] {
  return items.filter(
    ({ item, depth, box }) => depth === 0 && !item.locked && box.left < right && box.right > left && box.top < bottom && box.bottom > top,
  )
}

/** A distance on the canvas as a distance in what contains the item. */
export function localWay({ within: [a, b, c, d] }: StageItem, way: Point): Point {
  const back = invert([a, b, c, d, 0, 0])
  return back === undefined ? { x: 0, y: 0 } : apply(back, way)
}

/** A point of the canvas in pixels of an item's parent. */
export function localPoint({ within }: StageItem, point: Point): Point {
  const back = invert(within)
  return back === undefined ? point : apply(back, point)
}
