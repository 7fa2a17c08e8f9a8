import { useState } from 'react'
import { t } from './messages.ts'

interface TextActionFieldProps {
  readonly name: string
  readonly label: string
  /** JSON is sent when it can be read. */
  readonly json: boolean
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

/** A text of an action; what is written is sent when the field is left. */
export function TextActionField({ name, label, json, value, onChange }: TextActionFieldProps) {
  const shown = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  const [invalid, setInvalid] = useState(false)
  return (
    <label>
      <span className="quiet small">{t.field(name)}</span>
      <input
        key={shown}
        className="input"
        aria-label={label}
        aria-invalid={invalid}
        title={invalid ? t.noJson : t.field(name)}
        defaultValue={shown}
        maxLength={json ? 20_000 : 300}
        data-setting={name}
        onBlur={(event) => {
          const text = event.currentTarget.value.trim()
          if (text === shown) return
          if (!json) return onChange(text)
          const read = text === '' ? undefined : readJson(text)
          setInvalid(text !== '' && read === undefined)
          if (text === '' || read !== undefined) onChange(read)
        }}
      />
    </label>
  )
}

/** An object; undefined for anything else. */
function readJson(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
