import { useEffect, useId, useRef, useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { t } from '../messages.ts'
import { NumberField } from './number-field.tsx'

interface FilterSettingsProps {
  readonly filter: Answer<'GET', '/obs/*/filters'>['items'][number]
  /** @param replace what is not named goes back to its default */
  readonly onChange: (settings: Record<string, unknown>, replace: boolean) => void
}

/** Settings of a filter in the words of OBS: numbers, switches and texts as fields, all of them as JSON. */
export function FilterSettings({ filter: { name, kind, settings, defaults }, onChange }: FilterSettingsProps) {
  const [asJson, setAsJson] = useState(false)
  const all = { ...defaults, ...settings }
  const fields = Object.entries(all).filter(([, value]) => ['number', 'boolean', 'string'].includes(typeof value))
  const showsFields = !asJson && fields.length > 0
  return (
    <section className="stack obs-filter-settings" aria-label={t.filterSettings(name)} data-testid="obs-filter-settings">
      <div className="row">
        <h3>{name}</h3>
        <span className="quiet small" translate="no">
          {kind}
        </span>
        {fields.length > 0 && (
          <button type="button" className="button quiet" onClick={() => setAsJson(!asJson)} data-testid="obs-filter-json">
            {asJson ? t.asFields : t.asJson}
          </button>
        )}
      </div>
      {showsFields ? (
        <div className="obs-fields" translate="no">
          {fields.map(([key, value]) => (
            <Field key={key} name={key} value={value} onChange={(next) => onChange({ [key]: next }, false)} />
          ))}
        </div>
      ) : (
        <JsonField settings={settings} onSave={(next) => onChange(next, true)} />
      )}
    </section>
  )
}

interface FieldProps {
  readonly name: string
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

function Field({ name, value, onChange }: FieldProps) {
  const testId = `obs-setting-${name}`
  if (typeof value === 'number') return <NumberField label={name} value={value} step={0.1} onCommit={onChange} testId={testId} />
  if (typeof value === 'boolean') {
    return (
      <label className="check">
        <input type="checkbox" checked={value} onChange={() => onChange(!value)} data-testid={testId} /> {name}
      </label>
    )
  }
  return <TextField name={name} value={String(value)} onChange={onChange} testId={testId} />
}

function TextField({
  name,
  value,
  onChange,
  testId,
}: {
  readonly name: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly testId: string
}) {
  const id = useId()
  const [text, setText] = useState<string>()
  const sent = useRef<string>(undefined)
  const commit = (): void => {
    setText(undefined)
    if (text === undefined || (text === value && text === (sent.current ?? text))) return
    sent.current = text
    onChange(text)
  }
  return (
    <div className="field">
      <label htmlFor={id}>{name}</label>
      <input
        id={id}
        className="input"
        value={text ?? value}
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

function JsonField({
  settings,
  onSave,
}: {
  readonly settings: Record<string, unknown>
  readonly onSave: (settings: Record<string, unknown>) => void
}) {
  const id = useId()
  const kept = JSON.stringify(settings, null, 2)
  const [text, setText] = useState(kept)
  useEffect(() => setText(kept), [kept])
  const value = parse(text)
  return (
    <div className="field">
      <label htmlFor={id}>{t.settingsAsJson}</label>
      <textarea
        id={id}
        className="input obs-json"
        rows={8}
        spellCheck={false}
        value={text}
        aria-invalid={value === undefined}
        onChange={(event) => setText(event.currentTarget.value)}
        data-testid="obs-settings-json"
      />
      {value === undefined && (
        <span className="hint" role="alert">
          {t.notJson}
        </span>
      )}
      <button
        type="button"
        className="button"
        disabled={value === undefined || text === kept}
        onClick={() => value !== undefined && onSave(value)}
        data-testid="obs-settings-save"
      >
        {t.save}
      </button>
    </div>
  )
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
