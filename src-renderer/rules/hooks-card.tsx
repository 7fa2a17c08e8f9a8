import { History, Pencil, Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import type { Hook } from '../client/types.ts'
import { CopyField } from '../components/copy.tsx'
import { confirm } from '../components/dialog.tsx'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'
import { tell, tellError } from '../components/toasts.tsx'
import { rules as t } from '../messages/page.ts'
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
      const said = await call('POST', `/live/hooks/${hook.id}/test`)
      tell(said.status === null ? t.doesNotAnswer(hook.label, said.error ?? '') : t.answeredInMs(hook.label, said.status, said.durationMs))
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
    if (!(await confirm(t.removeHookQuestion(hook.label), t.itWillNoLongerBe, t.remove))) return
    try {
      await call('DELETE', `/live/hooks/${hook.id}`)
      tell(t.theHookWasRemoved)
    } catch (error) {
      tellError(error)
    }
  }
  return (
    <section className="card" aria-label={t.hooks}>
      <header>
        <h2>{t.hooks}</h2>
        <button type="button" className="button" onClick={() => setEdited('new')} data-testid="new-hook">
          <Plus size={16} /> {t.newHook}
        </button>
      </header>
      {!loaded ? (
        <div className="card-body">
          <div className="skeleton settings-skeleton" />
        </div>
      ) : shown.length === 0 ? (
        <p className="card-body quiet">{t.noHooksYetAHook}</p>
      ) : (
        <div className="table-wrap">
          <table data-testid="hooks">
            <thead>
              <tr>
                <th>{t.hook}</th>
                <th>{t.events}</th>
                <th>{t.on}</th>
                <th>
                  <span className="sr-only">{t.actions}</span>
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
                      aria-label={t.isOn2(hook.label)}
                      onClick={() => void toggle(hook)}
                    />
                  </td>
                  <td className="end">
                    <span className="row">
                      {(
                        [
                          [t.sendATest, Send, () => void test(hook), 'hook-test'],
                          [t.deliveries, History, () => setLooked(hook), 'hook-deliveries'],
                          [t.edit, Pencil, () => setEdited(hook), 'hook-edit'],
                          [t.remove, Trash2, () => void remove(hook), 'hook-remove'],
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
        <ShownOnceDialog title={t.newHook} advice={t.itIsShownOnlyNow} onClose={() => setSecret(null)} testId="hook-secret-dialog">
          <CopyField label={t.secret} value={secret} testId="hook-secret" />
        </ShownOnceDialog>
      )}
    </section>
  )
}
