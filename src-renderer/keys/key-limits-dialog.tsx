import { useState } from 'react'
import { call } from '../client/api.ts'
import { keepKey } from '../client/follow-host.ts'
import type { StreamKey } from '../client/types.ts'
import { Dialog } from '../components/dialog.tsx'
import { DialogForm } from '../components/dialog-form.tsx'
import { notify } from '../components/toasts.tsx'
import { keys as t } from '../messages/page.ts'
import { KeyLimitFields, type KeyRules } from './key-limit-fields.tsx'
import { KeyRoleFields } from './key-role-fields.tsx'

/** Which publisher the key is for, what it may send, and how many may watch. */
export function KeyLimitsDialog({ streamKey, onClose }: { readonly streamKey: StreamKey; readonly onClose: () => void }) {
  const [rules, setRules] = useState<KeyRules>({ limits: streamKey.limits, onOverLimit: streamKey.onOverLimit })
  const [role, setRole] = useState({
    role: streamKey.role,
    sameAddressOnly: streamKey.sameAddressOnly,
    restartWindowMs: streamKey.restartWindowMs,
  })
  const submit = async () => {
    await keepKey(call('PATCH', `/live/keys/${streamKey.id}`, { body: { ...role, ...rules } }))
    notify(t.theRulesOfTheKey)
    onClose()
  }
  return (
    <Dialog title={t.rulesOfTheKeyOf(streamKey.stream)} onClose={onClose} testId="key-limits-dialog">
      <DialogForm onClose={onClose} onSubmit={submit} action={t.save} testId="limits-submit">
        <KeyRoleFields rules={role} onChange={setRole} />
        <KeyLimitFields rules={rules} onChange={setRules} />
      </DialogForm>
    </Dialog>
  )
}
