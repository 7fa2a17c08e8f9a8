import { History, Pencil, Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import type { Hook } from '../client/types.ts'
import { CopyField } from '../components/copy.tsx'
import { confirm } from '../components/dialog.tsx'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'
import { tell, tellError } from '../components/toasts.tsx'
import { DeliveriesDialog } from './deliveries-dialog.tsx'
import { HookDialog } from './hook-dialog.tsx'
import { hooks } from './rule-stores.ts'

/** HTTP hooks: which programs are told and asked. */
export function HooksCard() {
  const { loaded, items } = useCollection(hooks)
  const shown = Object.values(items)
  const [edited, setEdited] = useState<Hook | 'new' | null>(null)
  const [looked, setLooked] = useState<Hook | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const test = async (hook: Hook) => {
    try {
      const said = await call<{ status: number | null; error: string | null; durationMs: number }>('POST', `/live/hooks/${hook.id}/test`)
      tell(
        said.status === null
          ? `${hook.label} does not answer: ${said.error}`
          : `${hook.label} answered ${said.status} in ${said.durationMs} ms`,
      )
    } catch (error) {
      tellError(error)
    }
  }
  const toggle = async (hook: Hook) => {
    try {
      await call('PATCH', `/live/hooks/${hook.id}`, { body: { enabled: !hook.enabled } })
    } catch (error) {
      tellError(error)
    }
  }
  const remove = async (hook: Hook) => {
    if (!(await confirm(`Remove hook "${hook.label}"?`, 'It will no longer be called, and its secret is deleted.', 'Remove'))) return
    try {
      await call('DELETE', `/live/hooks/${hook.id}`)
      tell('The hook was removed')
    } catch (error) {
      tellError(error)
    }
  }
  return (
    <section className="card" aria-label="Hooks">
      <header>
        <h2>Hooks</h2>
        <button type="button" className="button" onClick={() => setEdited('new')} data-testid="new-hook">
          <Plus size={16} /> New hook
        </button>
      </header>
      {!loaded ? (
        <div className="card-body">
          <div className="skeleton settings-skeleton" />
        </div>
      ) : shown.length === 0 ? (
        <p className="card-body quiet">
          No hooks yet. A hook is a URL that AMI Streams calls when a stream starts, ends or raises an alert, and that may decide who
          publishes and who watches.
        </p>
      ) : (
        <div className="table-wrap">
          <table data-testid="hooks">
            <thead>
              <tr>
                <th>Hook</th>
                <th>Events</th>
                <th>On</th>
                <th>
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((hook) => (
                <tr key={hook.id} data-testid="hook-row">
                  <td>
                    {hook.label}
                    <div className="small quiet break">{hook.url}</div>
                  </td>
                  <td className="small">{hook.events.join(', ')}</td>
                  <td>
                    <button
                      type="button"
                      className="switch"
                      role="switch"
                      aria-checked={hook.enabled}
                      aria-label={`${hook.label} is on`}
                      onClick={() => void toggle(hook)}
                    />
                  </td>
                  <td className="end">
                    <span className="row">
                      {(
                        [
                          ['Send a test', Send, () => void test(hook), 'hook-test'],
                          ['Deliveries', History, () => setLooked(hook), 'hook-deliveries'],
                          ['Edit', Pencil, () => setEdited(hook), 'hook-edit'],
                          ['Remove', Trash2, () => void remove(hook), 'hook-remove'],
                        ] as const
                      ).map(([title, Icon, act, testId]) => (
                        <button
                          key={title}
                          type="button"
                          className="button quiet icon"
                          aria-label={`${title}: ${hook.label}`}
                          title={title}
                          onClick={act}
                          data-testid={testId}
                        >
                          <Icon size={16} />
                        </button>
                      ))}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {edited && (
        <HookDialog
          hook={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(null)}
          onKept={(made) => {
            setEdited(null)
            setSecret(made ?? null)
          }}
        />
      )}
      {looked && <DeliveriesDialog hook={looked} onClose={() => setLooked(null)} />}
      {secret && (
        <ShownOnceDialog
          title="New hook"
          advice="It is shown only now. Check the header Streams-Signature with it; docs/hooks.md shows how."
          onClose={() => setSecret(null)}
          testId="hook-secret-dialog"
        >
          <CopyField label="Secret" value={secret} wrap testId="hook-secret" />
        </ShownOnceDialog>
      )}
    </section>
  )
}
