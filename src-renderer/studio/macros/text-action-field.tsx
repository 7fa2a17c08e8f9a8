import { useState } from 'react'
import { t } from './messages.ts'

interface TextActionFieldProps {
  readonly name: string
  readonly label: string
  /** Reads what is written; undefined where it cannot be. Without it the text itself is the value. */
  readonly read?: (text: string) => unknown
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

/** A text of an action, a trigger or a condition; what is written is sent when the field is left. */
export function TextActionField({ name, label, read, value, onChange }: TextActionFieldProps) {
  const shown = value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  const [invalid, setInvalid] = useState(false)
  return (
    <label>
      <span className="quiet small">{label}</span>
      <input
        key={shown}
        className="input"
        aria-label={label}
        aria-invalid={invalid}
        title={invalid ? t.unreadable : label}
        defaultValue={shown}
        maxLength={read === undefined ? 300 : 20_000}
        data-setting={name}
        onBlur={(event) => {
          const text = event.currentTarget.value.trim()
          if (text === shown) return
          if (read === undefined) {
            onChange(text)
            return
          }
          const found = read(text)
          setInvalid(text !== '' && found === undefined)
          if (text === '' || found !== undefined) onChange(found)
        }}
      />
    </label>
  )
}

/** Reads an object of JSON. */
export function readJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
