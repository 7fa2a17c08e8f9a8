import { useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { sentencesOf } from '../../client/host-error.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { FormError } from '../../components/form-error.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'

type Rollout = Answer<'GET', '/network/rollouts/*'>

const rollouts = new Resource<`/network/rollouts/${string}`, Rollout>({
  path: (id) => `/network/rollouts/${id}`,
  changed: {
    'network.rollout.updated': (rollout, { data }) => ((data as Rollout).id === rollout.id ? (data as Rollout) : rollout),
  },
})

/** A change that comes to several nodes, as it does. */
export function RolloutProgress({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const rollout = useResource(rollouts, id)
  const [cancelling, setCancelling] = useState(false)
  if (rollout === undefined) return <p className="quiet">{t.loading}</p>
  const { state, nodes, error } = rollout
  const cancel = async (): Promise<void> => {
    setCancelling(true)
    try {
      await call('POST', `/network/rollouts/${id}/cancel`)
    } catch (problem) {
      notifyError(problem)
    }
  }
  return (
    <div className="stack" data-testid="rollout" data-state={state}>
      <p role="status">{t.rolloutStates[state]}</p>
      <ul className="fleet-list">
        {nodes.map((node) => (
          <li key={node.id} data-testid="rollout-node" data-state={node.state}>
            <strong translate="no">{node.name}</strong>
            <span className="chip">{t.nodeStates[node.state]}</span>
            <span className="quiet small" translate="no">
              {node.note}
            </span>
          </li>
        ))}
      </ul>
      <FormError text={error === null ? '' : sentencesOf(error)} />
      <div className="dialog-actions">
        {state === 'running' ? (
          <button type="button" className="button" onClick={() => void cancel()} disabled={cancelling}>
            {t.cancelRollout}
          </button>
        ) : (
          <button type="button" className="button primary" onClick={onClose} data-testid="rollout-close">
            {t.close}
          </button>
        )}
      </div>
    </div>
  )
}
