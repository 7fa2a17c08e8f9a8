import { useEffect, useId, useRef, useState } from 'react'
import { NumberField } from '../../components/number-field.tsx'
import { t } from '../messages.ts'
import { fromObsColor, type SettingField, type SettingOption, toObsColor } from './setting-fields.ts'

interface SettingInputProps {
  readonly field: SettingField
  readonly onChange: (value: unknown) => void
}

/** One setting: what is typed counts when the field is left, or with Enter. */
export function SettingInput({ field: { key, label, shape, value, options = [] }, onChange }: SettingInputProps) {
  const testId = `obs-setting-${key}`
  switch (shape) {
    case 'number':
      return <SettingNumber label={label} value={Number(value ?? 0)} onChange={onChange} testId={testId} />
    case 'switch':
      return (
        <label className="check">
          <input type="checkbox" checked={value === true} onChange={() => onChange(value !== true)} data-testid={testId} /> {label}
        </label>
      )
    case 'color':
      return <ColorField label={label} value={Number(value ?? 0)} onChange={onChange} testId={testId} />
    case 'font':
      return <FontField label={label} value={Object(value)} onChange={onChange} testId={testId} />
    case 'list':
      return <ListField label={label} value={value} options={options} onChange={onChange} testId={testId} />
    default:
      return <TextField label={label} value={String(value ?? '')} lines={shape === 'lines'} onChange={onChange} testId={testId} />
  }
}

interface FieldProps<T> {
  readonly label: string
  readonly value: T
  readonly testId: string
  readonly onChange: (value: T) => void
}

type SettingNumberProps = FieldProps<number> & Pick<React.ComponentProps<typeof NumberField>, 'min' | 'max' | 'integer'>

/** A number with its label. OBS is sent nothing half typed. */
export function SettingNumber({ label, ...number }: SettingNumberProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <NumberField id={id} counts="left" {...number} />
    </div>
  )
}

function TextField({ label, value, lines = false, onChange, testId }: FieldProps<string> & { readonly lines?: boolean }) {
  const id = useId()
  const [text, setText] = useState<string>()
  const sent = useRef<string>(undefined)
  const commit = (): void => {
    setText(undefined)
    if (text === undefined || (text === value && text === (sent.current ?? text))) return
    sent.current = text
    onChange(text)
  }
  const common = {
    id,
    className: 'input',
    value: text ?? value,
    onBlur: commit,
    'data-testid': testId,
  }
  return (
    <div className={lines ? 'field obs-wide' : 'field'}>
      <label htmlFor={id}>{label}</label>
      {lines ? (
        <textarea
          {...common}
          rows={3}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) commit()
          }}
        />
      ) : (
        <input
          {...common}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit()
          }}
        />
      )}
    </div>
  )
}

/** A colour counts when its dialog is closed: React's own event comes with each movement in it. */
function ColorField({ label, value, onChange, testId }: FieldProps<number>) {
  const id = useId()
  const { rgb, alpha } = fromObsColor(value)
  const input = useRef<HTMLInputElement>(null)
  const latest = useRef(onChange)
  latest.current = onChange
  useEffect(() => {
    const element = input.current
    if (element === null) return
    element.value = rgb
    const commit = (): void => {
      const chosen = element.value
      // Until OBS has it, the field shows what OBS has.
      element.value = rgb
      latest.current(toObsColor(chosen, alpha))
    }
    element.addEventListener('change', commit)
    return () => element.removeEventListener('change', commit)
  }, [rgb, alpha])
  return (
    <>
      <div className="field">
        <label htmlFor={id}>{label}</label>
        <input ref={input} id={id} className="input obs-color" type="color" defaultValue={rgb} data-testid={testId} />
      </div>
      <SettingNumber
        label={t.opacityOf(label)}
        value={Math.round((alpha / 255) * 100)}
        min={0}
        max={100}
        onChange={(percent) => onChange(toObsColor(rgb, Math.round((percent / 100) * 255)))}
        testId={`${testId}-opacity`}
      />
    </>
  )
}

/** Face and size of a font; its style stays. */
function FontField({ label, value, onChange, testId }: FieldProps<Readonly<Record<string, unknown>>>) {
  return (
    <>
      <TextField
        label={label}
        value={String(value.face ?? '')}
        onChange={(face) => onChange({ ...value, face })}
        testId={`${testId}-face`}
      />
      <SettingNumber
        label={t.fontSize}
        value={Number(value.size ?? 0)}
        min={1}
        integer
        onChange={(size) => onChange({ ...value, size })}
        testId={`${testId}-size`}
      />
    </>
  )
}

function ListField({ label, value, options, onChange, testId }: FieldProps<unknown> & { readonly options: readonly SettingOption[] }) {
  // What is set stays choosable although OBS does not offer it now, e.g. a camera that is not plugged in.
  const known = options.some((option) => option.value === value)
  const kept = known || value === undefined ? [] : [{ label: String(value), value }]
  const all = [...kept, ...options]
  return (
    <label className="field obs-wide">
      <span className="label">{label}</span>
      <select
        className="input"
        value={all.findIndex((option) => option.value === value)}
        onChange={(event) => onChange(all[Number(event.currentTarget.value)]?.value)}
        data-testid={testId}
      >
        {value === undefined && <option value={-1}>{''}</option>}
        {all.map((option, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names and values may come twice
          <option key={index} value={index}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  )
}
