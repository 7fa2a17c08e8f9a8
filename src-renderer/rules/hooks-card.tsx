import { History, Pencil, Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import type { Hook } from '../client/types.ts'
import { CardTable } from '../components/card-table.tsx'
import { CopyField } from '../components/copy.tsx'
import { confirm } from '../components/dialog.tsx'
import { RowButton } from '../components/entity-table.tsx'
import { ShownOnceDialog } from '../components/shown-once-dialog.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { rules as t } from '../messages/page.ts'
import { DeliveriesDialog } from './deliveries-dialog.tsx'
import { HookDialog } from './hook-dialog.tsx'
import { hooks } from './rule-stores.ts'

/** HTTP hooks: which programs are notified and asked. */
export function HooksCard() {
  const { loaded, items } = useCollection(hooks)
  const shown = Object.values(items)
  const [edited, setEdited] = useState<Hook | 'new' | null>(null)
  const [looked, setLooked] = useState<Hook | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const test = async (hook: Hook) => {
    try {
      const said = await call('POST', `/live/hooks/${hook.id}/test`)
      notify(
        said.status === null ? t.doesNotAnswer(hook.label, said.error ?? '') : t.answeredInMs(hook.label, said.status, said.durationMs),
      )
    } catch (error) {
      notifyError(error)
    }
  }
  const toggle = async (hook: Hook) => {
    try {
      await call('PATCH', `/live/hooks/${hook.id}`, { body: { enabled: !hook.enabled } })
    } catch (error) {
      notifyError(error)
    }
  }
  const remove = async (hook: Hook) => {
    if (!(await confirm(t.removeHookQuestion(hook.label), t.itWillNoLongerBe, t.remove))) return
    try {
      await call('DELETE', `/live/hooks/${hook.id}`)
      notify(t.theHookWasRemoved)
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <CardTable
      title={t.hooks}
      buttons={
        <button type="button" className="button" onClick={() => setEdited('new')} data-testid="new-hook">
          <Plus size={16} /> {t.createHook}
        </button>
      }
      items={loaded ? shown : undefined}
      empty={t.noHooksYetAHook}
      columns={[
        {
          title: t.hook,
          cell: (hook) => (
            <>
              {hook.label}
              <div className="small quiet break">{hook.url}</div>
            </>
          ),
        },
        { title: t.events, cell: ({ events }) => <span className="small">{events.join(', ')}</span> },
        {
          title: t.on,
          cell: (hook) => (
            <button
              type="button"
              className="switch"
              role="switch"
              aria-checked={hook.enabled}
              aria-label={t.isOn2(hook.label)}
              onClick={() => void toggle(hook)}
            />
          ),
        },
      ]}
      actions={(hook) => (
        <span className="row">
          {(
            [
              [t.sendATest, Send, () => void test(hook), 'hook-test'],
              [t.deliveries, History, () => setLooked(hook), 'hook-deliveries'],
              [t.edit, Pencil, () => setEdited(hook), 'hook-edit'],
              [t.remove, Trash2, () => void remove(hook), 'hook-remove'],
            ] as const
          ).map(([title, Icon, act, testId]) => (
            <RowButton
              key={title}
              icon={<Icon size={16} />}
              title={title}
              label={`${title}: ${hook.label}`}
              onClick={act}
              testId={testId}
            />
          ))}
        </span>
      )}
      testId="hooks"
      rowTestId="hook-row"
    >
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
    </CardTable>
  )
}
