/** A number with its label; empty or out of its range, the form cannot be sent. */
export function NumberField({
  id,
  label,
  value,
  onChange,
  min = 0,
  max,
  step = '1',
  hint,
}: {
  readonly id: string
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly min?: number
  readonly max: number
  readonly step?: string
  readonly hint?: string
}) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        type="number"
        value={value}
        {...{ min, max, step }}
        required
        onChange={(event) => onChange(event.target.value)}
        data-testid={id}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
      />
      {hint !== undefined && (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
    </div>
  )
}
