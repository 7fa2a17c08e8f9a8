import { History, ShieldAlert } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../client/api.ts'
import { formatDuration } from '../../client/format.ts'
import type { Resource } from '../../client/resource.ts'
import { only } from '../../client/resource.ts'
import { notifyError } from '../../components/toasts.tsx'
import { locale } from '../../messages/language.ts'
import type { RecoveryReport } from '../types.ts'
import { t } from './messages.ts'
import './recovery.css'

type Offer = NonNullable<RecoveryReport['offer']>

interface RecoveryNoticeProps {
  readonly report: RecoveryReport
  readonly resource: Resource<'/studio/recovery', RecoveryReport>
  readonly editor: boolean
}

/** What a host left that ended unexpectedly, with the choice to go on; and safe mode, with the button that ends it. */
export function RecoveryNotice({ report: { offer, safeMode }, resource, editor }: RecoveryNoticeProps) {
  const [busy, setBusy] = useState(false)
  const send = (answer: Promise<RecoveryReport>): void => {
    setBusy(true)
    resource
      .keep(only, answer)
      .catch(notifyError)
      .finally(() => setBusy(false))
  }
  const setSafe = (on: boolean): void => send(call('POST', '/studio/safe-mode', { body: { on } }))
  return (
    <>
      {safeMode.on && (
        <section className="studio-notice recovery" aria-label={t.leaveSafe} data-testid="safe-mode">
          <ShieldAlert size={18} aria-hidden="true" />
          <p>{t.safe(safeMode.leftOut.map(({ name }) => name))}</p>
          {editor && (
            <button type="button" className="button" disabled={busy} onClick={() => setSafe(false)} data-testid="leave-safe-mode">
              {t.leaveSafe}
            </button>
          )}
        </section>
      )}
      {offer !== null && (
        <section className="studio-notice recovery" aria-label={t.region} data-testid="recovery">
          <History size={18} aria-hidden="true" />
          <OfferText offer={offer} />
          {editor && <Answers offer={offer} busy={busy} onAnswer={(goOn) => send(call('POST', '/studio/recovery', { body: { goOn } }))} />}
        </section>
      )}
      {safeMode.offered && (
        <section className="studio-notice recovery" aria-label={t.startSafe} data-testid="safe-mode-offer">
          <ShieldAlert size={18} aria-hidden="true" />
          <p>{t.often}</p>
          {editor && (
            <button type="button" className="button" disabled={busy} onClick={() => setSafe(true)} data-testid="start-safe-mode">
              {t.startSafe}
            </button>
          )}
        </section>
      )}
    </>
  )
}

const sends = new Set(['host', 'rtmp', 'srt', 'whip'])

function OfferText({ offer: { endedAt, outputs, recordings, scenes } }: { readonly offer: Offer }) {
  const ended = new Date(endedAt)
  const today = ended.toDateString() === new Date().toDateString()
  const when = ended.toLocaleString(locale, { ...(today ? {} : { dateStyle: 'medium' }), timeStyle: 'short' })
  const live = outputs.filter(({ kind }) => sends.has(kind)).length
  const doing = [...(live > 0 ? [t.live(live)] : []), ...(outputs.some(({ kind }) => kind === 'recording') ? [t.recording] : [])]
  const names = (goesOn: boolean): readonly string[] => outputs.filter((each) => each.goesOn === goesOn).map(({ name }) => name)
  const files = (...states: readonly string[]): readonly string[] =>
    recordings
      .filter(({ state }) => states.includes(state))
      .map(({ title, durationMs }) => (durationMs > 0 ? t.recordingOf(title, formatDuration(durationMs)) : title))
  const lines = [
    [names(true), t.runsAgain],
    [names(false), t.leftOff],
    [scenes.map(({ scene }) => scene), t.onAir],
    [files('recovered', 'complete'), t.recovered],
    [files('writing'), t.recovering],
    [files('failed'), t.lost],
  ] as const
  return (
    <div className="recovery-text">
      <p>
        <b>{doing.length > 0 ? t.endedWhile(when, doing) : t.ended(when)}</b>
      </p>
      <p>
        {lines.map(([items, text]) => items.length > 0 && `${text(items)} `)}
        {recordings.length > 0 && <a href="/library">{t.library}</a>}
      </p>
    </div>
  )
}

interface AnswersProps {
  readonly offer: Offer
  readonly busy: boolean
  readonly onAnswer: (goOn: boolean) => void
}

function Answers({ offer: { outputs }, busy, onAnswer }: AnswersProps) {
  const anyLeftOff = outputs.some(({ goesOn }) => !goesOn)
  const anyRuns = outputs.some(({ goesOn }) => goesOn)
  const [goOn, not] = anyLeftOff ? [t.goOn, t.withoutLive] : anyRuns ? [t.keepRunning, t.endAll] : [t.close, undefined]
  return (
    <div className="recovery-answers">
      <button
        type="button"
        className={anyLeftOff ? 'button primary' : 'button'}
        disabled={busy}
        onClick={() => onAnswer(true)}
        data-testid="recovery-go-on"
      >
        {goOn}
      </button>
      {not !== undefined && (
        <button type="button" className="button" disabled={busy} onClick={() => onAnswer(false)} data-testid="recovery-without">
          {not}
        </button>
      )}
    </div>
  )
}
