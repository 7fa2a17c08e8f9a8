import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '../client/api.ts'
import { useCollection } from '../client/collection.ts'
import { CardTable } from '../components/card-table.tsx'
import { confirm } from '../components/dialog.tsx'
import { RowButton } from '../components/entity-table.tsx'
import { Ago } from '../components/time.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { rules as t } from '../messages/page.ts'
import { t as macros } from '../studio/macros/messages.ts'
import { type Rule, rules } from '../studio/macros/rule-stores.ts'
import { useFollowedShow } from '../studio/show-store.ts'
import { AutomationDialog } from './automation-dialog.tsx'

/** Rules of the host, which do something by themselves whether or not a show is open. */
export function AutomationCard() {
  useFollowedShow()
  const { loaded, items } = useCollection(rules)
  const [edited, setEdited] = useState<Rule | 'new' | null>(null)
  const shown = Object.values(items)
    .filter((rule) => rule.of === 'host')
    .sort((one, other) => one.name.localeCompare(other.name))
  const toggle = async ({ id, settings }: Rule): Promise<void> => {
    try {
      await rules.keep(
        call('PATCH', `/automation/rules/${id}`, { body: { settings: { ...settings, mode: settings.mode === 'on' ? 'off' : 'on' } } }),
      )
    } catch (error) {
      notifyError(error)
    }
  }
  const remove = async ({ id, name }: Rule): Promise<void> => {
    if (!(await confirm(t.deleteRuleQuestion(name), t.itWillNoLongerRun, t.remove))) return
    try {
      await call('DELETE', `/automation/rules/${id}`)
      notify(t.theRuleWasDeleted)
    } catch (error) {
      notifyError(error)
    }
  }
  return (
    <CardTable
      title={t.automation}
      buttons={
        <button type="button" className="button" onClick={() => setEdited('new')} data-testid="new-automation">
          <Plus size={16} /> {t.createRule}
        </button>
      }
      items={loaded ? shown : undefined}
      empty={t.noRulesYetARule}
      columns={[
        {
          title: t.rule,
          cell: ({ name, settings }) => (
            <>
              {name}
              <div className="small quiet">{settings.triggers.map((trigger) => macros.ruleKind('on', trigger.on)).join(', ')}</div>
            </>
          ),
        },
        {
          title: t.ranLast,
          cell: ({ last, settings }) => (
            <span className="small">
              {settings.mode === 'dry-run' && <>{macros.results['dry-run']} · </>}
              {last === null ? macros.noLog : <Ago iso={last.time} />} {last !== null && macros.results[last.result]}
            </span>
          ),
        },
        {
          title: t.on,
          cell: (rule) => (
            <button
              type="button"
              className="switch"
              role="switch"
              aria-checked={rule.settings.mode === 'on'}
              aria-label={t.isOn2(rule.name)}
              onClick={() => void toggle(rule)}
              data-testid="automation-on"
            />
          ),
        },
      ]}
      actions={(rule) => (
        <span className="row">
          {(
            [
              [t.edit, Pencil, () => setEdited(rule), 'automation-edit'],
              [t.remove, Trash2, () => void remove(rule), 'automation-remove'],
            ] as const
          ).map(([title, Icon, act, testId]) => (
            <RowButton key={title} icon={<Icon size={16} />} title={title} label={`${title}: ${rule.name}`} onClick={act} testId={testId} />
          ))}
        </span>
      )}
      testId="automation"
      rowTestId="automation-row"
    >
      {edited && <AutomationDialog rule={edited === 'new' ? undefined : edited} onClose={() => setEdited(null)} />}
    </CardTable>
  )
}
