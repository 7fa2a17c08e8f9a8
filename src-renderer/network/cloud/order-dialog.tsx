import { useEffect, useState } from 'react'
import { call } from '../../client/api.ts'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'
import { newOrder, nodeOf, OrderFields } from './order-fields.tsx'

/** One machine is ordered, which becomes a node. */
export function OrderDialog({ providers, onClose }: { readonly providers: readonly string[]; readonly onClose: () => void }) {
  const [draft, setDraft] = useState(() => newOrder(providers[0] ?? ''))
  const change = (changes: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...changes }))
  useEffect(() => {
    call('GET', '/network/machines/means').then(({ origin }) => setDraft((before) => ({ ...before, origin })), notifyError)
  }, [])
  const order = async (): Promise<void> => {
    const { provider, size, region } = draft
    const { name } = await call('POST', '/network/cloud-machines', { body: { provider, size, region, group: null, ...nodeOf(draft) } })
    notify(t.ordered(name))
    onClose()
  }
  return (
    <Dialog title={t.orderTitle} onClose={onClose} testId="order-dialog" dismissible={false}>
      <DialogForm
        onClose={onClose}
        onSubmit={order}
        action={t.order}
        testId="order-submit"
        disabled={draft.size === '' || draft.region === ''}
      >
        <p className="advice">{t.orderText}</p>
        <OrderFields providers={providers} draft={draft} change={change} />
      </DialogForm>
    </Dialog>
  )
}
