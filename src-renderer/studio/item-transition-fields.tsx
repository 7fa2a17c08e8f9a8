import { useId } from 'react'
import { NumberField } from '../components/number-field.tsx'
import { t } from './messages.ts'
import { change } from './show-store.ts'
import type { Item } from './types.ts'

interface ItemTransitionFieldsProps {
  readonly label: string
  readonly name: 'showTransition' | 'hideTransition'
  /** Place of the item. */
  readonly at: string
  readonly value: Item['showTransition']
  readonly disabled: boolean
}

const usualMs = 300
const directions = ['left', 'right', 'up', 'down'] as const

/** How an item comes when it is shown, or goes when it is hidden. */
export function ItemTransitionFields({ label, name, at, value, disabled }: ItemTransitionFieldsProps) {
  const id = useId()
  const set = (next: object | null): void => change(at, { [name]: next })
  // Pending on its way to the host it may be null.
  const kind = value?.kind ?? ''
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="row item-transition">
        <select
          id={id}
          className="input"
          value={kind}
          disabled={disabled}
          data-testid={name}
          onChange={(event) => {
            const chosen = event.currentTarget.value
            set(chosen === '' ? null : { kind: chosen, durationMs: value?.durationMs ?? usualMs })
          }}
        >
          <option value="">{t.properties.atOnce}</option>
          <option value="fade">{t.properties.fade}</option>
          <option value="slide">{t.properties.slide}</option>
        </select>
        {kind === 'slide' && (
          <select
            className="input"
            aria-label={t.properties.side(label)}
            value={value?.direction ?? 'left'}
            disabled={disabled}
            onChange={(event) => set({ direction: event.currentTarget.value })}
          >
            {directions.map((direction) => (
              <option key={direction} value={direction}>
                {t.properties.sides[direction]}
              </option>
            ))}
          </select>
        )}
        {kind !== '' && (
          <NumberField
            id={`${id}-ms`}
            name={`${name}Ms`}
            disabled={disabled}
            label={t.properties.lasts(label)}
            min={0}
            max={10_000}
            integer
            value={value?.durationMs ?? usualMs}
            onChange={(durationMs) => set({ durationMs })}
          />
        )}
      </div>
    </div>
  )
}
