import { useEffect, useState } from 'react'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notifyError } from '../../components/toasts.tsx'
import { accessOf, type Means, newAccess, SignInFields } from '../machines/machine-form.tsx'
import { TextField } from '../text-field.tsx'
import { t } from './messages.ts'
import { RolloutProgress } from './rollout-progress.tsx'

/** The program of nodes is updated over SSH, one stage after the other. */
export function UpdateDialog({ groups, onClose }: { readonly groups: readonly string[]; readonly onClose: () => void }) {
  const [means, setMeans] = useState<Means>()
  const [rollout, setRollout] = useState<string | null>(null)
  useEffect(() => {
    call('GET', '/network/machines/means').then(setMeans, (error) => {
      notifyError(error)
      onClose()
    })
  }, [onClose])
  return (
    <Dialog title={t.updateTitle} onClose={onClose} testId="update-dialog" dismissible={false}>
      {means === undefined ? (
        <p className="quiet">{t.loading}</p>
      ) : rollout === null ? (
        <UpdateForm means={means} groups={groups} onClose={onClose} onStarted={setRollout} />
      ) : (
        <RolloutProgress id={rollout} onClose={onClose} />
      )}
    </Dialog>
  )
}

function UpdateForm({
  means,
  groups,
  onClose,
  onStarted,
}: {
  readonly means: Means
  readonly groups: readonly string[]
  readonly onClose: () => void
  readonly onStarted: (id: string) => void
}) {
  const [access, setAccess] = useState(() => ({ ...newAccess(means), user: '' }))
  const [group, setGroup] = useState('')
  const [first, setFirst] = useState('1')
  const [drainS, setDrainS] = useState('30')
  const [nginx, setNginx] = useState(false)
  const start = async (): Promise<void> => {
    const { credentials, sudoPassword } = accessOf(access)
    const { id } = await call('POST', '/network/updates', {
      body: {
        credentials,
        ...(sudoPassword === undefined ? {} : { sudoPassword }),
        ...(group === '' ? {} : { group }),
        ...{ first: Number(first), drainS: Number(drainS), nginx },
      },
    })
    onStarted(id)
  }
  return (
    <DialogForm onClose={onClose} onSubmit={start} action={t.update} testId="update-start">
      <p className="hint">{t.updateText}</p>
      <div className="field">
        <label htmlFor="update-group">{t.which}</label>
        <select id="update-group" className="input" value={group} onChange={(event) => setGroup(event.target.value)}>
          <option value="">{t.allNodes}</option>
          {groups.map((name) => (
            <option key={name} value={name}>
              {t.groupOption(name)}
            </option>
          ))}
        </select>
        <span className="hint">{t.userIsKept}</span>
      </div>
      <SignInFields means={means} draft={access} change={(changes) => setAccess((before) => ({ ...before, ...changes }))} />
      <div className="fleet-pair">
        <TextField id="update-first" label={t.first} value={first} onChange={setFirst} type="number" required />
        <TextField id="update-drain" label={t.drain} value={drainS} onChange={setDrainS} type="number" required />
      </div>
      <label className="check">
        <input type="checkbox" checked={nginx} onChange={() => setNginx(!nginx)} /> {t.nginx}
      </label>
    </DialogForm>
  )
}
