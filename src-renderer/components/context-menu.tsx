import { Check } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { keyNames } from './key-names.ts'
import './context-menu.css'

export interface MenuEntry {
  readonly label: string
  readonly act: () => void
  readonly disabled?: boolean
  /** Why it is disabled, where that is not plain to see. */
  readonly why?: string
  /** Of an entry that is switched on and off. */
  readonly checked?: boolean
  /** A colour that is shown before the label, `#rrggbb`. */
  readonly swatch?: string
  /** The keys that do the same, for who looks for them here. */
  readonly keys?: string
}

interface ContextMenuProps {
  /** Pixels of the window. */
  readonly at: { readonly x: number; readonly y: number }
  readonly label: string
  /** Drawn with lines between them; empty ones are left out. */
  readonly groups: readonly (readonly MenuEntry[])[]
  readonly onClose: () => void
  readonly testId: string
}

/** The keys that open a menu where the focus is. */
export const opensMenu = ({ key, shiftKey }: { readonly key: string; readonly shiftKey: boolean }): boolean =>
  key === 'ContextMenu' || (key === 'F10' && shiftKey)

/** A menu at a point, by right click or by keys; the focus goes back to where it was. */
export function ContextMenu({ at: { x, y }, label, groups, onClose, testId }: ContextMenuProps) {
  const menu = useRef<HTMLDivElement>(null)
  const close = useRef(onClose)
  close.current = onClose

  useEffect(() => {
    const element = menu.current
    if (element === null) return
    const before = document.activeElement
    const { width, height } = element.getBoundingClientRect()
    element.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`
    element.style.top = `${Math.max(4, Math.min(y, innerHeight - height - 4))}px`
    element.querySelector<HTMLElement>('button:not(:disabled)')?.focus()
    const onDown = (event: PointerEvent): void => {
      if (!element.contains(event.target as Node)) close.current()
    }
    document.addEventListener('pointerdown', onDown, true)
    return () => {
      document.removeEventListener('pointerdown', onDown, true)
      const now = document.activeElement
      // What was chosen may have moved the focus on purpose.
      if ((now === null || now === document.body) && (before instanceof HTMLElement || before instanceof SVGElement)) before.focus()
    }
  }, [x, y])

  const step = (to: (now: number, count: number) => number): void => {
    const buttons = [...(menu.current?.querySelectorAll<HTMLElement>('button:not(:disabled)') ?? [])]
    const now = buttons.indexOf(document.activeElement as HTMLElement)
    buttons[to(now, buttons.length)]?.focus()
  }

  return (
    <div
      ref={menu}
      className="context-menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      data-testid={testId}
      onContextMenu={(event) => event.preventDefault()}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Escape' || event.key === 'Tab') onClose()
        else if (event.key === 'ArrowDown') step((now, count) => (now + 1) % count)
        else if (event.key === 'ArrowUp') step((now, count) => (now - 1 + count) % count)
        else if (event.key === 'Home') step(() => 0)
        else if (event.key === 'End') step((_, count) => count - 1)
        else return
        event.preventDefault()
      }}
    >
      {groups
        .filter((entries) => entries.length > 0)
        .map((entries) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a menu
          <div key={entries[0]?.label} role="group">
            {entries.map((entry) => (
              <button
                key={entry.label}
                type="button"
                {...(entry.checked === undefined ? { role: 'menuitem' } : { 'role': 'menuitemcheckbox', 'aria-checked': entry.checked })}
                aria-keyshortcuts={entry.keys?.replaceAll('Ctrl', 'Control').replace('++', '+Plus')}
                disabled={entry.disabled}
                onClick={() => {
                  onClose()
                  entry.act()
                }}
              >
                <span>
                  {entry.swatch !== undefined && <span className="menu-swatch" style={{ background: entry.swatch }} />}
                  {entry.checked !== undefined && (
                    <span className="menu-check" aria-hidden="true">
                      {entry.checked && <Check size={13} />}
                    </span>
                  )}
                  {entry.label}
                </span>
                {entry.keys !== undefined && (
                  <span className="menu-keys" aria-hidden="true">
                    {keyNames(entry.keys)}
                  </span>
                )}
                {entry.disabled && entry.why !== undefined && <span className="menu-why">{entry.why}</span>}
              </button>
            ))}
          </div>
        ))}
    </div>
  )
}
