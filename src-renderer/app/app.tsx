import { useEffect } from 'react'
import { useRoute, useSearch } from 'wouter'
import { useClient } from '../client/store.ts'
import { ConfirmDialog } from '../components/dialog.tsx'
import { loadLater } from '../components/load-later.tsx'
import { startReadAhead } from '../components/read-ahead.ts'
import { Toasts } from '../components/toasts.tsx'
import { app as t } from '../messages/page.ts'
import { askBeforeClosing } from './ask-before-closing.ts'
import { Frame } from './frame.tsx'
import { Palette } from './palette.tsx'
import { Sections } from './sections.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { SignIn } from './sign-in.tsx'

/** A window of its own, which few open. */
const MultiviewWindow = loadLater(async () => (await import('../studio/multiview/multiview-window.tsx')).MultiviewWindow, { as: 'page' })
/** Loaded by guests, and by who publishes with a link, alone. */
const GuestPage = loadLater(async () => (await import('../guest/guest-page.tsx')).GuestPage, { as: 'page', ahead: false })
const PublisherPage = loadLater(async () => (await import('../publish/publisher-page.tsx')).PublisherPage, { as: 'page', ahead: false })

export function App() {
  useEffect(askBeforeClosing, [])
  const phase = useClient((state) => state.phase)
  const [isStudio] = useRoute('/studio')
  const isMultiview = new URLSearchParams(useSearch()).has('multiview') && isStudio
  const [isPublisher, publisher] = useRoute('/publish/:name')
  const [isGuest, guest] = useRoute('/guest/:stream')
  const isSignedIn = phase === 'ready' && !isPublisher && !isGuest
  useEffect(() => {
    if (isSignedIn) startReadAhead()
  }, [isSignedIn])
  if (isPublisher) return <PublisherPage name={publisher.name} />
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
      {isMultiview ? (
        <MultiviewWindow />
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
