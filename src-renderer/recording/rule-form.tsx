import { useEffect, useState } from 'react'
import type { RecordingRule } from '../../src-main/live/jobs/recording/schemas.ts'
import { differences } from '../components/use-draft.ts'
import { recording as t } from '../messages/page.ts'

const containers = () =>
  [
    ['mp4', t.mp4PlaysEverywhere],
    ['mkv', t.mkvForEditingAndArchives],
    ['ts', t.tsForBroadcastToolsNot],
  ] as const

/** A whole number, or null where the field is empty. */
const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text))

/** Edits a recording rule. What was changed here stays when somebody else changes the rule; the rest follows the host. */
export function RuleForm({
  rule,
  disabled,
  onSave,
}: {
  readonly rule: RecordingRule
  readonly disabled: boolean
  readonly onSave: (rule: RecordingRule) => Promise<void>
}) {
  const [edits, setEdits] = useState<Partial<RecordingRule>>({})
  useEffect(() => setEdits((mine) => differences({ ...rule, ...mine }, rule)), [rule])
  const draft = { ...rule, ...edits }
  const [saving, setSaving] = useState(false)
  const set = (what: Partial<RecordingRule>): void => setEdits(differences({ ...draft, ...what }, rule))
  const changed = JSON.stringify(draft) !== JSON.stringify(rule)
  return (
    <form
      className="stack"
      data-testid="recording-rule"
      onSubmit={(event) => {
        event.preventDefault()
        setSaving(true)
        void onSave(draft).finally(() => setSaving(false))
      }}
    >
      <fieldset className="recording-fields" disabled={disabled || saving}>
        <label className="row">
          <input
            type="checkbox"
            checked={draft.enabled}
            onChange={(event) => set({ enabled: event.currentTarget.checked })}
            data-testid="rule-enabled"
          />
          {t.recordWheneverTheStreamIs}
        </label>
        <div className="field">
          <label htmlFor="rule-container">{t.format}</label>
          <select
            id="rule-container"
            className="input"
            value={draft.container}
            onChange={(event) => set({ container: event.currentTarget.value as RecordingRule['container'] })}
            data-testid="rule-container"
          >
            {containers().map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="rule-minutes">{t.newFileAfterMinutes}</label>
          <input
            id="rule-minutes"
            className="input"
            type="number"
            min={1}
            max={720}
            placeholder={t.never}
            value={draft.splitMinutes ?? ''}
            onChange={(event) => set({ splitMinutes: numberOf(event.currentTarget.value) })}
            data-testid="rule-minutes"
          />
        </div>
        <div className="field">
          <label htmlFor="rule-megabytes">{t.newFileAfterMb}</label>
          <input
            id="rule-megabytes"
            className="input"
            type="number"
            min={1}
            max={1_000_000}
            placeholder={t.never}
            value={draft.splitMegabytes ?? ''}
            onChange={(event) => set({ splitMegabytes: numberOf(event.currentTarget.value) })}
            data-testid="rule-megabytes"
          />
        </div>
        <div className="field">
          <label htmlFor="rule-tracks">{t.tracks}</label>
          <input
            id="rule-tracks"
            className="input"
            placeholder={t.all}
            value={draft.tracks.join(' ')}
            onChange={(event) => set({ tracks: event.currentTarget.value.split(/[\s,]+/).filter((id) => id !== '') })}
            data-testid="rule-tracks"
          />
          <span className="hint">{t.idsSuchAsV0A0}</span>
        </div>
        <div className="field recording-file-name">
          <label htmlFor="rule-name">{t.fileName}</label>
          <input
            id="rule-name"
            className="input"
            required
            maxLength={120}
            value={draft.fileName}
            onChange={(event) => set({ fileName: event.currentTarget.value })}
            data-testid="rule-name"
          />
          <span className="hint">{t.streamTitleDateTimeNumber}</span>
        </div>
      </fieldset>
      {!disabled && (
        <div className="row">
          <button type="submit" className="button primary" disabled={!changed || saving} data-testid="rule-save">
            {t.save}
          </button>
        </div>
      )}
    </form>
  )
}
