import { useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { formatBytes } from '../../client/format.ts'
import { sentencesOf } from '../../client/host-error.ts'
import { useResource } from '../../client/resource.ts'
import { FormError } from '../../components/form-error.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { decimal } from '../../messages/numbers.ts'
import { machineJob } from './machine-jobs.ts'
import { t } from './messages.ts'

type Job = Answer<'GET', '/network/machines/jobs/*'>

/** What a job does on a machine, as it does it. */
export function JobProgress({
  id,
  onClose,
  onSignIn,
}: {
  readonly id: string
  readonly onClose: () => void
  /** Makes a link for the host that was set up. */
  readonly onSignIn?: () => Promise<void>
}) {
  const job = useResource(machineJob, id)
  const [cancelling, setCancelling] = useState(false)
  const [signingIn, setSigningIn] = useState(false)
  if (job === undefined) return <p className="quiet">{t.starting}</p>
  const { state, steps, log, sentBytes, totalBytes, error } = job
  const cancel = async (): Promise<void> => {
    setCancelling(true)
    try {
      await call('POST', `/network/machines/jobs/${id}/cancel`)
    } catch (problem) {
      notifyError(problem)
    }
  }
  const isReady = state === 'done' && onSignIn !== undefined
  const signIn = async (): Promise<void> => {
    setSigningIn(true)
    try {
      await onSignIn?.()
    } catch (problem) {
      notifyError(problem)
      setSigningIn(false)
    }
  }
  return (
    <div className="stack" data-testid="machine-job" data-state={state}>
      <ol className="machine-steps">
        {steps.map((step) => (
          <li key={step.id} data-state={step.state} aria-current={step.state === 'running' ? 'step' : undefined}>
            <span>{job.role === 'origin' && step.id === 'start' ? t.startHost : t.steps[step.id]}</span>
            <span className="quiet small">
              {step.id === 'copy' && step.state === 'running' && totalBytes > 0
                ? t.sentOf(formatBytes(sentBytes), formatBytes(totalBytes))
                : step.ms !== null && step.state !== 'running'
                  ? t.took(decimal(step.ms / 1000, 1))
                  : t.states[step.state]}
            </span>
          </li>
        ))}
      </ol>
      <details>
        <summary>{t.log}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
        <pre className="machine-log" translate="no" tabIndex={0} role="log" aria-label={t.log}>
          {log.join('\n')}
        </pre>
      </details>
      {state === 'done' && <p>{doneText(job)}</p>}
      <FormError text={error === null ? '' : sentencesOf(error)} />
      <div className="dialog-actions">
        {state === 'running' ? (
          <button type="button" className="button" onClick={() => void cancel()} disabled={cancelling} data-testid="machine-cancel">
            {cancelling ? t.cancelling : t.cancel}
          </button>
        ) : (
          <>
            <button type="button" className={`button ${isReady ? '' : 'primary'}`} onClick={onClose} data-testid="machine-close">
              {t.close}
            </button>
            {isReady && (
              <button
                type="button"
                className="button primary"
                onClick={() => void signIn()}
                disabled={signingIn}
                data-testid="machine-sign-in"
              >
                {t.makeLink}
              </button>
            )}
          </>
        )}
      </div>
    </div>
  )
}

function doneText({ kind, role, hostUrl }: Job): string {
  if (role === 'edge') return kind === 'add' ? t.isConnected : t.isRemoved
  return kind === 'add' ? t.hostAnswers(hostUrl ?? '') : t.hostIsRemoved
}
