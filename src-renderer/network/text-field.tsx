import type { ReactNode } from 'react'

/** One line of a form with its label: empty although it is required, or a number beyond its limits, the form cannot be sent. */
export function TextField({
  id,
  label,
  value,
  onChange,
  hint,
  type = 'text',
  placeholder,
  required = false,
  autoFocus = false,
  min = 1,
  max = 65_535,
  step = 1,
}: {
  readonly id: string
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: ReactNode
  readonly type?: 'text' | 'number' | 'password'
  readonly placeholder?: string
  readonly required?: boolean
  readonly autoFocus?: boolean
  /** Limits of a number: those of a port where nothing else is said. */
  readonly min?: number
  readonly max?: number
  readonly step?: number | 'any'
}) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        type={type}
        value={value}
        placeholder={placeholder}
        required={required}
        // biome-ignore lint/a11y/noAutofocus: the first field of a dialog that was just opened
        autoFocus={autoFocus}
        spellCheck={false}
        autoComplete="off"
        {...(type === 'number' ? { min, max, step } : { maxLength: 1000 })}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
        onChange={(event) => onChange(event.target.value)}
        data-testid={id}
      />
      {hint !== undefined && (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
    </div>
  )
}
