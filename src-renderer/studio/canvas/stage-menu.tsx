import { ContextMenu, type MenuEntry } from '../../components/context-menu.tsx'
import type { CanvasPart, Collection, Scene } from '../types.ts'
import type { Point } from './geometry.ts'
import { itemEntries } from './item-menu.ts'
import { t } from './messages.ts'
import { align, center, distribute, fitTo, reset } from './stage-actions.ts'
import type { StageItem } from './stage-items.ts'

interface StageMenuProps {
  /** Pixels of the window. */
  readonly at: Point
  readonly items: readonly StageItem[]
  readonly canvas: CanvasPart
  readonly document: Collection
  readonly scene: Scene
  readonly onSelect: (items: readonly string[]) => void
  readonly onClose: () => void
}

/** What can be done with the selected items: by right click, or Shift+F10. */
export function StageMenu({ at, items, canvas, document, scene, onSelect, onClose }: StageMenuProps) {
  const movable = items.filter(({ item }) => !item.locked).length
  const entry = (label: string, act: () => void, min = 1): MenuEntry => ({ label, act, disabled: movable < min })
  const groups = [
    [
      entry(t.fit, () => fitTo(items, 'contain', canvas)),
      entry(t.stretch, () => fitTo(items, 'stretch', canvas)),
      entry(t.center, () => center(items, canvas)),
      entry(t.reset, () => reset(items)),
    ],
    (['left', 'center', 'right', 'top', 'middle', 'bottom'] as const).map((to) => entry(t.align[to], () => align(items, to, canvas))),
    [entry(t.distributeX, () => distribute(items, 'x'), 3), entry(t.distributeY, () => distribute(items, 'y'), 3)],
    ...itemEntries({ items, scene, document, onSelect }),
  ]
  return <ContextMenu at={at} label={t.menu} groups={groups} onClose={onClose} testId="stage-menu" />
}
