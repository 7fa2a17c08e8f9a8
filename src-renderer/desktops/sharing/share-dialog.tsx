import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import type { Item } from '../../../src-main/api/typed-api.ts'
import type { Right } from '../../../src-main/desktop/rights/rights.ts'
import { call } from '../../client/api.ts'
import { Resource, useResource } from '../../client/resource.ts'
import { CopyField } from '../../components/copy.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { DialogForm } from '../../components/dialog-form.tsx'
import { loadLater } from '../../components/load-later.tsx'
import { ShownOnceDialog } from '../../components/shown-once-dialog.tsx'
import { notify, notifyError } from '../../components/toasts.tsx'
import { locale } from '../../messages/language.ts'
import { t } from './messages.ts'
import { RightsFields } from './rights-fields.tsx'

/** Loaded with the first link. */
const QrCode = loadLater(async () => (await import('../../components/qr-code.tsx')).QrCode)

const isStale = ({ topic, data }: { readonly topic: string; readonly data: unknown }, key: string): boolean =>
  topic === 'desktop.updated' && (data as { readonly id: string }).id === key
const invitations = new Resource({ path: (id) => `/desktop/displays/${id}/invitations` as const, isStale })
const attendees = new Resource({ path: (id) => `/desktop/displays/${id}/attendees` as const, isStale })

/** Minutes that a link may be valid. */
const lifetimes = [15, 60, 8 * 60, 24 * 60, 7 * 24 * 60] as const
const lifetimeText = (minutes: number): string =>
  minutes < 60 ? t.minutes(minutes) : minutes < 24 * 60 ? t.hours(minutes / 60) : t.days(minutes / (24 * 60))

type Invitation = Item<'/desktop/displays/*/invitations'>
type Attendee = Item<'/desktop/displays/*/attendees'>

interface ShareButtonProps {
  /** Of the display. */
  readonly id: string
  readonly name: string
}

interface ShareDialogProps extends ShareButtonProps {
  readonly onClose: () => void
}

/** Opens the dialog of who may come to a desktop. */
export function ShareButton({ id, name }: ShareButtonProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        className="button quiet icon"
        aria-label={t.share(name)}
        title={t.share(name)}
        onClick={() => setOpen(true)}
        data-testid="desktop-share"
      >
        <UserPlus size={16} aria-hidden="true" />
      </button>
      {open && <ShareDialog id={id} name={name} onClose={() => setOpen(false)} />}
    </>
  )
}

/** Who may come to a desktop: links for guests, and who is there now. */
function ShareDialog({ id, name, onClose }: ShareDialogProps) {
  const [rights, setRights] = useState<readonly Right[]>(['see', 'control'])
  const [once, setOnce] = useState(true)
  const [asks, setAsks] = useState(false)
  const [minutes, setMinutes] = useState<number>(60)
  const [link, setLink] = useState<string>()
  const valid = useResource(invitations, id)
  const there = useResource(attendees, id)
  if (link !== undefined) {
    return (
      <ShownOnceDialog title={t.link} advice={t.linkHelp} onClose={onClose} testId="share-link-dialog" savedTestId="share-link-done">
        <div className="desktop-link-code">
          <CopyField label={t.link} value={link} testId="share-link" />
          <QrCode text={link} label={t.qrCode} />
        </div>
      </ShownOnceDialog>
    )
  }
  return (
    <Dialog title={t.share(name)} onClose={onClose} testId="share-dialog">
      <DialogForm
        onClose={onClose}
        onSubmit={async () => {
          const body = { rights: [...rights], once, asks, expiresInMinutes: minutes }
          setLink((await call('POST', `/desktop/displays/${id}/invitations`, { body })).url)
        }}
        action={t.createLink}
        testId="share-create"
        disabled={rights.length === 0}
      >
        <p>{t.inviteHelp}</p>
        <RightsFields legend={t.may} rights={rights} onChange={setRights} testId="share-right" />
        <div className="field">
          <label htmlFor="share-minutes">{t.validFor}</label>
          <select id="share-minutes" className="input" value={minutes} onChange={({ target }) => setMinutes(Number(target.value))}>
            {lifetimes.map((each) => (
              <option key={each} value={each}>
                {lifetimeText(each)}
              </option>
            ))}
          </select>
        </div>
        <label className="check">
          <input type="checkbox" checked={once} onChange={({ target }) => setOnce(target.checked)} data-testid="share-once" /> {t.once}
        </label>
        <label className="check">
          <input type="checkbox" checked={asks} onChange={({ target }) => setAsks(target.checked)} data-testid="share-asks" /> {t.asksFirst}
        </label>
        <h3>{t.invitations}</h3>
        {valid === undefined || valid.items.length === 0 ? (
          <p className="quiet">{t.noInvitations}</p>
        ) : (
          <ul className="desktop-shared" data-testid="share-invitations">
            {valid.items.map((each) => (
              <InvitationRow key={each.id} display={id} invitation={each} />
            ))}
          </ul>
        )}
        <h3>{t.people}</h3>
        {there === undefined || there.items.length === 0 ? (
          <p className="quiet">{t.nobody}</p>
        ) : (
          <ul className="desktop-shared" data-testid="share-people">
            {there.items.map((each) => (
              <AttendeeRow key={each.id} display={id} attendee={each} />
            ))}
          </ul>
        )}
      </DialogForm>
    </Dialog>
  )
}

function InvitationRow({ display, invitation }: { readonly display: string; readonly invitation: Invitation }) {
  const { id, rights, expiresAt, guests } = invitation
  return (
    <li>
      <span>
        {rights.map((right) => t.rights[right]).join(', ')}
        <br />
        <span className="quiet small">
          {t.invitationUntil(new Date(expiresAt).toLocaleString(locale))}{' '}
          {guests.length === 0 ? t.nobodyCame : t.cameBy(guests.map(({ name }) => name).join(', '))}
        </span>
      </span>
      <button
        type="button"
        className="button"
        onClick={() => void call('DELETE', `/desktop/displays/${display}/invitations/${id}`).catch(notifyError)}
        data-testid="share-revoke"
      >
        {t.revoke}
      </button>
    </li>
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
