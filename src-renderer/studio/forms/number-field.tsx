import { useState } from 'react'
import { t } from '../messages.ts'
import type { FieldAttributes } from './field-attributes.ts'
import type { Schema } from './schema.ts'

interface NumberFieldProps {
  readonly common: FieldAttributes
  readonly schema: Schema
  readonly integer: boolean
  readonly optional: boolean
  readonly value: number | null
  readonly onChange: (value: number | null) => void
  /** Its name, where no label of its own is beside it. */
  readonly label?: string
  /** Without a slider. */
  readonly bare?: boolean
}

/** The widest range that a slider is of use for. */
const maxSliderRange = 2000

/** A number, with a slider where its range is small. */
export function NumberField({ common, schema, integer, optional, value, onChange, label, bare = false }: NumberFieldProps) {
  const [draft, setDraft] = useState<string | null>(null)
  const { minimum, maximum } = schema
  const range = minimum !== undefined && maximum !== undefined ? maximum - minimum : undefined
  const step = integer ? 1 : range !== undefined && range <= 10 ? 0.01 : 1
  const fits = (number: number): boolean =>
    Number.isFinite(number) && number >= (minimum ?? number) && number <= (maximum ?? number) && (!integer || Number.isInteger(number))
  const type = (text: string): void => {
    setDraft(text)
    if (text.trim() === '') {
      if (optional) onChange(null)
    } else if (fits(Number(text))) onChange(Number(text))
  }
  return (
    <div className="number-field">
      {range !== undefined && range <= maxSliderRange && !optional && !bare && (
        <input
          type="range"
          aria-hidden="true"
          tabIndex={-1}
          min={minimum}
          max={maximum}
          step={step}
          value={value ?? minimum}
          disabled={common.disabled}
          onChange={(event) => onChange(Number(event.currentTarget.value))}
        />
      )}
      <input
        {...common}
        aria-label={label}
        className="input"
        type="number"
        inputMode="decimal"
        min={minimum}
        max={maximum}
        step={integer ? 1 : 'any'}
        value={draft ?? (value === null ? '' : String(Number(value.toFixed(4))))}
        placeholder={optional ? t.form.none : undefined}
        aria-invalid={draft !== null && draft.trim() !== '' && !fits(Number(draft))}
        onChange={(event) => type(event.currentTarget.value)}
        onBlur={() => setDraft(null)}
      />
    </div>
  )
}
