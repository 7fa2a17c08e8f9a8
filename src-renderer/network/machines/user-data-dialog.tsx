import { useEffect, useState } from 'react'
import { call } from '../../client/api.ts'
import { CloseAction, Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notifyError } from '../../components/toasts.tsx'
import type { Means } from './machine-form.tsx'
import { t } from './messages.ts'
import { emptyNode, NodeFields, wishOf } from './set-up-dialog.tsx'

/** A script with which one new machine of a cloud becomes a node at its first boot. */
export function UserDataDialog({ onClose }: { readonly onClose: () => void }) {
  const [means, setMeans] = useState<Means>()
  const [node, setNode] = useState(emptyNode)
  const [userData, setUserData] = useState<string | null>(null)
  useEffect(() => {
    call('GET', '/network/machines/means').then((found) => {
      setMeans(found)
      setNode((before) => ({ ...before, origin: found.origin }))
    }, notifyError)
  }, [])
  const make = async (): Promise<void> => {
    const body = {
      ...{ name: node.name.trim(), origin: node.origin.trim().replace(/\/$/, ''), cache: node.cache },
      ...wishOf(node),
    }
    setUserData((await call('POST', '/network/machines/user-data', { body })).userData)
  }
  return (
    <Dialog title={t.userDataTitle} onClose={onClose} testId="user-data-dialog" dismissible={userData === null}>
      {userData === null ? (
        <DialogForm onClose={onClose} onSubmit={make} action={t.userDataMake} testId="user-data-make" disabled={node.name.trim() === ''}>
          <p className="hint">{t.userDataText}</p>
          {means?.packages.length === 0 && <p className="advice">{t.noPackage}</p>}
          <NodeFields needsName node={node} change={(changes) => setNode((before) => ({ ...before, ...changes }))} />
        </DialogForm>
      ) : (
        <>
          <label htmlFor="user-data">{t.userDataShown}</label>
          <textarea
            id="user-data"
            className="input machine-key"
            rows={12}
            readOnly
            translate="no"
            value={userData}
            onFocus={(event) => event.target.select()}
            data-testid="user-data"
          />
          <CloseAction onClose={onClose} />
        </>
      )}
    </Dialog>
  )
}
