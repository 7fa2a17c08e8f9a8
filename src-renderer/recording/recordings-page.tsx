import type { RecordingRule, Retention } from '../../src-main/live/jobs/recording/schemas.ts'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { formatBytes } from '../client/format.ts'
import { only, useResource } from '../client/resource.ts'
import { DraftForm } from '../components/draft-form.tsx'
import { useIsAdmin, useMayEdit, useTitle } from '../components/page.ts'
import { tell, tellError } from '../components/toasts.tsx'
import { useDraft } from '../components/use-draft.ts'
import { recording as t } from '../messages/page.ts'
import { RecordingList } from './recording-list.tsx'
import { defaultRule, recordings, retention } from './recording-store.ts'
import { RuleForm } from './rule-form.tsx'
import './recording.css'

function RetentionCard() {
  const admin = useIsAdmin()
  const { draft, setDraft, changed, save } = useDraft(retention, t.retentionWasSaved)
  if (!draft) return null
  const field = (key: keyof Retention, label: string, hint: string) => (
    <div className="field">
      <label htmlFor={`retention-${key}`}>{label}</label>
      <input
        id={`retention-${key}`}
        className="input"
        type="number"
        min={key === 'minFreeMegabytes' ? 0 : 1}
        required={key === 'minFreeMegabytes'}
        placeholder={t.noLimit}
        value={draft[key] ?? ''}
        onChange={(event) => {
          const text = event.currentTarget.value
          setDraft({ ...draft, [key]: text === '' ? (key === 'minFreeMegabytes' ? 0 : null) : Number(text) })
        }}
        data-testid={`retention-${key}`}
      />
      <span className="hint">{hint}</span>
    </div>
  )
  return (
    <section className="card" aria-label={t.retention}>
      <header>
        <h2>{t.retention}</h2>
      </header>
      <DraftForm editable={admin} changed={changed} onSave={save} saveTestId="retention-save">
        <fieldset className="recording-fields" disabled={!admin}>
          {field('maxAgeDays', t.deleteAfterDays, t.keptRecordingsStay)}
          {field('maxTotalMegabytes', t.allTogetherAtMostMb, t.theOldestGoFirst)}
          {field('minFreeMegabytes', t.keepFreeOnTheDisk, t.theOldestGoThenRecording)}
        </fieldset>
      </DraftForm>
    </section>
  )
}

function DefaultRule() {
  const editor = useMayEdit()
  const rule = useResource(defaultRule)
  if (!rule) return null
  const save = async (next: RecordingRule): Promise<void> => {
    try {
      defaultRule.keep(only, await call('PUT', '/live/recording-rule', { body: next }))
      tell(t.defaultRuleSaved)
    } catch (error) {
      tellError(error)
    }
  }
  return (
    <section className="card" aria-label={t.defaultRule}>
      <header>
        <h2>{t.ruleOfStreamsWithoutOne}</h2>
      </header>
      <div className="card-body">
        <RuleForm rule={rule} disabled={!editor} onSave={save} />
      </div>
    </section>
  )
}

/** The section: every recording, and what is recorded and kept by itself. */
export function RecordingsPage() {
  useTitle(t.library)
  const { items } = useCollection(recordings)
  const bytes = Object.values(items).reduce((sum, { bytes }) => sum + bytes, 0)
  return (
    <>
      <header className="page-head">
        <h1>{t.library}</h1>
        <span className="quiet">{formatBytes(bytes)}</span>
      </header>
      <div className="stack">
        <section className="card" aria-label={t.allRecordings}>
          <RecordingList />
        </section>
        <DefaultRule />
        <RetentionCard />
      </div>
    </>
  )
}
