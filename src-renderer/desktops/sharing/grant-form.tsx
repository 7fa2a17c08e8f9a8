import { useState } from 'react'
import type { Right } from '../../../src-main/desktop/rights/rights.ts'
import { call } from '../../client/api.ts'
import { useCollection } from '../../client/collection.ts'
import { useResource } from '../../client/resource.ts'
import { tokens } from '../../client/tokens.ts'
import { DialogForm } from '../../components/dialog-form.tsx'
import { notify } from '../../components/toasts.tsx'
import { type Grant, grants } from './grant-list.tsx'
import { type Lifetime, LifetimeField } from './lifetime-field.tsx'
import { t } from './messages.ts'
import { RightsFields } from './rights-fields.tsx'

const lifetimes: readonly Lifetime[] = [0, 60, 480, 1440, 10_080, 43_200]

interface GrantFormProps {
  readonly display: string
  /** What a user has; undefined: somebody else is to have rights. */
  readonly grant: Grant | undefined
  readonly onClose: () => void
}

/** Gives a user of the host rights at a desktop, in the place of those they had there. */
export function GrantForm({ display, grant, onClose }: GrantFormProps) {
  const granted = useResource(grants, display)
  const { loaded, items } = useCollection(tokens)
  const [chosen, setChosen] = useState('')
  const [rights, setRights] = useState<readonly Right[]>(grant?.rights ?? ['see', 'control'])
  const before = grant?.expiresAt ?? undefined
  const [minutes, setMinutes] = useState<Lifetime>(before === undefined ? 0 : -1)
  const taken = new Set(granted?.items.map(({ user }) => user))
  const others = Object.values(items)
    .filter(({ id, role, revokedAt }) => role !== 'admin' && revokedAt === null && !taken.has(`token:${id}`))
    .sort((one, two) => one.label.localeCompare(two.label))
    .map(({ id, label }) => ({ user: `token:${id}`, name: label }))
  const [first] = others
  const user = grant ?? others.find((each) => each.user === chosen) ?? first
  const submit = async (): Promise<void> => {
    if (user === undefined) return
    const expiresAt = minutes < 0 ? before : minutes === 0 ? null : new Date(Date.now() + minutes * 60_000).toISOString()
    await call('PUT', `/desktop/displays/${display}/grants/${encodeURIComponent(user.user)}`, {
      body: { rights: [...rights], expiresAt },
    })
    notify(t.savedRights(user.name ?? t.revokedUser))
    onClose()
  }
  return (
    <DialogForm
      onClose={onClose}
      onSubmit={submit}
      action={t.grant}
      testId="share-grant"
      disabled={rights.length === 0 || user === undefined}
    >
      <p>{t.grantHelp}</p>
      {grant !== undefined ? (
        <p>
          <b>{grant.name ?? t.revokedUser}</b>
        </p>
      ) : loaded && others.length === 0 ? (
        <p className="hint bad" role="status">
          {t.nobodyElse}
        </p>
      ) : (
        <div className="field">
          <label htmlFor="share-user">{t.user}</label>
          <select
            id="share-user"
            className="input"
            value={user?.user ?? ''}
            onChange={({ target }) => setChosen(target.value)}
            data-testid="share-user"
          >
            {others.map((each) => (
              <option key={each.user} value={each.user}>
                {each.name}
              </option>
            ))}
          </select>
        </div>
      )}
      <RightsFields legend={t.may} rights={rights} onChange={setRights} testId="grant-right" />
      <LifetimeField
        id="grant-minutes"
        values={before === undefined ? lifetimes : [-1, ...lifetimes]}
        value={minutes}
        onChange={setMinutes}
        before={before}
      />
    </DialogForm>
  )
}
