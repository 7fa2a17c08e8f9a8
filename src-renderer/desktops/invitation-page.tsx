import { type FormEvent, type ReactNode, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Answer } from '../../src-main/api/typed-api.ts'
import { call, explain } from '../client/api.ts'
import { FormError } from '../components/form-error.tsx'
import { useTitle } from '../components/page.ts'
import { locale } from '../messages/language.ts'
import { DesktopView } from './desktop-page.tsx'
import { t } from './sharing/messages.ts'
import { RightsList } from './sharing/rights-fields.tsx'
import './desktops.css'

type Invitation = Answer<'POST', '/desktop/invitations/read'>

/** The page behind an invitation: who invites, what the guest may do, then the desktop. The link's key is behind its #. */
export function InvitationPage() {
  useTitle(t.invitedTitle)
  const hash = useSyncExternalStore(followHash, () => location.hash)
  const key = new URLSearchParams(hash.slice(1)).get('key') ?? ''
  return <Invited key={key} invitationKey={key} />
}

function Invited({ invitationKey: key }: { readonly invitationKey: string }) {
  // A page that is loaded again comes back as the same guest.
  const stored = `desktop.guest.${key.slice(0, 12)}`
  const [guest, setGuest] = useState(() => sessionStorage.getItem(stored))
  const [left, setLeft] = useState(false)
  const connection = useMemo(() => ({ guest: guest ?? '' }), [guest])
  if (key === '') return <Notice>{t.noKey}</Notice>
  if (guest === null) {
    return (
      <Join
        invitationKey={key}
        onJoined={(secret) => {
          sessionStorage.setItem(stored, secret)
          setGuest(secret)
        }}
      />
    )
  }
  if (!left)
    return (
      <DesktopView connection={connection} name={t.invitedTitle} resizes={true} audio="on" owner={false} onLeave={() => setLeft(true)} />
    )
  return (
    <Notice>
      {t.left}
      <button type="button" className="button primary" onClick={() => setLeft(false)} data-testid="invitation-again">
        {t.joinAgain}
      </button>
    </Notice>
  )
}

interface JoinProps {
  readonly invitationKey: string
  readonly onJoined: (guest: string) => void
}

function Join({ invitationKey: key, onJoined }: JoinProps) {
  const [invitation, setInvitation] = useState<Invitation>()
  const [problem, setProblem] = useState('')
  const [name, setName] = useState('')
  const [joining, setJoining] = useState(false)
  useEffect(() => {
    call('POST', '/desktop/invitations/read', { body: { key } }).then(setInvitation, (error: unknown) => setProblem(explain(error)))
  }, [key])
  const join = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setJoining(true)
    try {
      onJoined((await call('POST', '/desktop/invitations/join', { body: { key, name: name.trim() } })).guest)
    } catch (error) {
      setProblem(explain(error))
      setJoining(false)
    }
  }
  if (invitation === undefined) return <Notice>{problem === '' ? t.reading : <FormError text={problem} />}</Notice>
  return (
    <main className="center-page" id="content" data-testid="invitation-page">
      <form className="card card-body stack desktop-invited" onSubmit={(event) => void join(event)}>
        <h1>{t.invitedTitle}</h1>
        <p>{invitation.separate ? t.invitedToOwn(invitation.invitedBy) : t.invitedBy(invitation.invitedBy, invitation.display)}</p>
        <p>
          {t.youMay} <span className="quiet">{t.until(new Date(invitation.expiresAt).toLocaleString(locale))}</span>
        </p>
        <RightsList rights={invitation.rights} />
        <p className="advice">{t.consent}</p>
        <div className="field">
          <label htmlFor="invitation-name">{t.yourName}</label>
          <input
            id="invitation-name"
            className="input"
            value={name}
            maxLength={60}
            autoComplete="name"
            required
            onChange={(event) => setName(event.target.value)}
            data-testid="invitation-name"
          />
        </div>
        <FormError text={problem} />
        <button type="submit" className="button primary big" disabled={joining || name.trim() === ''} data-testid="invitation-join">
          {joining ? t.joining : t.join}
        </button>
      </form>
    </main>
  )
}

function Notice({ children }: { readonly children: ReactNode }) {
  return (
    <main className="center-page" id="content" data-testid="invitation-notice">
      <div className="card empty">{children}</div>
    </main>
  )
}

function followHash(onChange: () => void): () => void {
  addEventListener('hashchange', onChange)
  return () => removeEventListener('hashchange', onChange)
}
