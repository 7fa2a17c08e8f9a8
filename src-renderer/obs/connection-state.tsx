import { inLanguage } from '../client/host-error.ts'
import { locale } from '../messages/language.ts'
import { t } from './messages.ts'
import type { ObsInstance } from './obs-stores.ts'

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
const chips: Readonly<Record<ObsInstance['state'], string>> = {
  connecting: 'pending',
  connected: 'good',
  disconnected: '',
  failed: 'error',
}

/** How the connection of an OBS is, in one word. */
export function ConnectionChip({ instance }: { readonly instance: ObsInstance }) {
  return (
    <span className={`chip ${chips[instance.state]}`} data-testid="obs-state" data-state={instance.state}>
      {t.states[instance.state]}
    </span>
  )
}

/** What of an OBS is on air. */
export function ActivityChips({ instance: { activity } }: { readonly instance: ObsInstance }) {
  return (
    <>
      {activity?.streaming === true && <span className="chip live">{t.streaming}</span>}
      {activity?.recording === true && <span className="chip error">{t.recording}</span>}
    </>
  )
}

interface ConnectionProblemProps {
  readonly instance: ObsInstance
  /** Opens the connection for a change, as most remedies ask; undefined for who may not. */
  readonly onEdit: (() => void) | undefined
}

/** Why an OBS is not connected, the remedy, and when it is tried again. */
export function ConnectionProblem({ instance, onEdit }: ConnectionProblemProps) {
  const { error, nextAttemptAt, enabled } = instance
  const said = error === null ? undefined : inLanguage({ code: error.code, message: error.message, remedy: error.remedy })
  return (
    <div className="obs-problem" data-testid="obs-problem" role="status">
      {!enabled && <p>{t.switchedOff}</p>}
      {said !== undefined && (
        <>
          <p>{said.message}</p>
          <p className="quiet small">{said.remedy}</p>
        </>
      )}
      {nextAttemptAt !== null && <p className="quiet small">{t.nextAttempt(clock.format(new Date(nextAttemptAt)))}</p>}
      {said !== undefined && onEdit !== undefined && (
        <div>
          <button type="button" className="button" onClick={onEdit} data-testid="obs-edit-connection">
            {t.edit}
          </button>
        </div>
      )}
    </div>
  )
}
