import { useState } from 'react'
import { call } from '../../client/api.ts'
import { formatBytes } from '../../client/format.ts'
import { sentencesOf } from '../../client/host-error.ts'
import { useResource } from '../../client/resource.ts'
import { FormError } from '../../components/form-error.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { machineJob } from './machine-jobs.ts'
import { t } from './messages.ts'

/** What a job does on a machine, as it does it. */
export function JobProgress({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const job = useResource(machineJob, id)
  const [cancelling, setCancelling] = useState(false)
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
  return (
    <div className="stack" data-testid="machine-job" data-state={state}>
      <ol className="machine-steps">
        {steps.map((step) => (
          <li key={step.id} data-state={step.state} aria-current={step.state === 'running' ? 'step' : undefined}>
            <span>{t.steps[step.id]}</span>
            <span className="quiet small">
              {step.id === 'copy' && step.state === 'running' && totalBytes > 0
                ? t.sentOf(formatBytes(sentBytes), formatBytes(totalBytes))
                : step.ms !== null && step.state !== 'running'
                  ? t.took((step.ms / 1000).toFixed(1))
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
      {state === 'done' && <p>{job.kind === 'add' ? t.isConnected : t.isRemoved}</p>}
      <FormError text={error === null ? '' : sentencesOf(error)} />
      <div className="dialog-actions">
        {state === 'running' ? (
          <button type="button" className="button" onClick={() => void cancel()} disabled={cancelling} data-testid="machine-cancel">
            {cancelling ? t.cancelling : t.cancel}
          </button>
        ) : (
          <button type="button" className="button primary" onClick={onClose} data-testid="machine-close">
            {t.close}
          </button>
        )}
      </div>
    </div>
  )
}
