import { AppError } from '../../../platform/errors.ts'
import type { Completion } from '../checks/complete-collection.ts'
import type { Collection, Item, LeafItem } from '../collection.ts'
import type { Edited, EditOf } from './edit-schemas.ts'
import { findEntity, listAt, sceneOf, withList } from './places.ts'

/**
 * Puts items of a scene into a group at the position of the topmost of them; they stay where they are on the canvas. Throws
 * `studio.not_found` and `studio.edit_refused`.
 */
export function groupItems(collection: Collection, edit: EditOf<'group'>, completion: Completion): Edited {
  const { items } = sceneOf(collection, edit.scene)
  const wanted = new Set(edit.items)
  for (const id of wanted)
    if (!items.some((each) => each.id === id)) throw new AppError('studio.not_found', `The scene has no item "${id}" outside of groups`)
  const members = items.filter((each) => wanted.has(each.id))
  if (members.some((each) => 'group' in each)) throw new AppError('studio.edit_refused', 'Groups cannot contain groups')
  const origin = edit.origin ?? {
    x: Math.min(...members.map(({ position }) => position.x)),
    y: Math.min(...members.map(({ position }) => position.y)),
  }
  const group = (members as readonly LeafItem[]).map((each) => ({
    ...each,
    position: { x: each.position.x - origin.x, y: each.position.y - origin.y },
  }))
  const made = completion.item(
    { ...(edit.id === undefined ? {} : { id: edit.id }), ...(edit.name === undefined ? {} : { name: edit.name }), position: origin },
    edit.scene,
  )
  const place = { sort: 'item', ownerList: 'scenes', owner: edit.scene } as const
  const top = items.findLastIndex((each) => wanted.has(each.id))
  const list = items.flatMap((each, index): readonly Item[] => {
    if (index === top) return [{ ...made, group } as unknown as Item]
    return wanted.has(each.id) ? [] : [each]
  })
  return { collection: withList(collection, place, list), made: [String(made.id)] }
}

const across = { left: 0, center: 0.5, right: 1 } as const
const down = { top: 0, center: 0.5, bottom: 1 } as const

/**
 * Ungroups a group: its items are in the scene as they were seen. A group that is scaled unevenly and turned cannot be expressed exactly by
 * items of their own; each then keeps its middle factor.
 */
export function ungroupItem(collection: Collection, edit: EditOf<'ungroup'>): Collection {
  const { list, entity, index } = findEntity(collection, edit.at)
  const item = entity as unknown as Item
  if (list.sort !== 'item' || !('group' in item)) throw new AppError('studio.edit_refused', `${edit.at} is no group`)
  const { width = 0, height = 0 } = edit.size ?? {}
  if (item.bounds !== null && (width === 0 || height === 0)) {
    throw new AppError('studio.edit_refused', 'A group with bounds is taken apart by its size: give `size`')
  }
  const scale = item.bounds === null ? item.scale : fittedScale(item, width, height)
  const angle = (item.rotation * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [offX, offY] = [-width * scale.x * across[item.alignment.x], -height * scale.y * down[item.alignment.y]]
  const parts = item.group.map((each): LeafItem => {
    const [x, y] = [offX + each.position.x * scale.x, offY + each.position.y * scale.y]
    const mirrored = scale.x * scale.y < 0
    const quarter = Math.abs(Math.round(each.rotation / 90)) % 2 === 1 && each.rotation % 90 === 0
    const straight = each.rotation % 90 === 0
    const mean = Math.sqrt(Math.abs(scale.x * scale.y))
    const by = straight ? (quarter ? { x: scale.y, y: scale.x } : scale) : { x: mean * Math.sign(scale.x), y: mean * Math.sign(scale.y) }
    return {
      ...each,
      visible: item.visible && each.visible,
      opacity: item.opacity * each.opacity,
      position: { x: item.position.x + cos * x - sin * y, y: item.position.y + sin * x + cos * y },
      rotation: item.rotation + (mirrored ? -each.rotation : each.rotation),
      scale: { x: each.scale.x * by.x, y: each.scale.y * by.y },
      bounds:
        each.bounds === null
          ? null
          : { ...each.bounds, width: Math.abs(each.bounds.width * by.x), height: Math.abs(each.bounds.height * by.y) },
    }
  })
  return withList(collection, list, listAt(collection, list).toSpliced(index, 1, ...parts))
}

function fittedScale(item: Item, width: number, height: number): { readonly x: number; readonly y: number } {
  const { fit, width: boxWidth, height: boxHeight } = item.bounds as NonNullable<Item['bounds']>
  const [x, y] = [boxWidth / width, boxHeight / height]
  const even = { contain: Math.min(x, y), cover: Math.max(x, y), width: x, height: y, shrink: Math.min(x, y, 1) }
  return fit === 'stretch' ? { x, y } : { x: even[fit], y: even[fit] }
}
