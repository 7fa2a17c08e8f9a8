import type { Item } from '../../../src-main/api/typed-api.ts'
import { call } from '../../client/api.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { notify, notifyError } from '../../components/toasts.tsx'
import { t } from './messages.ts'
import { isStale } from './stale.ts'

const attendees = new Resource({ path: (id) => `/desktop/displays/${id}/attendees` as const, isStale })

type Attendee = Item<'/desktop/displays/*/attendees'>

/** Who is at a desktop now. */
export function AttendeeList({ display }: { readonly display: string }) {
  const there = useResource(attendees, display)
  if (there === undefined || there.items.length === 0) return <p className="quiet">{t.nobody}</p>
  return (
    <ul className="desktop-shared" data-testid="share-people">
      {there.items.map((each) => (
        <AttendeeRow key={each.id} display={display} attendee={each} />
      ))}
    </ul>
  )
}

function AttendeeRow({ display, attendee }: { readonly display: string; readonly attendee: Attendee }) {
  const { id, name, rights, user } = attendee
  const allow = async (control: boolean): Promise<void> => {
    const others = rights.filter((right) => right !== 'control')
    await call('PATCH', `/desktop/displays/${display}/attendees/${id}`, { body: { rights: control ? [...others, 'control'] : others } })
    notify(t.savedRights(name))
  }
  return (
    <li>
      <span>
        {name} {user.startsWith('guest:') && <span className="quiet">· {t.guest}</span>}
      </span>
      <label className="check">
        <input
          type="checkbox"
          checked={rights.includes('control')}
          aria-label={t.mayControl(name)}
          onChange={({ target }) => void allow(target.checked).catch(notifyError)}
          data-testid="share-may-control"
        />
        {t.rights.control}
      </label>
      <button
        type="button"
        className="button"
        aria-label={t.disconnect(name)}
        onClick={() => void call('DELETE', `/desktop/displays/${display}/attendees/${id}`).catch(notifyError)}
        data-testid="share-disconnect"
      >
        {t.disconnectIt}
      </button>
    </li>
  )
}
