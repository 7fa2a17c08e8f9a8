import { ContextMenu, type MenuEntry } from '../../components/context-menu.tsx'
import type { Collection, Scene } from '../types.ts'
import { showItemPanel, showItemPart } from '../view-store.ts'
import type { Point } from './geometry.ts'
import { itemEntries } from './item-menu.ts'
import { t } from './messages.ts'
import { align, distribute } from './stage-actions.ts'
import type { StageItem } from './stage-items.ts'
import { aidEntries, type ViewOptions, zoomEntries } from './view-menu.tsx'

interface StageMenuOptions extends ViewOptions {
  /** The selected ones. */
  readonly items: readonly StageItem[]
  /** All of the scene. */
  readonly all: readonly StageItem[]
  readonly document: Collection
  readonly scene: Scene
  readonly onSelect: (items: readonly string[]) => void
}

interface StageMenuProps {
  /** Pixels of the window. */
  readonly at: Point
  readonly options: StageMenuOptions
  readonly onClose: () => void
}

/** Everything that the canvas does with selected items and with itself, with the keys that do it while the canvas has the focus. */
export function stageEntries(options: StageMenuOptions): readonly (readonly MenuEntry[])[] {
  const { items, all, canvas, document, scene, onSelect } = options
  const movable = items.filter(({ item }) => !item.locked).length
  const entry = (label: string, act: () => void, keys?: string, min = 1): MenuEntry => ({
    label,
    act,
    disabled: movable < min,
    ...(keys === undefined ? {} : { keys }),
  })
  const free = all.filter(({ depth, item }) => depth === 0 && !item.locked).map(({ item }) => item.id)
  return [
    [
      { label: t.properties, act: showItemPanel, disabled: items.length === 0 },
      { label: t.filters, act: () => showItemPart('filters'), disabled: !items[0] || !('source' in items[0].item) },
      entry(t.editTransform, () => showItemPart('position'), 'Ctrl+E'),
      { label: t.selectAll, act: () => onSelect(free), disabled: free.length === 0, keys: 'Ctrl+A' },
    ],
    (['left', 'center', 'right', 'top', 'middle', 'bottom'] as const).map((to) => entry(t.align[to], () => align(items, to, canvas))),
    [entry(t.distributeX, () => distribute(items, 'x'), undefined, 3), entry(t.distributeY, () => distribute(items, 'y'), undefined, 3)],
    ...itemEntries({ items, scene, document, onSelect }),
    zoomEntries(options),
  ]
}

/** By right click, or Shift+F10: what can be done with the selected items, and where nothing is selected with the canvas. */
export function StageMenu({ at, options, onClose }: StageMenuProps) {
  const entries = stageEntries(options)
  const groups =
    options.items.length > 0
      ? entries
      : [entries.flat().filter(({ keys }) => keys === 'Ctrl+A' || keys === 'Ctrl+V'), ...aidEntries(options), zoomEntries(options)]
  return <ContextMenu at={at} label={options.items.length > 0 ? t.menu : t.view} groups={groups} onClose={onClose} testId="stage-menu" />
}
