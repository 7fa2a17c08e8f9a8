import { useState } from 'react'
import type { Right } from '../../../src-main/desktop/rights/rights.ts'
import { call } from '../../client/api.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { LifetimeField } from './lifetime-field.tsx'
import { t } from './messages.ts'
import { RightsFields } from './rights-fields.tsx'
import { type Separate, SeparateFields, templateOf } from './separate-fields.tsx'

const lifetimes = [15, 60, 480, 1440, 10_080] as const

interface InviteFormProps {
  readonly display: string
  readonly onLink: (url: string) => void
  readonly onClose: () => void
}

/** Makes a link for a guest. */
export function InviteForm({ display, onLink, onClose }: InviteFormProps) {
  const [rights, setRights] = useState<readonly Right[]>(['see', 'control'])
  const [once, setOnce] = useState(true)
  const [asks, setAsks] = useState(false)
  const [separate, setSeparate] = useState<Separate>()
  const [minutes, setMinutes] = useState<(typeof lifetimes)[number]>(60)
  return (
    <DialogForm
      onClose={onClose}
      onSubmit={async () => {
        const own = separate && { separate: templateOf(separate) }
        const body = { rights: [...rights], once, asks, ...own, expiresInMinutes: minutes }
        onLink((await call('POST', `/desktop/displays/${display}/invitations`, { body })).url)
      }}
      action={t.createLink}
      testId="share-create"
      disabled={rights.length === 0}
    >
      <p>{t.inviteHelp}</p>
      <RightsFields legend={t.may} rights={rights} onChange={setRights} testId="share-right" />
      <LifetimeField id="share-minutes" values={lifetimes} value={minutes} onChange={setMinutes} />
      <label className="check">
        <input type="checkbox" checked={once} onChange={({ target }) => setOnce(target.checked)} data-testid="share-once" /> {t.once}
      </label>
      <label className="check">
        <input type="checkbox" checked={asks} onChange={({ target }) => setAsks(target.checked)} data-testid="share-asks" /> {t.asksFirst}
      </label>
      <SeparateFields value={separate} onChange={setSeparate} />
    </DialogForm>
  )
}
