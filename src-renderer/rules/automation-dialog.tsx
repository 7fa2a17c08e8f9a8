import { useState } from 'react'
import { call } from '../client/api.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { rules as t } from '../messages/page.ts'
import { type ActionTargets, noTargets } from '../studio/macros/action-fields.ts'
import { ActionList } from '../studio/macros/action-list.tsx'
import { t as macros } from '../studio/macros/messages.ts'
import { RuleEditor } from '../studio/macros/rule-editor.tsx'
import type { RuleSettings } from '../studio/macros/rule-fields.ts'
import { type Rule, rules } from '../studio/macros/rule-stores.ts'
import { useDocument } from '../studio/show-store.ts'
import type { Action } from '../studio/types.ts'
import '../studio/parts-editor.css'
import '../studio/studio.css'

interface Props {
  /** Undefined: a new one. */
  readonly rule: Rule | undefined
  readonly onClose: () => void
}

/** Makes or changes a rule of the host: what triggers it, and what it does. Scenes and sources are those of the open show. */
export function AutomationDialog({ rule, onClose }: Props) {
  const targets: ActionTargets = useDocument() ?? noTargets
  const [name, setName] = useState(rule?.name ?? '')
  const [settings, setSettings] = useState<RuleSettings>(rule?.settings ?? { mode: 'on', triggers: [] })
  const [actions, setActions] = useState<readonly Action[]>((rule?.actions ?? []) as unknown as readonly Action[])
  const submit = async (): Promise<void> => {
    const body = { name: name.trim(), settings, actions }
    await rules.keep(
      rule === undefined ? call('POST', '/automation/rules', { body }) : call('PATCH', `/automation/rules/${rule.id}`, { body }),
    )
    onClose()
  }
  return (
    <Dialog title={rule === undefined ? t.newRule : t.editNamed(rule.name)} onClose={onClose} testId="automation-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={submit}
        action={rule === undefined ? t.createRule : t.save}
        testId="automation-submit"
        disabled={name.trim() === '' || actions.length === 0}
      >
        <div className="field">
          <label htmlFor="automation-name">{macros.name}</label>
          <input
            id="automation-name"
            className="input"
            value={name}
            maxLength={120}
            required
            autoFocus
            onChange={(event) => setName(event.target.value)}
            data-testid="automation-name"
          />
        </div>
        <ActionList
          id="actions"
          title={macros.actions}
          empty={macros.noRuleActions}
          actions={actions}
          document={targets}
          onChange={setActions}
        />
        <RuleEditor id={rule?.id} name={name} rule={settings} document={targets} onChange={setSettings} />
      </DialogForm>
    </Dialog>
  )
}
