import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Keyboard, Touchpad } from 'lucide-react'
import { useState } from 'react'
import { t } from './messages.ts'
import { type StickyKeys, type StickyName, stickyNames } from './sticky-keys.ts'

interface KeyBarProps {
  readonly sticky: StickyKeys
  readonly active: readonly StickyName[]
  readonly keyboard: boolean
  readonly onKeyboard: () => void
  readonly touchpad: boolean
  readonly onTouchpad: () => void
}

const arrows = [
  ['ArrowLeft', ArrowLeft],
  ['ArrowUp', ArrowUp],
  ['ArrowDown', ArrowDown],
  ['ArrowRight', ArrowRight],
] as const
const plain = [
  ['Escape', 'Esc'],
  ['Tab', 'Tab'],
  ['Delete', undefined],
  ['Home', 'Home'],
  ['End', 'End'],
  ['PageUp', 'PgUp'],
  ['PageDown', 'PgDn'],
] as const
const functions = Array.from({ length: 12 }, (_, index) => `F${index + 1}`)

/** Keys that a phone's keyboard lacks, and what switches it on and off. Modifiers stay for the next key. */
export function KeyBar({ sticky, active, keyboard, onKeyboard, touchpad, onTouchpad }: KeyBarProps) {
  const [more, setMore] = useState(false)
  return (
    <div className="desktop-keybar" role="toolbar" aria-label={t.keys} data-testid="desktop-keybar">
      <button type="button" className="button icon" aria-label={t.keyboard} aria-pressed={keyboard} onClick={onKeyboard}>
        <Keyboard size={16} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="button icon"
        aria-label={t.touchpad}
        aria-pressed={touchpad}
        onClick={onTouchpad}
        data-testid="desktop-touchpad"
      >
        <Touchpad size={16} aria-hidden="true" />
      </button>
      {stickyNames.map((name) => (
        <button key={name} type="button" className="button" aria-pressed={active.includes(name)} onClick={() => sticky.toggle(name)}>
          <span translate="no">{name === 'Control' ? t.controlKey : name}</span>
        </button>
      ))}
      {plain.slice(0, 2).map(([key, label]) => (
        <Key key={key} name={key} label={label} sticky={sticky} />
      ))}
      {arrows.map(([key, Icon]) => (
        <button key={key} type="button" className="button icon" aria-label={t.arrows[key]} onClick={() => sticky.press(key, key)}>
          <Icon size={16} aria-hidden="true" />
        </button>
      ))}
      <button type="button" className="button" aria-expanded={more} onClick={() => setMore(!more)}>
        {t.moreKeys}
      </button>
      {more && plain.slice(2).map(([key, label]) => <Key key={key} name={key} label={label} sticky={sticky} />)}
      {more && functions.map((key) => <Key key={key} name={key} label={key} sticky={sticky} />)}
    </div>
  )
}

function Key({ name, label, sticky }: { readonly name: string; readonly label: string | undefined; readonly sticky: StickyKeys }) {
  return (
    <button type="button" className="button" onClick={() => sticky.press(name, name)}>
      <span translate="no">{label ?? t.deleteKey}</span>
    </button>
  )
}
