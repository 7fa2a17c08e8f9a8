import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../client/api.ts'
import { CopyField } from '../components/copy.tsx'
import { useMayEdit, useTitle } from '../components/page.ts'
import { nameProblem } from '../keys/stream-name.ts'
import { publish as t } from '../messages/page.ts'
import { Broadcast } from './broadcast.tsx'

/** "Go live from this browser" for somebody who may make keys. */
export function PublishPage() {
  useTitle(t.goLive)
  const editor = useMayEdit()
  const [name, setName] = useState('browser')
  const [key, setKey] = useState('')
  const [made, setMade] = useState<{ readonly name: string; readonly key: string }>()
  const problem = nameProblem(name)
  const target = async () => {
    if (key !== '') return { name, key }
    if (made?.name === name) return made
    const created = await call('POST', '/live/keys', {
      body: { stream: name, label: t.thisBrowser, onSecondPublisher: 'takeover' },
    })
    const next = { name, key: created.secret }
    setMade(next)
    return next
  }
  const known = key !== '' ? { name, key } : made?.name === name ? made : undefined
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t.goLiveFromThisBrowser}</h1>
          <p>
            <Link href="/live">{t.live}</Link> {t.cameraMicrophoneOrScreenSent}
          </p>
        </div>
      </header>
      {editor ? (
        <div className="card">
          <div className="card-body stack">
            <div className="broadcast-choices">
              <div className="field">
                <label htmlFor="publish-name">{t.streamName}</label>
                <input
                  id="publish-name"
                  className="input"
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                  aria-invalid={problem !== undefined}
                  aria-describedby="publish-name-hint"
                  autoCapitalize="none"
                  autoComplete="off"
                  spellCheck={false}
                  data-testid="publish-name"
                />
                <span id="publish-name-hint" className={problem ? 'hint bad' : 'hint'}>
                  {problem ?? t.peopleWatchItAtWatch(location.origin, name)}
                </span>
              </div>
              <div className="field">
                <label htmlFor="publish-key">{t.streamKey}</label>
                <input
                  id="publish-key"
                  className="input"
                  type="password"
                  value={key}
                  onChange={(event) => setKey(event.target.value.trim())}
                  autoComplete="off"
                  placeholder={t.emptyAKeyIsCreated}
                  data-testid="publish-key"
                />
                <span className="hint">{t.aKeyOfThisStream}</span>
              </div>
            </div>
            <Broadcast target={target} ready={name !== '' && problem === undefined} />
            {known && (
              <details>
                <summary>{t.letAGuestGoLive}</summary>
                <div className="stack">
                  <p className="quiet small">{t.whoeverHasThisLinkCan(known.name)}</p>
                  <CopyField label={t.linkForAGuest} value={guestLink(known)} testId="guest-link" />
                </div>
              </details>
            )}
          </div>
        </div>
      ) : (
        <div className="card empty">
          <p>{t.yourRoleMayWatchBut}</p>
        </div>
      )}
    </>
  )
}

/** The key is after the #, which browsers do not send. */
function guestLink({ name, key }: { readonly name: string; readonly key: string }): string {
  return `${location.origin}/publish/${encodeURIComponent(name)}#key=${encodeURIComponent(key)}`
}
