import type { Item } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { notifyError } from '../../components/toasts.tsx'
import { locale } from '../../messages/language.ts'
import { t } from './messages.ts'
import { isStale } from './stale.ts'

const invitations = new Resource({ path: (id) => `/desktop/displays/${id}/invitations` as const, isStale })

type Invitation = Item<'/desktop/displays/*/invitations'>

/** Links that are valid, and who came by them. */
export function InvitationList({ display }: { readonly display: string }) {
  const valid = useResource(invitations, display)
  if (valid === undefined || valid.items.length === 0) return <p className="quiet">{t.noInvitations}</p>
  return (
    <ul className="desktop-shared" data-testid="share-invitations">
      {valid.items.map((each) => (
        <InvitationRow key={each.id} display={display} invitation={each} />
      ))}
    </ul>
  )
}

function InvitationRow({ display, invitation }: { readonly display: string; readonly invitation: Invitation }) {
  const { id, rights, expiresAt, guests } = invitation
  const may = rights.map((right) => t.rights[right]).join(', ')
  return (
    <li>
      <span>
        {may}
        <br />
        <span className="quiet small">
          {t.invitationUntil(new Date(expiresAt).toLocaleString(locale))}{' '}
          {guests.length === 0 ? t.nobodyCame : t.cameBy(guests.map(({ name }) => name).join(', '))}
        </span>
      </span>
      <button
        type="button"
        className="button"
        aria-label={t.revokeInvitation(may)}
        onClick={() => void call('DELETE', `/desktop/displays/${display}/invitations/${id}`).catch(notifyError)}
        data-testid="share-revoke"
      >
        {t.revoke}
      </button>
    </li>
  )
}
