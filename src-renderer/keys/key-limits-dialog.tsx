import { type FormEvent, useState } from 'react'
import { call, explain } from '../client/api.ts'
import { keepKey } from '../client/sync.ts'
import type { StreamKey } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { tell } from '../components/toasts.tsx'
import { KeyLimitFields, type KeyRules } from './key-limit-fields.tsx'
import { KeyRoleFields } from './key-role-fields.tsx'

/** Which publisher the key is for, what it may send, and how many may watch. */
export function KeyLimitsDialog({ streamKey, onClose }: { readonly streamKey: StreamKey; readonly onClose: () => void }) {
  const [rules, setRules] = useState<KeyRules>({ limits: streamKey.limits, onOverLimit: streamKey.onOverLimit })
  const [role, setRole] = useState({ role: streamKey.role, sameAddressOnly: streamKey.sameAddressOnly })
  const [refusal, setRefusal] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setRefusal('')
    try {
      keepKey(await call<StreamKey>('PATCH', `/live/keys/${streamKey.id}`, { body: { ...role, ...rules } }))
      tell('The rules of the key were changed')
      onClose()
    } catch (error) {
      setRefusal(explain(error))
      setBusy(false)
    }
  }
  return (
    <Dialog title={`Rules of the key of ${streamKey.stream}`} onClose={onClose} testId="key-limits-dialog">
      <form className="stack" onSubmit={submit}>
        <KeyRoleFields rules={role} onChange={setRole} />
        <KeyLimitFields rules={rules} onChange={setRules} />
        {refusal && (
          <p className="advice bad" role="alert">
            {refusal}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary" disabled={busy} data-testid="limits-submit">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}
