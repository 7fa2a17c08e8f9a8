import { LogOut } from 'lucide-react'
import { call } from '../client/api.ts'
import { Collection, useCollection } from '../client/collection.ts'
import type { SignedInBrowser } from '../client/types.ts'
import { CardTable } from '../components/card-table.tsx'
import { confirm } from '../components/dialog.tsx'
import { RowButton } from '../components/entity-table.tsx'
import { useIsAdmin } from '../components/page.ts'
import { Ago } from '../components/time.tsx'
import { notify, notifyError } from '../components/toasts.tsx'
import { settings as t } from '../messages/page.ts'
import { browserName } from './browser-name.ts'

const signedIn = new Collection({
  path: '/sessions',
  updated: ['browser-session.created'],
  removed: ['browser-session.ended'],
})
/** Only admins receive its events: for everybody else the list is read after their own changes. */
const readAgain = (): void => void signedIn.list({}).read()

/** Signed-in browsers: all for admins, the own ones for everybody else. */
export function BrowsersCard() {
  const admin = useIsAdmin()
  const { loaded, items } = useCollection(signedIn)
  const browsers = Object.values(items).sort((one, two) => two.lastUsedAt.localeCompare(one.lastUsedAt))

  const signOut = async (browser: SignedInBrowser) => {
    const name = browserName(browser.userAgent)
    if (!(await confirm(t.signOutQuestion(name), t.itNeedsATokenOr, t.signOut))) return
    try {
      await call('DELETE', `/sessions/${browser.id}`)
      readAgain()
      notify(t.wasSignedOut(name))
    } catch (error) {
      notifyError(error)
    }
  }
  const others = browsers.filter(({ current }) => !current)
  const signOutOthers = async () => {
    const whose = admin ? t.everyOtherBrowserOfEverybody : t.everyOtherBrowserOfYours
    const consequence = t.signedOutAndNeedsA(whose)
    if (!(await confirm(t.signOutEverywhereElseQuestion, consequence, t.signOutEverywhere))) return
    try {
      const { ended } = await call('DELETE', '/sessions', { query: { keepCurrent: true } })
      readAgain()
      notify(t.browsersWereSignedOut(ended))
    } catch (error) {
      notifyError(error)
    }
  }

  return (
    <CardTable
      title={t.signedInBrowsers}
      buttons={
        others.length > 0 && (
          <button type="button" className="button" onClick={() => void signOutOthers()} data-testid="sign-out-everywhere">
            <LogOut size={16} /> {t.signOutEverywhereElse}
          </button>
        )
      }
      items={loaded ? browsers : undefined}
      empty={t.noBrowserIsSignedIn}
      columns={[
        {
          title: t.browser,
          cell: (browser) => (
            <>
              <span title={browser.userAgent}>{browserName(browser.userAgent)}</span>
              <div className="quiet small">
                {[browser.label ?? t.byLink, browser.remoteAddress, browser.current ? t.thisBrowser : ''].filter(Boolean).join(' · ')}
              </div>
            </>
          ),
        },
        { title: t.role, cell: ({ role }) => t.roles[role] },
        { title: t.signedIn, cell: ({ createdAt }) => <Ago iso={createdAt} /> },
        { title: t.lastUsed, cell: ({ lastUsedAt }) => <Ago iso={lastUsedAt} /> },
      ]}
      actions={(browser) =>
        !browser.current && (
          <RowButton
            icon={<LogOut size={16} />}
            title={t.signOut}
            label={t.signOutNamed(browserName(browser.userAgent))}
            onClick={() => void signOut(browser)}
            testId="browser-sign-out"
          />
        )
      }
      testId="browsers"
      rowTestId="browser-row"
    />
  )
}
