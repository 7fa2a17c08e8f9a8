import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Answer } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { confirm } from '../../components/dialog.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { FunctionEditor } from './function-editor.tsx'
import { t } from './messages.ts'
import './functions.css'

type Shown = Answer<'GET', '/network/functions'>['items'][number]

const functions = new Resource({
  path: () => '/network/functions' as const,
  isStale: ({ topic }) => topic === 'network.functions.updated',
})

/** Functions at nodes: what is deployed where, and an editor for one of them. */
export function FunctionsPanel() {
  const items = useResource(functions)?.items
  /** Name of the function that is open; empty for a new one. */
  const [open, setOpen] = useState<string | null>(null)
  const remove = async (name: string): Promise<void> => {
    if (!(await confirm(t.removeTitle(name), t.removeText, t.removeAction))) return
    try {
      await call('DELETE', `/network/functions/${name}`)
      if (open === name) setOpen(null)
      notify(t.removed(name))
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <section className="card card-body stack" aria-label={t.title} data-testid="functions-panel">
      <div className="row functions-head">
        <h2>{t.title}</h2>
        <button type="button" className="button" onClick={() => setOpen('')} data-testid="add-function">
          <Plus size={16} aria-hidden="true" /> {t.add}
        </button>
      </div>
      <p className="quiet small">{t.lead}</p>
      {items?.length === 0 && open === null && <p className="quiet">{t.none}</p>}
      <ul className="function-list">
        {items?.map((each) => (
          <li key={each.name} data-testid="function" data-function={each.name}>
            <button type="button" className="button quiet" onClick={() => setOpen(each.name)} data-testid="edit-function">
              {t.edit(each.name)}
            </button>
            <span className="quiet small">{t.version(each.version)}</span>
            <code translate="no">{each.routes.join(' ')}</code>
            <NodeStates nodes={each.nodes} />
            <button
              type="button"
              className="button quiet icon"
              aria-label={t.remove(each.name)}
              title={t.remove(each.name)}
              onClick={() => void remove(each.name)}
              data-testid="delete-function"
            >
              <Trash2 size={16} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      {open !== null && <FunctionEditor key={open} name={open} onDeployed={setOpen} onClose={() => setOpen(null)} />}
    </section>
  )
}

function NodeStates({ nodes }: { readonly nodes: Shown['nodes'] }) {
  return nodes.map(({ id, name, state, reason }) => (
    <span key={id} className={`chip ${state === 'failed' ? 'error' : state === 'done' ? 'good' : 'ended'}`} title={reason ?? undefined}>
      {name}: {t.states[state]}
      {reason !== null && ` (${reason})`}
    </span>
  ))
}
