import { removeItems, tryEdit } from '../commands.ts'
import type { PlacedItem } from '../places.ts'
import type { CanvasPart, Collection, Edit } from '../types.ts'
import { type AlignTo, alignBoxes, distributeBoxes } from './arranging.ts'
import { movedBy } from './dragging.ts'
import type { Layout, Point } from './geometry.ts'
import { localWay, type SizeOf, type StageItem } from './stage-items.ts'

/** What the menu of the canvas does with the selected items. Locked items are left as they are. */

const free = <T extends PlacedItem>(items: readonly T[]): readonly T[] => items.filter(({ item }) => !item.locked)
const change = ({ at }: PlacedItem, changes: Readonly<Record<string, unknown>>): Edit => ({ do: 'change', at, changes })

export function changeItems<T extends PlacedItem>(items: readonly T[], changes: (item: T) => Readonly<Record<string, unknown>>): void {
  const edits = items.map((each) => change(each, changes(each)))
  if (edits.length > 0) void tryEdit(edits)
}

const moveItems = (items: readonly StageItem[], ways: readonly Point[]): void =>
  changeItems(items, (each) => ({ ...movedBy(each.item, localWay(each, ways[items.indexOf(each)] ?? { x: 0, y: 0 })) }))

export function align(items: readonly StageItem[], to: AlignTo, canvas: CanvasPart): void {
  const moved = free(items)
  moveItems(
    moved,
    alignBoxes(
      moved.map(({ box }) => box),
      to,
      canvas,
    ),
  )
}

export function distribute(items: readonly StageItem[], axis: 'x' | 'y'): void {
  const moved = free(items)
  moveItems(
    moved,
    distributeBoxes(
      moved.map(({ box }) => box),
      axis,
    ),
  )
}

export function center(items: readonly StageItem[], { width, height }: CanvasPart): void {
  const moved = free(items)
  moveItems(
    moved,
    moved.map(({ box }) => ({ x: (width - box.left - box.right) / 2, y: (height - box.top - box.bottom) / 2 })),
  )
}

/** Makes items as large as the canvas: whole inside, or filling it whatever becomes of their shape. */
export function fitTo(items: readonly PlacedItem[], how: 'contain' | 'stretch', { width, height }: CanvasPart): void {
  changeItems(free(items), () => ({
    position: { x: 0, y: 0 },
    alignment: { x: 'left', y: 'top' },
    rotation: 0,
    bounds: { fit: how, width, height, alignment: { x: 'center', y: 'center' } },
  }))
}

const plain: Layout = {
  position: { x: 0, y: 0 },
  alignment: { x: 'left', y: 'top' },
  scale: { x: 1, y: 1 },
  rotation: 0,
  crop: { left: 0, top: 0, right: 0, bottom: 0 },
  bounds: null,
}

export const reset = (items: readonly PlacedItem[]): void => changeItems(free(items), () => ({ ...plain }))

/** Documents list the bottom first. */
export function order(items: readonly PlacedItem[], to: 'front' | 'forward' | 'backward' | 'back', siblings: number): void {
  const up = to === 'front' || to === 'forward'
  // One after the other, those that go first do not get in the way of those that follow.
  const sorted = free(items).toSorted((one, other) => (up === (to === 'front') ? one.index - other.index : other.index - one.index))
  const index = (item: PlacedItem): number =>
    to === 'front' ? siblings - 1 : to === 'back' ? 0 : Math.min(siblings - 1, Math.max(0, item.index + (up ? 1 : -1)))
  if (sorted.length > 0) void tryEdit(sorted.map((each) => ({ do: 'move', at: each.at, index: index(each) })))
}

/** Returns the ids of the copies. */
export const duplicate = async (items: readonly PlacedItem[]): Promise<readonly string[]> =>
  (await tryEdit(items.map(({ at }) => ({ do: 'duplicate', at })))) ?? []

export const setLocked = (items: readonly PlacedItem[], locked: boolean): void => changeItems(items, () => ({ locked }))

export const setVisible = (items: readonly PlacedItem[], visible: boolean): void => changeItems(items, () => ({ visible }))

export const remove = (items: readonly PlacedItem[], document: Collection): void => void removeItems(free(items), document)

/** Puts items into a group; returns its id. */
export async function group(items: readonly PlacedItem[], scene: string, name: string): Promise<string | undefined> {
  return (await tryEdit([{ do: 'group', scene, items: items.map(({ item }) => item.id), name }]))?.[0]
}

/** Takes groups apart: their items stay where they are seen. */
export function ungroup(items: readonly PlacedItem[], sizeOf: SizeOf): void {
  const edits = free(items).flatMap(({ item, at }): Edit[] => {
    const size = sizeOf(item)
    return 'group' in item
      ? [{ do: 'ungroup', at, ...(size === undefined ? {} : { size: { width: size.width, height: size.height } }) }]
      : []
  })
  if (edits.length > 0) void tryEdit(edits)
}
