import { LogOut } from 'lucide-react'
import { call } from '../client/api.ts'
import { Collection, useCollection } from '../client/collection.ts'
import type { SignedInBrowser } from '../client/types.ts'
import { confirm } from '../components/dialog.tsx'
import { useIsAdmin } from '../components/page.ts'
import { Ago } from '../components/time.tsx'
import { tell, tellError } from '../components/toasts.tsx'
import { browserName } from './browser-name.ts'

const signedIn = new Collection<SignedInBrowser>({
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
    if (!(await confirm(`Sign out ${name}?`, 'It needs a token or a new sign-in link to come back.', 'Sign out'))) return
    try {
      await call('DELETE', `/sessions/${browser.id}`)
      readAgain()
      tell(`${name} was signed out`)
    } catch (error) {
      tellError(error)
    }
  }
  const others = browsers.filter(({ current }) => !current)
  const signOutOthers = async () => {
    const whose = admin ? 'Every other browser, of everybody, is' : 'Every other browser of yours is'
    const consequence = `${whose} signed out and needs a token or a new sign-in link to come back. Tokens of programs stay valid.`
    if (!(await confirm('Sign out everywhere else?', consequence, 'Sign out everywhere'))) return
    try {
      const { ended } = await call<{ ended: number }>('DELETE', '/sessions?keepCurrent=true')
      readAgain()
      tell(ended === 1 ? 'One browser was signed out' : `${ended} browsers were signed out`)
    } catch (error) {
      tellError(error)
    }
  }

  return (
    <section className="card" aria-label="Signed-in browsers">
      <header>
        <h2>Signed-in browsers</h2>
        {others.length > 0 && (
          <button type="button" className="button" onClick={() => void signOutOthers()} data-testid="sign-out-everywhere">
            <LogOut size={16} /> Sign out everywhere else
          </button>
        )}
      </header>
      {!loaded ? (
        <div className="card-body">
          <div className="skeleton settings-skeleton" />
        </div>
      ) : browsers.length === 0 ? (
        <p className="card-body quiet">No browser is signed in. On this machine alone, no sign-in is needed.</p>
      ) : (
        <div className="table-wrap">
          <table data-testid="browsers">
            <thead>
              <tr>
                <th>Browser</th>
                <th>Role</th>
                <th>Signed in</th>
                <th>Last used</th>
                <th>
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {browsers.map((browser) => (
                <tr key={browser.id} data-testid="browser-row">
                  <td>
                    <span title={browser.userAgent}>{browserName(browser.userAgent)}</span>
                    <div className="quiet small">
                      {[browser.label ?? 'by link', browser.remoteAddress, browser.current ? 'this browser' : '']
                        .filter(Boolean)
                        .join(' · ')}
                    </div>
                  </td>
                  <td>{browser.role}</td>
                  <td>
                    <Ago iso={browser.createdAt} />
                  </td>
                  <td>
                    <Ago iso={browser.lastUsedAt} />
                  </td>
                  <td className="end">
                    {!browser.current && (
                      <button
                        type="button"
                        className="button quiet icon"
                        aria-label={`Sign out ${browserName(browser.userAgent)}`}
                        title="Sign out"
                        onClick={() => void signOut(browser)}
                        data-testid="browser-sign-out"
                      >
                        <LogOut size={16} />
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
