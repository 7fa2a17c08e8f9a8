import { useEffect, useId, useState } from 'react'
import { t } from '../messages.ts'
import type { SettingField, Settings } from './setting-fields.ts'
import { SettingInput } from './setting-input.tsx'

interface SettingsFormProps {
  /** Of the filter or the source. */
  readonly name: string
  /** In the words of OBS. */
  readonly kind: string
  /** What was set, without the defaults. */
  readonly settings: Settings
  readonly fields: readonly SettingField[]
  /** @param replace what is not named goes back to its default */
  readonly onChange: (settings: Settings, replace: boolean) => void
}

/** Settings of a filter or a source of OBS: those that can be shown as fields, all of them as JSON. */
export function SettingsForm({ name, kind, settings, fields, onChange }: SettingsFormProps) {
  const [asJson, setAsJson] = useState(false)
  const showsFields = !asJson && fields.length > 0
  return (
    <section className="stack obs-settings" aria-label={t.settingsOf(name)} data-testid="obs-settings">
      <div className="row">
        <h3>{name}</h3>
        <span className="quiet small" translate="no">
          {kind}
        </span>
        {fields.length > 0 && (
          <button type="button" className="button quiet" onClick={() => setAsJson(!asJson)} data-testid="obs-settings-as-json">
            {asJson ? t.asFields : t.asJson}
          </button>
        )}
      </div>
      {showsFields ? (
        <div className="obs-fields" translate="no">
          {fields.map((field) => (
            <SettingInput key={field.key} field={field} onChange={(value) => onChange({ [field.key]: value }, false)} />
          ))}
        </div>
      ) : (
        <JsonField settings={settings} onSave={(next) => onChange(next, true)} />
      )}
    </section>
  )
}

function JsonField({ settings, onSave }: { readonly settings: Settings; readonly onSave: (settings: Settings) => void }) {
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
