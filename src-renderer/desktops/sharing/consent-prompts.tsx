import { call } from '../../client/api.ts'
import { Collection, useCollection } from '../../client/collection.ts'
import { notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'
import './sharing.css'

const consents = new Collection({ path: '/desktop/consents', updated: ['desktop.consent.asked'], removed: ['desktop.consent.ended'] })

/** Asks admins whether somebody who waits may open a desktop. */
export function ConsentPrompts() {
  const { items } = useCollection(consents)
  return (
    <div role="status" className="desktop-consents">
      {Object.values(items).map(({ id, name, rights }) => (
        <div key={id} className="card card-body" data-testid="desktop-consent">
          <p>
            {t.wantsToCome(name)} {t.youMayThere} {rights.map((right) => t.rights[right]).join(', ')}
          </p>
          <div className="row">
            {([true, false] as const).map((allowed) => (
              <button
                key={String(allowed)}
                type="button"
                className={allowed ? 'button primary' : 'button'}
                onClick={() => void call('POST', `/desktop/consents/${id}`, { body: { allowed } }).catch(notifyError)}
                data-testid={allowed ? 'consent-allow' : 'consent-deny'}
              >
                {allowed ? t.allow : t.deny}
              </button>
            ))}
          </div>
        </div>
      ))}
    </div>
  )
}
