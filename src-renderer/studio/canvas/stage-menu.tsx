import { useEffect, useRef } from 'react'
import type { CanvasPart, Collection } from '../types.ts'
import type { Point } from './geometry.ts'
import { t } from './messages.ts'
import { align, center, distribute, duplicate, fitTo, hide, order, remove, reset, setLocked } from './stage-actions.ts'
import type { StageItem } from './stage-items.ts'

interface StageMenuProps {
  /** Pixels of the window. */
  readonly at: Point
  readonly items: readonly StageItem[]
  readonly canvas: CanvasPart
  readonly document: Collection
  /** Items of the list that the selected ones stand in. */
  readonly siblings: number
  readonly onSelect: (items: readonly string[]) => void
  readonly onClose: () => void
}

type Entry = readonly [label: string, act: () => void, disabled?: boolean]

/** What can be done with the selected items: by right click, or Shift+F10. */
export function StageMenu({ at, items, canvas, document: show, siblings, onSelect, onClose }: StageMenuProps) {
  const menu = useRef<HTMLDivElement>(null)
  const movable = items.filter(({ item }) => !item.locked)
  const none = movable.length === 0
  const locked = items.length > 0 && none
  const groups: readonly (readonly Entry[])[] = [
    [
      [t.fit, () => fitTo(items, 'contain', canvas), none],
      [t.stretch, () => fitTo(items, 'stretch', canvas), none],
      [t.center, () => center(items, canvas), none],
      [t.reset, () => reset(items), none],
    ],
    (['left', 'center', 'right', 'top', 'middle', 'bottom'] as const).map((to) => [t.align[to], () => align(items, to, canvas), none]),
    [
      [t.distributeX, () => distribute(items, 'x'), movable.length < 3],
      [t.distributeY, () => distribute(items, 'y'), movable.length < 3],
    ],
    [
      [t.toFront, () => order(items, 'front', siblings), none],
      [t.forward, () => order(items, 'forward', siblings), none],
      [t.backward, () => order(items, 'backward', siblings), none],
      [t.toBack, () => order(items, 'back', siblings), none],
    ],
    [
      [t.duplicate, () => void duplicate(items).then((made) => made.length > 0 && onSelect(made))],
      [locked ? t.unlock : t.lock, () => setLocked(items, !locked)],
      [t.hide, () => hide(items)],
      [t.remove, () => remove(items, show), none],
    ],
  ]

  useEffect(() => {
    const element = menu.current
    if (element === null) return
    const before = document.activeElement
    const { width, height } = element.getBoundingClientRect()
    element.style.left = `${Math.max(4, Math.min(at.x, innerWidth - width - 4))}px`
    element.style.top = `${Math.max(4, Math.min(at.y, innerHeight - height - 4))}px`
    element.querySelector<HTMLElement>('button:not(:disabled)')?.focus()
    const onDown = (event: PointerEvent): void => {
      if (!element.contains(event.target as Node)) onClose()
    }
    document.addEventListener('pointerdown', onDown, true)
    return () => {
      document.removeEventListener('pointerdown', onDown, true)
      if (before instanceof HTMLElement) before.focus()
    }
  }, [at, onClose])

  const step = (by: number): void => {
    const buttons = [...(menu.current?.querySelectorAll<HTMLElement>('button:not(:disabled)') ?? [])]
    const now = buttons.indexOf(document.activeElement as HTMLElement)
    buttons[(now + by + buttons.length) % buttons.length]?.focus()
  }

  return (
    <div
      ref={menu}
      className="stage-menu"
      role="menu"
      tabIndex={-1}
      aria-label={t.menu}
      data-testid="stage-menu"
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape' || event.key === 'Tab') onClose()
        else if (event.key === 'ArrowDown') step(1)
        else if (event.key === 'ArrowUp') step(-1)
        else return
        event.preventDefault()
      }}
    >
      {groups.map((entries) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a menu
        <div key={entries[0]?.[0]} role="group">
          {entries.map(([label, act, disabled = false]) => (
            <button
              key={label}
              type="button"
              role="menuitem"
              disabled={disabled}
              onClick={() => {
                onClose()
                act()
              }}
            >
              {label}
            </button>
          ))}
        </div>
      ))}
    </div>
  )
}
