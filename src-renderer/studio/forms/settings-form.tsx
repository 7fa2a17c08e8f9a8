import { Plus, Trash2 } from 'lucide-react'
import { useId, useState } from 'react'
import { formatDuration } from '../../client/format.ts'
import { NumberField } from '../../components/number-field.tsx'
import { t as described } from '../../messages/described.ts'
import { t } from '../messages.ts'
import type { Device } from '../types.ts'
import { DeviceField } from './device-field.tsx'
import type { FieldAttributes } from './field-attributes.ts'
import { PathField } from './path-field.tsx'
import { defaultsOf, type FieldKind, fieldKind, labelOf, namedIn, optionLabel, type Schema } from './schema.ts'

type Values = Readonly<Record<string, unknown>>

interface SettingsFormProps {
  readonly schema: Schema
  readonly values: Values
  /** With the device, where one was chosen. */
  readonly onChange: (changes: Values, device?: Device) => void
  /** What `GET /studio/devices` lists for the setting `device`. */
  readonly devices?: string | undefined
  readonly disabled?: boolean
  /** Settings that need no value and have no default may be taken away, by null. */
  readonly clearable?: boolean
  /** Texts of settings in the page's language, in place of their names and the host's descriptions. */
  readonly texts?: SettingTexts | undefined
}

export interface SettingTexts {
  readonly labels: Readonly<Record<string, string>>
  readonly help: Readonly<Record<string, string>>
  /** By value. */
  readonly options: Readonly<Record<string, string>>
}

/** Properties drawn from a JSON schema: every change is reported at once. */
export function SettingsForm({ schema, values, onChange, devices, disabled = false, clearable = false, texts }: SettingsFormProps) {
  return (
    <div className="settings-form">
      {shownFields(schema, values).map(([name, each]) => (
        <Field
          key={name}
          name={name}
          schema={each}
          siblings={schema}
          value={values[name] ?? each.default}
          onChange={(value, device) => onChange({ [name]: value }, device)}
          devices={name === 'device' ? devices : undefined}
          disabled={disabled}
          texts={texts}
          clearable={clearable && each.default === undefined && schema.required?.includes(name) !== true}
        />
      ))}
    </div>
  )
}

/** The help of the host in the page's language, with settings and choices by the names that they have on the page. */
function helpOf({ description }: Schema, siblings: Schema, kind: FieldKind): string | undefined {
  if (description === undefined) return undefined
  return namedIn(described.help(description), (code) => {
    if (kind.as === 'choice' && kind.options.includes(code)) return t.form.quoted(described.option(code, optionLabel(code)))
    if (siblings.properties?.[code] !== undefined) return t.form.quoted(described.setting(code, labelOf(code).label))
    return code
  })
}

/** Settings that have an effect with these values. */
function shownFields({ properties = {} }: Schema, values: Values): readonly (readonly [name: string, schema: Schema])[] {
  return Object.entries(properties).filter(([, { when = {} }]) =>
    Object.entries(when).every(([other, wanted]) => wanted.includes(String(values[other] ?? properties[other]?.default))),
  )
}

interface FieldProps {
  readonly name: string
  readonly schema: Schema
  /** What it is a property of. */
  readonly siblings: Schema
  readonly value: unknown
  readonly onChange: (value: unknown, device?: Device) => void
  readonly devices?: string | undefined
  readonly disabled: boolean
  readonly clearable: boolean
  readonly texts: SettingTexts | undefined
}

/** Durations from here on are also shown as minutes and seconds: few people read 300000 ms. */
const readableFromMs = 10_000

function Field({ name, schema, siblings, value, onChange, devices, disabled, clearable, texts }: FieldProps) {
  const id = useId()
  const named = labelOf(name)
  const { unit } = named
  const label = texts?.labels[name] ?? described.setting(name, named.label)
  const kind = fieldKind(name, schema)
  if (kind.as === 'none') return null
  const help = texts?.help[name] ?? (devices === undefined ? helpOf(schema, siblings, kind) : undefined)
  const helpId = `${id}-help`
  const common = { id, disabled, 'aria-describedby': help === undefined ? undefined : helpId, 'data-setting': name }
  const hint =
    help === undefined ? null : (
      <span className="hint" id={helpId}>
        {help}
      </span>
    )

  if (kind.as === 'object') {
    const isOn = typeof value === 'object' && value !== null
    const inner = isOn ? (value as Values) : {}
    return (
      <fieldset className="field-group" disabled={disabled}>
        <legend>
          {kind.optional ? (
            <label className="check">
              <input
                type="checkbox"
                checked={isOn}
                // A legend is no part of what its fieldset disables.
                disabled={disabled}
                data-setting={name}
                onChange={(event) => onChange(event.currentTarget.checked ? defaultsOf(kind.schema) : null)}
              />
              {label}
            </label>
          ) : (
            label
          )}
        </legend>
        {(isOn || !kind.optional) && (
          <SettingsForm
            schema={kind.schema}
            values={inner}
            onChange={(changes) => onChange({ ...inner, ...changes })}
            disabled={disabled}
          />
        )}
      </fieldset>
    )
  }
  if (kind.as === 'list') {
    const list = Array.isArray(value) ? (value as readonly Values[]) : []
    const replaced = (index: number, changes: Values) => list.map((each, at) => (at === index ? { ...each, ...changes } : each))
    return (
      <fieldset className="field-group" disabled={disabled} data-setting={name}>
        <legend>{label}</legend>
        {list.map((each, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries of a setting have no ids
          <div className="list-entry" key={index}>
            <SettingsForm
              schema={kind.schema}
              values={each}
              onChange={(changes) => onChange(replaced(index, changes))}
              disabled={disabled}
            />
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.form.removeEntry(label, index + 1)}
              disabled={list.length <= (schema.minItems ?? 0)}
              onClick={() => onChange(list.filter((_, at) => at !== index))}
            >
              <Trash2 size={15} />
            </button>
          </div>
        ))}
        <button type="button" className="button" onClick={() => onChange([...list, defaultsOf(kind.schema)])}>
          <Plus size={15} /> {t.form.addEntry}
        </button>
        {hint}
      </fieldset>
    )
  }
  if (kind.as === 'switch') {
    return (
      <div className="field">
        <label className="check">
          <input {...common} type="checkbox" checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />
          {label}
        </label>
        {hint}
      </div>
    )
  }
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {unit !== '' && <span className="quiet"> ({unit})</span>}
        {unit === 'ms' && typeof value === 'number' && value >= readableFromMs && (
          <span className="quiet readable-duration"> = {formatDuration(value)}</span>
        )}
      </label>
      {devices !== undefined ? (
        <DeviceField common={common} kind={devices} value={String(value ?? '')} onChange={onChange} />
      ) : kind.as === 'choice' ? (
        <select {...common} className="input" value={String(value ?? '')} onChange={(event) => onChange(event.currentTarget.value)}>
          {kind.options.map((option) => (
            <option key={option} value={option}>
              {texts?.options[option] ?? described.option(option, optionLabel(option))}
            </option>
          ))}
        </select>
      ) : kind.as === 'color' ? (
        <ColorField
          common={common}
          label={label}
          value={typeof value === 'string' ? value : clearable ? null : '#000000'}
          onChange={onChange}
          clearable={clearable}
        />
      ) : kind.as === 'number' ? (
        <NumberField
          id={id}
          name={name}
          describedBy={common['aria-describedby']}
          disabled={disabled}
          min={kind.schema.minimum}
          max={kind.schema.maximum}
          integer={kind.integer}
          slider
          value={typeof value === 'number' ? value : null}
          onChange={onChange}
          {...((kind.optional || clearable) && { onClear: () => onChange(null), placeholder: t.form.none })}
        />
      ) : kind.as === 'lines' ? (
        <PathField of={schema.items} disabled={disabled} several onChoose={(paths) => onChange([...linesOf(value), ...paths])}>
          <TextField
            common={common}
            schema={schema}
            long
            value={linesOf(value).join('\n')}
            onChange={(text) => onChange(text.split('\n').filter((line) => line.trim() !== ''))}
            late
          />
        </PathField>
      ) : (
        <PathField of={schema} disabled={disabled} onChoose={([path]) => path !== undefined && onChange(path)}>
          <TextField
            common={common}
            schema={schema}
            secret={kind.as === 'secret'}
            long={kind.as === 'text' && kind.long}
            value={typeof value === 'string' ? value : ''}
            onChange={onChange}
            // Half a path or URL is opened by nobody.
            late={schema.reference !== undefined || kind.as === 'secret'}
          />
        </PathField>
      )}
      {hint}
    </div>
  )
}

const linesOf = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as string[]) : [])

interface TextFieldProps {
  readonly common: FieldAttributes
  readonly schema: Schema
  readonly value: string
  readonly onChange: (value: string) => void
  readonly long?: boolean
  readonly secret?: boolean
  /** Reported when it is left or Enter is pressed, not with each letter. */
  readonly late?: boolean
}

function TextField({ common, schema, value, onChange, long = false, secret = false, late = false }: TextFieldProps) {
  const [draft, setDraft] = useState<string | null>(null)
  const fits = (text: string): boolean => schema.pattern === undefined || new RegExp(schema.pattern).test(text)
  const give = (text: string): void => {
    if (text !== value && fits(text)) onChange(text)
  }
  const field = {
    ...common,
    className: 'input',
    value: draft ?? value,
    maxLength: schema.maxLength,
    'aria-invalid': draft !== null && !fits(draft),
    onChange: (event: { readonly currentTarget: { readonly value: string } }) => {
      const text = event.currentTarget.value
      setDraft(text)
      if (!late) give(text)
    },
    onBlur: () => {
      if (late && draft !== null) give(draft)
      setDraft(null)
    },
  }
  if (long) return <textarea {...field} rows={3} />
  return (
    <input
      {...field}
      type={secret ? 'password' : 'text'}
      autoComplete="off"
      onKeyDown={(event) => {
        if (event.key === 'Enter' && late && draft !== null) {
          event.preventDefault()
          give(draft)
        }
      }}
    />
  )
}

interface ColorFieldProps {
  readonly common: FieldAttributes
  readonly label: string
  /** Null: none. */
  readonly value: string | null
  readonly onChange: (value: string | null) => void
  readonly clearable: boolean
}

/** A colour with its opacity. */
function ColorField({ common, label, value: given, onChange, clearable }: ColorFieldProps) {
  const value = given ?? '#000000'
  const color = value.slice(0, 7)
  const alpha = value.length === 9 ? Number.parseInt(value.slice(7), 16) : 255
  const join = (rgb: string, opacity: number): string => (opacity >= 255 ? rgb : `${rgb}${opacity.toString(16).padStart(2, '0')}`)
  return (
    <div className="color-field">
      <input {...common} type="color" value={color} onChange={(event) => onChange(join(event.currentTarget.value, alpha))} />
      <code>{given ?? t.form.none}</code>
      {clearable && given !== null && (
        <button type="button" className="button quiet" disabled={common.disabled} onClick={() => onChange(null)}>
          {t.form.clear}
        </button>
      )}
      <input
        type="range"
        min={0}
        max={255}
        value={alpha}
        disabled={common.disabled}
        aria-label={t.form.opacityOf(label)}
        title={t.form.opacityOf(label)}
        onChange={(event) => onChange(join(color, Number(event.currentTarget.value)))}
      />
    </div>
  )
}
