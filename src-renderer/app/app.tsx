import { useEffect } from 'react'
import { useRoute, useSearch } from 'wouter'
import { useClient } from '../client/store.ts'
import { ConfirmDialog } from '../components/dialog.tsx'
import { loadLater } from '../components/load-later.tsx'
import { startReadAhead } from '../components/read-ahead.ts'
import { Toasts } from '../components/toasts.tsx'
import { app as t } from '../messages/page.ts'
import { askBeforeClosing } from './ask-before-closing.ts'
import { followLinks } from './follow-links.ts'
import { Frame } from './frame.tsx'
import { Palette } from './palette.tsx'
import { Sections } from './sections.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { SignIn } from './sign-in.tsx'

/** Windows of their own, which few open. */
const MultiviewWindow = loadLater(async () => (await import('../studio/multiview/multiview-window.tsx')).MultiviewWindow, { as: 'page' })
const ProjectorWindow = loadLater(async () => (await import('../studio/windows/projector-window.tsx')).ProjectorWindow, { as: 'page' })
const DocksWindow = loadLater(async () => (await import('../studio/windows/docks-window.tsx')).DocksWindow, { as: 'page' })
/** Loaded by guests, and by who publishes with a link, alone. */
const GuestPage = loadLater(async () => (await import('../guest/guest-page.tsx')).GuestPage, { as: 'page', ahead: false })
const InvitationPage = loadLater(async () => (await import('../desktops/invitation-page.tsx')).InvitationPage, { as: 'page', ahead: false })
const PublisherPage = loadLater(async () => (await import('../publish/publisher-page.tsx')).PublisherPage, { as: 'page', ahead: false })

export function App() {
  useEffect(askBeforeClosing, [])
  useEffect(followLinks, [])
  const phase = useClient((state) => state.phase)
  const [isStudio] = useRoute('/studio')
  const [isProjector] = useRoute('/projector')
  const query = new URLSearchParams(useSearch())
  const OwnWindow = isProjector
    ? ProjectorWindow
    : isStudio && query.has('multiview')
      ? MultiviewWindow
      : isStudio && query.has('docks')
        ? DocksWindow
        : undefined
  const [isPublisher, publisher] = useRoute('/publish/:name')
  const [isGuest, guest] = useRoute('/guest/:stream')
  const [isInvited] = useRoute('/desktops/invitation')
  const isSignedIn = phase === 'ready' && !isPublisher && !isGuest && !isInvited
  useEffect(() => {
    if (isSignedIn) startReadAhead()
  }, [isSignedIn])
  if (isPublisher) return <PublisherPage name={publisher.name} />
  if (isInvited) return <InvitationPage />
  if (isGuest) return <GuestPage stream={guest.stream} />
  if (phase === 'signed-out') return <SignIn />
  if (phase === 'unreachable') {
    return (
      <main className="center-page">
        <div className="card empty" role="alert">
          <h1>{t.theHostDoesNotAnswer}</h1>
          <p>
            {t.startItWith} <code>npm start</code> {t.or} <code>streams host</code>
            {t.thisPageConnectsByItself}
          </p>
        </div>
      </main>
    )
  }
  return (
    <>
      {OwnWindow !== undefined ? (
        <OwnWindow />
      ) : (
        <>
          <Frame>
            <Sections />
          </Frame>
          <Shortcuts />
          <Palette />
        </>
      )}
      <ConfirmDialog />
      <Toasts />
    </>
  )
}
