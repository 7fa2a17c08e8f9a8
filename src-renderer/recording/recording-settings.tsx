import type { RecordingRule } from '../../src-main/live/jobs/recording/schemas.ts'
import type { Retention } from '../../src-main/media/files/retention.ts'
import { call } from '../client/api.ts'
import { only, type Resource, useResource } from '../client/resource.ts'
import { DraftForm } from '../components/draft-form.tsx'
import { useIsAdmin, useMayEdit } from '../components/page.ts'
import { notify, notifyError } from '../components/toasts.tsx'
import { useDraft } from '../components/use-draft.ts'
import { recording as t } from '../messages/page.ts'
import { defaultRule, retention, studioRetention } from './recording-store.ts'
import { RuleForm } from './rule-form.tsx'
import './recording.css'

interface RetentionCardProps {
  readonly title: string
  readonly retention: Resource<string, Retention>
  /** First word of ids. */
  readonly id: string
  /** What happens where the disk has too little free space. */
  readonly whenFull: string
}

/** How long recordings of streams are kept. */
export const StreamRetention = () => (
  <RetentionCard title={t.retention} retention={retention} id="retention" whenFull={t.theOldestGoThenRecording} />
)

/** How long recordings and replays of the studio are kept. */
export const StudioRetention = () => (
  <RetentionCard title={t.retentionOfStudio} retention={studioRetention} id="studio-retention" whenFull={t.theOldestGo} />
)

function RetentionCard({ title, retention, id, whenFull }: RetentionCardProps) {
  const admin = useIsAdmin()
  const { draft, setDraft, changed, save } = useDraft(retention, t.retentionWasSaved)
  if (!draft) return null
  const field = (key: keyof Retention, label: string, hint: string) => (
    <div className="field">
      <label htmlFor={`${id}-${key}`}>{label}</label>
      <input
        id={`${id}-${key}`}
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
        data-testid={`${id}-${key}`}
      />
      <span className="hint">{hint}</span>
    </div>
  )
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      <DraftForm editable={admin} changed={changed} onSave={save} saveTestId={`${id}-save`}>
        <fieldset className="recording-fields" disabled={!admin}>
          {field('maxAgeDays', t.deleteAfterDays, t.keptRecordingsStay)}
          {field('maxTotalMegabytes', t.allTogetherAtMostMb, t.theOldestGoFirst)}
          {field('minFreeMegabytes', t.keepFreeOnTheDisk, whenFull)}
        </fieldset>
      </DraftForm>
    </section>
  )
}

/** What is recorded of streams without a rule of their own. */
export function DefaultRule() {
  const editor = useMayEdit()
  const rule = useResource(defaultRule)
  if (!rule) return null
  const save = async (next: RecordingRule): Promise<void> => {
    try {
      await defaultRule.keep(only, call('PUT', '/live/recording-rule', { body: next }))
      notify(t.defaultRuleSaved)
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <section className="card" aria-label={t.defaultRule}>
      <header>
        <h2>{t.ruleOfStreamsWithoutOne}</h2>
      </header>
      <div className="card-body stack">
        <p className="quiet">{t.forStreamsWithout}</p>
        <RuleForm rule={rule} disabled={!editor} onSave={save} />
      </div>
    </section>
  )
}
