import type { MenuEntry } from '../../components/context-menu.tsx'
import type { PlacedItem } from '../places.ts'
import { useShow } from '../show-store.ts'
import type { Collection, Scene } from '../types.ts'
import { openProjector } from '../view-store.ts'
import { copyFilters, copyItems, copyTransform, hasFilters, pasteFilters, pasteItems, pasteTransform, useClipboard } from './clipboard.ts'
import { groupObstacle } from './group-obstacle.ts'
import { t } from './messages.ts'
import { center, duplicate, fitTo, group, order, remove, reset, setLocked, setVisible, ungroup } from './stage-actions.ts'
import { sizesOf, stageItems } from './stage-items.ts'

interface ItemMenuOptions {
  readonly items: readonly PlacedItem[]
  readonly scene: Scene
  readonly document: Collection
  readonly onSelect: (items: readonly string[]) => void
}

/** What can be done with selected items wherever they are listed: on the canvas, and among the sources. */
export function itemEntries({ items, scene, document, onSelect }: ItemMenuOptions): readonly (readonly MenuEntry[])[] {
  const [first] = items
  const { items: copied, transform, filters } = useClipboard.getState()
  const none = items.length === 0
  const still = items.every(({ item }) => item.locked)
  const list = first?.list ?? ''
  const obstacle = groupObstacle(items)
  const siblings = Math.max(0, ...items.map(({ index }) => index + 1), lengthOf(scene, list))
  const select = (made: readonly string[]): void => {
    if (made.length > 0) onSelect(made)
  }
  const to = (label: string, where: Parameters<typeof order>[1]): MenuEntry => ({
    label,
    act: () => order(items, where, siblings),
    disabled: still,
  })
  return [
    transformEntries({ items, scene, document }),
    [to(t.toFront, 'front'), to(t.forward, 'forward'), to(t.backward, 'backward'), to(t.toBack, 'back')],
    [
      { label: t.copy, act: () => copyItems(items, document), disabled: none, keys: 'Ctrl+C' },
      { label: t.paste, act: () => void pasteItems(scene.id, document).then(select), disabled: copied === null, keys: 'Ctrl+V' },
      { label: t.duplicate, act: () => void duplicate(items).then(select), disabled: none, keys: 'Ctrl+Shift+D' },
    ],
    [
      { label: t.copyTransform, act: () => first && copyTransform(first), disabled: first === undefined },
      { label: t.pasteTransform, act: () => pasteTransform(items), disabled: transform === null || still },
      { label: t.copyFilters, act: () => first && copyFilters(first, document), disabled: !first || !hasFilters(first, document) },
      {
        label: t.pasteFilters,
        act: () => pasteFilters(items, document),
        disabled: filters === null || !items.some(({ item }) => 'source' in item),
      },
    ],
    [
      {
        label: t.group,
        act: () => void group(items, scene.id, t.groupName).then((made) => made !== undefined && onSelect([made])),
        disabled: none || obstacle !== undefined,
        ...(obstacle === undefined ? {} : { why: t.groupWhy[obstacle] }),
        keys: 'Ctrl+G',
      },
      {
        label: t.ungroup,
        act: () => ungroup(items, sizesOf(document, useShow.getState().sourceReports)),
        disabled: still || !items.some(({ item }) => 'group' in item),
        keys: 'Ctrl+Shift+G',
      },
    ],
    first !== undefined && 'source' in first.item
      ? [{ label: t.projector, act: projectorOf(first.item.source) }]
      : first !== undefined && 'scene' in first.item
        ? [{ label: t.projector, act: projectorOf(first.item.scene, 'scene') }]
        : [],
    [
      items.some(({ item }) => item.visible)
        ? { label: t.hide, act: () => setVisible(items, false) }
        : { label: t.show, act: () => setVisible(items, true), disabled: none },
      still && !none
        ? { label: t.unlock, act: () => setLocked(items, false) }
        : { label: t.lock, act: () => setLocked(items, true), disabled: none },
      { label: t.remove, act: () => remove(items, document), disabled: still, keys: 'Delete' },
    ],
  ]
}

/** Where selected items are on the canvas, for those whose size is known. */
function transformEntries({ items, scene, document }: Omit<ItemMenuOptions, 'onSelect'>): readonly MenuEntry[] {
  const canvas = document.canvases.find(({ id }) => id === scene.canvas)
  if (canvas === undefined) return []
  const places = new Set(items.map(({ at }) => at))
  const sizes = sizesOf(document, useShow.getState().sourceReports)
  const placed = stageItems(scene, document, sizes, new Map()).filter(({ at }) => places.has(at))
  const disabled = placed.every(({ item }) => item.locked)
  return [
    { label: t.reset, act: () => reset(placed), disabled, keys: 'Ctrl+R' },
    { label: t.fit, act: () => fitTo(placed, 'contain', canvas), disabled, keys: 'Ctrl+F' },
    { label: t.stretch, act: () => fitTo(placed, 'stretch', canvas), disabled, keys: 'Ctrl+S' },
    { label: t.center, act: () => center(placed, canvas), disabled, keys: 'Ctrl+D' },
  ]
}

const projectorOf =
  (id: string, of: 'source' | 'scene' = 'source') =>
  () =>
    openProjector(`${of}:${id}`)

function lengthOf({ id, items }: Scene, list: string): number {
  if (list === `scenes/${id}/items`) return items.length
  const owner = items.find((each) => list === `scenes/${id}/items/${each.id}/items`)
  return owner !== undefined && 'group' in owner ? owner.group.length : 0
}
