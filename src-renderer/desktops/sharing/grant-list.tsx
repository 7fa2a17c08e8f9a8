import type { Item } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { notify, notifyError } from '../../components/toasts.tsx'
import { locale } from '../../messages/language.ts'
import { t } from './messages.ts'
import { isStale } from './stale.ts'

/** Users of the host who have rights at a display. */
export const grants = new Resource({ path: (id) => `/desktop/displays/${id}/grants` as const, isStale })

export type Grant = Item<'/desktop/displays/*/grants'>

interface GrantListProps {
  readonly display: string
  readonly onChange: (grant: Grant) => void
}

/** What users of the host may do at a desktop, besides admins, who may do everything. */
export function GrantList({ display, onChange }: GrantListProps) {
  const granted = useResource(grants, display)
  if (granted === undefined || granted.items.length === 0) return <p className="quiet">{t.noUsers}</p>
  return (
    <ul className="desktop-shared" data-testid="share-users">
      {granted.items.map((each) => (
        <GrantRow key={each.user} display={display} grant={each} onChange={() => onChange(each)} />
      ))}
    </ul>
  )
}

interface GrantRowProps {
  readonly display: string
  readonly grant: Grant
  readonly onChange: () => void
}

function GrantRow({ display, grant: { user, name, rights, expiresAt }, onChange }: GrantRowProps) {
  const shown = name ?? t.revokedUser
  const revokeAll = async (): Promise<void> => {
    await call('DELETE', `/desktop/displays/${display}/grants/${encodeURIComponent(user)}`)
    notify(t.revoked(shown))
  }
  return (
    <li>
      <span>
        <b>{shown}</b>
        <br />
        <span className="quiet small">
          {rights.map((right) => t.rights[right]).join(', ')}
          {expiresAt !== null && ` · ${t.until(new Date(expiresAt).toLocaleString(locale))}`}
        </span>
      </span>
      <button type="button" className="button" aria-label={t.changeOf(shown)} onClick={onChange} data-testid="share-change">
        {t.change}
      </button>
      <button
        type="button"
        className="button"
        aria-label={t.revokeOf(shown)}
        onClick={() => void revokeAll().catch(notifyError)}
        data-testid="share-take-back"
      >
        {t.revoke}
      </button>
    </li>
  )
}
