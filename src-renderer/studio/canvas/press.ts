import type { CanvasZoom, Fingers } from './canvas-zoom.ts'
import { cropped, type HandleName, handles, type LayoutChange, movedBy, resized, turned } from './dragging.ts'
import { apply, boxOf, type Point, pointAt } from './geometry.ts'
import { type SnapLines, type SnappedTo, snapBox, snapPoint } from './snapping.ts'
import { localPoint, localWay, type StageItem } from './stage-items.ts'

/** What a pressed pointer does to items. */
export type ItemPress =
  | { readonly kind: 'move'; readonly from: Point; readonly items: readonly StageItem[]; readonly lines: SnapLines; begun: boolean }
  /** `offset`: from where it was pressed to the point of the item that follows the pointer. */
  | {
      readonly kind: 'resize'
      readonly handle: HandleName
      readonly offset: Point
      readonly items: readonly StageItem[]
      readonly lines: SnapLines
    }
  | { readonly kind: 'turn'; readonly offset: Point; readonly items: readonly StageItem[] }

/** What a pressed pointer does. */
export type Press = {
  /** Of the pointer that pressed: others do nothing meanwhile. */
  readonly pointer: number
} & (
  | { readonly kind: 'select'; readonly from: Point; readonly before: readonly string[] }
  | { readonly kind: 'guide' }
  /** `from` in pixels of the window. */
  | { readonly kind: 'pan'; readonly from: Point; readonly zoom: CanvasZoom }
  | { readonly kind: 'pinch'; readonly other: number; readonly from: Fingers; readonly zoom: CanvasZoom; to: Fingers }
  | ItemPress
)

/** A press that drags items: also what a drag that is called off puts back. */
export const dragsItems = (press: Press): press is Press & ItemPress =>
  press.kind === 'move' || press.kind === 'resize' || press.kind === 'turn'

interface Modifiers {
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

interface Dragged {
  readonly changeOf: (item: StageItem) => LayoutChange
  readonly lines: SnappedTo
}

/** The point of an item that a handle moves. */
export function handlePoint({ frame, within }: StageItem, handle: HandleName): Point {
  const { x, y } = handles[handle]
  return apply(within, pointAt(frame, (x + 1) / 2, (y + 1) / 2))
}

/**
 * What items become when the pointer is at a point of the canvas.
 * @param snapWithin how near something must come to snap, pixels of the canvas
 */
export function dragged(press: ItemPress, to: Point, keys: Modifiers, snapWithin: number): Dragged {
  const snaps = !(keys.ctrlKey || keys.metaKey)
  if (press.kind === 'move') {
    const way = { x: to.x - press.from.x, y: to.y - press.from.y }
    const { left, top, right, bottom } = boxOf(press.items.flatMap(({ corners }) => corners))
    const there = { left: left + way.x, top: top + way.y, right: right + way.x, bottom: bottom + way.y }
    const { by, guides } = snaps ? snapBox(there, press.lines, snapWithin) : unsnapped
    const whole = { x: way.x + by.x, y: way.y + by.y }
    return { changeOf: (each) => movedBy(each.item, localWay(each, whole)), lines: guides }
  }
  const { x, y } = { x: to.x + press.offset.x, y: to.y + press.offset.y }
  if (press.kind === 'turn') {
    const how = keys.shiftKey ? 'steps' : snaps ? 'caught' : 'free'
    return { changeOf: (each) => turned(each.item, each.content, localPoint(each, { x, y }), how), lines: {} }
  }
  const side = handles[press.handle]
  const upright = press.items.every(({ item }) => item.rotation % 90 === 0)
  const axes = { x: side.x !== 0, y: side.y !== 0 }
  const { by, guides } = snaps && upright ? snapPoint({ x, y }, axes, press.lines, snapWithin) : unsnapped
  const isCorner = side.x !== 0 && side.y !== 0
  return {
    changeOf: (each) => {
      const at = localPoint(each, { x: x + by.x, y: y + by.y })
      return keys.altKey
        ? cropped(each.item, each.content, side, at)
        : resized(each.item, each.content, side, at, isCorner !== keys.shiftKey)
    },
    lines: guides,
  }
}

const unsnapped = { by: { x: 0, y: 0 }, guides: {} }
