import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../client/api.ts'
import type { StreamKeyCreated } from '../client/types.ts'
import { CopyField } from '../components/copy.tsx'
import { useMayEdit, useTitle } from '../components/page.ts'
import { nameProblem } from '../keys/stream-name.ts'
import { Broadcast } from './broadcast.tsx'

/** "Go live from this browser" for somebody who may make keys. */
export function PublishPage() {
  useTitle('Go live')
  const editor = useMayEdit()
  const [name, setName] = useState('browser')
  const [key, setKey] = useState('')
  const [made, setMade] = useState<{ readonly name: string; readonly key: string }>()
  const problem = nameProblem(name)
  const target = async () => {
    if (key !== '') return { name, key }
    if (made?.name === name) return made
    const created = await call<StreamKeyCreated>('POST', '/live/keys', {
      body: { stream: name, label: 'This browser', onSecondPublisher: 'takeover' },
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
          <h1>Go live from this browser</h1>
          <p>
            <Link href="/live">Live</Link> · camera, microphone or screen, sent over WebRTC
          </p>
        </div>
      </header>
      {editor ? (
        <div className="card">
          <div className="card-body stack">
            <div className="broadcast-choices">
              <div className="field">
                <label htmlFor="publish-name">Stream name</label>
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
                  {problem ?? `People watch it at ${location.origin}/watch/${name}?protocol=webrtc`}
                </span>
              </div>
              <div className="field">
                <label htmlFor="publish-key">Stream key</label>
                <input
                  id="publish-key"
                  className="input"
                  type="password"
                  value={key}
                  onChange={(event) => setKey(event.target.value.trim())}
                  autoComplete="off"
                  placeholder="Empty: a key is created"
                  data-testid="publish-key"
                />
                <span className="hint">A key of this stream, where you have one.</span>
              </div>
            </div>
            <Broadcast target={target} ready={name !== '' && problem === undefined} />
            {known && (
              <details>
                <summary>Let a guest go live on this stream</summary>
                <div className="stack">
                  <p className="quiet small">Whoever has this link can publish to {known.name} until its key is revoked.</p>
                  <CopyField label="Link for a guest" value={guestLink(known)} wrap testId="guest-link" />
                </div>
              </details>
            )}
          </div>
        </div>
      ) : (
        <div className="card empty">
          <p>Your role may watch, but not start streams. Ask an editor for a link to go live with.</p>
        </div>
      )}
    </>
  )
}

/** The key stands behind the #, which browsers send to nobody. */
function guestLink({ name, key }: { readonly name: string; readonly key: string }): string {
  return `${location.origin}/publish/${encodeURIComponent(name)}#key=${encodeURIComponent(key)}`
}
