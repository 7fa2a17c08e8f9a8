import { lazy, Suspense, useEffect } from 'react'
import { Redirect, Route, Switch, useRoute, useSearch } from 'wouter'
import { ActivityPage } from '../activity/activity-page.tsx'
import { useClient } from '../client/store.ts'
import { ConfirmDialog } from '../components/dialog.tsx'
import { Toasts } from '../components/toasts.tsx'
import { KeysPage } from '../keys/keys-page.tsx'
import { LibraryPage } from '../library/library-page.tsx'
import { LivePage } from '../live/live-page.tsx'
import { StreamPage } from '../live/stream-page.tsx'
import { app as t } from '../messages/page.ts'
import { PublishPage } from '../publish/publish-page.tsx'
import { PublisherPage } from '../publish/publisher-page.tsx'
import { RulesPage } from '../rules/rules-page.tsx'
import { SettingsPage } from '../settings/settings-page.tsx'
import { SourcesPage } from '../sources/sources-page.tsx'
import { StudioPage } from '../studio/studio-page.tsx'
import { askBeforeClosing } from './ask-before-closing.ts'
import { Frame } from './frame.tsx'
import { Palette } from './palette.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { SignIn } from './sign-in.tsx'

/** A window of its own, which few open. */
const MultiviewWindow = lazy(async () => ({ default: (await import('../studio/multiview/multiview-window.tsx')).MultiviewWindow }))
const HealthPage = lazy(() => import('../health/health-page.tsx'))
const LogPage = lazy(() => import('../health/log-page.tsx'))
/** Loaded by guests alone. */
const GuestPage = lazy(async () => ({ default: (await import('../guest/guest-page.tsx')).GuestPage }))

function Sections() {
  return (
    <Switch>
      <Route path="/live/:name/:tab?">{({ name, tab }) => <StreamPage key={name} name={name} tab={tab} />}</Route>
      <Route path="/live" component={LivePage} />
      <Route path="/publish" component={PublishPage} />
      <Route path="/library" component={LibraryPage} />
      <Route path="/keys" component={KeysPage} />
      <Route path="/studio" component={StudioPage} />
      <Route path="/inputs" component={SourcesPage} />
      <Route path="/rules" component={RulesPage} />
      <Route path="/activity" component={ActivityPage} />
      <Route path="/health">
        <Suspense fallback={<div className="skeleton stream-skeleton" aria-hidden="true" />}>
          <HealthPage />
        </Suspense>
      </Route>
      <Route path="/log">
        <Suspense fallback={<div className="skeleton stream-skeleton" aria-hidden="true" />}>
          <LogPage />
        </Suspense>
      </Route>
      <Route path="/settings" component={SettingsPage} />
      {/* What these pages were called before. */}
      <Route path="/recordings">
        <Redirect to="/library" replace />
      </Route>
      <Route path="/sources">
        <Redirect to="/inputs" replace />
      </Route>
      <Route>
        <Redirect to="/live" replace />
      </Route>
    </Switch>
  )
}

export function App() {
  useEffect(askBeforeClosing, [])
  const phase = useClient((state) => state.phase)
  const [isStudio] = useRoute('/studio')
  const isMultiview = new URLSearchParams(useSearch()).has('multiview') && isStudio
  const [isPublisher, publisher] = useRoute('/publish/:name')
  const [isGuest, guest] = useRoute('/guest/:stream')
  if (isPublisher) return <PublisherPage name={publisher.name} />
  if (isGuest) {
    return (
      <Suspense>
        <GuestPage stream={guest.stream} />
      </Suspense>
    )
  }
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
        <Suspense>
          <MultiviewWindow />
        </Suspense>
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
