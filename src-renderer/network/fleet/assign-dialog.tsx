import { useState } from 'react'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notify } from '../../components/toasts.tsx'
import { type NodeItem, nodes } from '../nodes.ts'
import { TextField } from '../text-field.tsx'
import { t } from './messages.ts'

/** Group and labels of a node. */
export function AssignDialog({
  node,
  groups,
  onClose,
}: {
  readonly node: NodeItem
  readonly groups: readonly string[]
  readonly onClose: () => void
}) {
  const [group, setGroup] = useState(node.group ?? '')
  const [labels, setLabels] = useState(node.labels.join(', '))
  const save = async (): Promise<void> => {
    const words = labels.split(',').flatMap((each) => each.trim() || [])
    await nodes.keep(call('PATCH', `/network/nodes/${node.id}`, { body: { group: group === '' ? null : group, labels: words } }))
    notify(t.saved(node.name))
    onClose()
  }
  return (
    <Dialog title={t.assign(node.name)} onClose={onClose} testId="assign-dialog">
      <DialogForm onClose={onClose} onSubmit={save} action={t.save} testId="assign-save">
        <div className="field">
          <label htmlFor="assign-group">{t.group}</label>
          <select
            id="assign-group"
            className="input"
            value={group}
            onChange={(event) => setGroup(event.target.value)}
            data-testid="assign-group"
          >
            <option value="">{t.noGroup}</option>
            {groups.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </div>
        <TextField id="assign-labels" label={t.labels} value={labels} onChange={setLabels} hint={t.labelsHint} />
      </DialogForm>
    </Dialog>
  )
}
