import { useRef, useState } from 'react'
import './number-field.css'

interface NumberFieldProps {
  readonly id: string
  readonly value: number | null
  readonly onChange: (value: number) => void
  /** For a number that may be left out: the field was emptied. */
  readonly onClear?: (() => void) | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly integer?: boolean
  /** `left`: a number counts when it is complete, with Enter or when the field is left, and is brought to the limit that it is beyond. */
  readonly counts?: 'typed' | 'left'
  /** With a slider where the range is small. */
  readonly slider?: boolean
  readonly disabled?: boolean
  /** Its name, where no label of its own is beside it. */
  readonly label?: string | undefined
  readonly describedBy?: string | undefined
  readonly placeholder?: string | undefined
  /** The setting that it is, for tests. */
  readonly name?: string
  readonly testId?: string
}

/** The widest range that a slider is of use for. */
const maxSliderRange = 2000

/** As it is shown: what a computation left behind the fourth digit says nothing to anybody. */
const shown = (value: number): number => Number(value.toFixed(4))

/** A number. What is typed counts at once where it is within its limits; the field shows the host's value again when it is left. */
export function NumberField({ id, value, onChange, onClear, min, max, integer = false, counts = 'typed', ...more }: NumberFieldProps) {
  const { slider = false, disabled = false, label, describedBy, placeholder, name, testId } = more
  const [draft, setDraft] = useState<string | null>(null)
  /** What was committed last: the host may not have said yet that it has it, so that `value` is older. */
  const sent = useRef<number>(undefined)
  const range = min !== undefined && max !== undefined ? max - min : undefined
  const fits = (number: number): boolean =>
    Number.isFinite(number) && number >= (min ?? number) && number <= (max ?? number) && (!integer || Number.isInteger(number))
  const type = (text: string): void => {
    setDraft(text)
    if (counts === 'left') return
    if (text.trim() === '') onClear?.()
    else if (fits(Number(text))) onChange(Number(text))
  }
  const leave = (): void => {
    setDraft(null)
    if (counts === 'typed' || draft === null || draft.trim() === '') return
    const typed = Number(draft)
    if (!Number.isFinite(typed)) return
    const number = Math.min(Math.max(integer ? Math.round(typed) : typed, min ?? typed), max ?? Number.POSITIVE_INFINITY)
    if (value !== null && number === shown(value) && number === (sent.current ?? number)) return
    sent.current = number
    onChange(number)
  }
  return (
    <div className="number-field">
      {slider && range !== undefined && range <= maxSliderRange && onClear === undefined && (
        <input
          type="range"
          aria-hidden="true"
          tabIndex={-1}
          min={min}
          max={max}
          step={!integer && range <= 10 ? 0.01 : 1}
          value={value ?? min}
          disabled={disabled}
          onChange={(event) => onChange(Number(event.currentTarget.value))}
        />
      )}
      <input
        id={id}
        disabled={disabled}
        aria-label={label}
        aria-describedby={describedBy}
        data-setting={name}
        data-testid={testId}
        className="input"
        type="number"
        inputMode="decimal"
        min={min}
        max={max}
        step={integer ? 1 : 'any'}
        value={draft ?? (value === null ? '' : String(shown(value)))}
        placeholder={placeholder}
        aria-invalid={draft !== null && draft.trim() !== '' && !fits(Number(draft))}
        onChange={(event) => type(event.currentTarget.value)}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && counts === 'left') leave()
        }}
      />
    </div>
  )
}
