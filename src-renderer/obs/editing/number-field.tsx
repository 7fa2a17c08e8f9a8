import { useId, useRef, useState } from 'react'

interface NumberFieldProps {
  readonly label: string
  readonly value: number
  readonly min?: number
  readonly step?: number
  readonly testId: string
  /** With Enter, or when the field is left, where it has another number. */
  readonly onCommit: (value: number) => void
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000

/** A number that counts when it is complete: OBS is sent nothing half typed. */
export function NumberField({ label, value, min, step = 1, testId, onCommit }: NumberFieldProps) {
  const id = useId()
  const [text, setText] = useState<string>()
  /** What was sent last: OBS may not have said yet that it has it, so that `value` is older. */
  const sent = useRef<number>(undefined)
  const commit = (): void => {
    const number = Number(text)
    setText(undefined)
    if (text === undefined || text.trim() === '' || !Number.isFinite(number)) return
    if (number === rounded(value) && number === (sent.current ?? number)) return
    sent.current = number
    onCommit(min === undefined ? number : Math.max(number, min))
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        type="number"
        step={step === 1 ? 1 : 'any'}
        min={min}
        value={text ?? String(rounded(value))}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit()
        }}
        data-testid={testId}
      />
    </div>
  )
}
