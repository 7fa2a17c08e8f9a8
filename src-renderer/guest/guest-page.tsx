import { useEffect, useState, useSyncExternalStore } from 'react'
import { useTitle } from '../components/page.ts'
import { guest as t } from '../messages/page.ts'
import { checkLink } from './check-link.ts'
import { GuestRoom } from './guest-room.tsx'
import type { GuestEnd } from './guest-session.ts'
import { type Joined, JoinForm } from './join-form.tsx'
import { leaveStored } from './stored-choice.ts'
import './guest.css'

/** With these the link is of no use any more. */
const lost = new Set(['studio.guest_unknown', 'studio.guest_revoked', 'studio.guest_expired'])

/** After the # of the address bar: a link that is pasted over half of one loads no page. */
function useHash(): string {
  return useSyncExternalStore(
    (onChange) => {
      addEventListener('hashchange', onChange)
      return () => removeEventListener('hashchange', onChange)
    },
    () => location.hash,
  )
}

/** The page behind a guest's link. Behind its # are the key, and whom it is for. */
export function GuestPage({ stream }: { readonly stream: string }) {
  const link = new URLSearchParams(useHash().slice(1))
  const key = link.get('key') ?? ''
  const [joined, setJoined] = useState<Joined>()
  const [end, setEnd] = useState<GuestEnd>()
  useTitle(t.title)
  const [hasLeft, setHasLeft] = useState(false)
  const [checked, setChecked] = useState<string>()
  // A link that opens nothing asks for no camera.
  useEffect(() => {
    if (key === '') return
    let isCurrent = true
    void checkLink(key).then((problem) => {
      if (!isCurrent) return
      setEnd(problem !== undefined && lost.has(problem.code) ? problem : undefined)
      setChecked(key)
    })
    return () => {
      isCurrent = false
    }
  }, [key])
  const over = (reason?: GuestEnd): void => {
    leaveStored()
    setJoined(undefined)
    setEnd(reason)
    setHasLeft(reason === undefined)
  }
  return (
    <main className="guest" id="content" data-testid="guest-page">
      {key === '' ? (
        <Message problem={{ code: '', message: t.noKey, remedy: t.wholeLink }} />
      ) : checked !== key ? (
        <p className="quiet" role="status">
          {t.checking}
        </p>
      ) : end !== undefined && lost.has(end.code) ? (
        <Message problem={end} />
      ) : hasLeft ? (
        <div className="guest-message card">
          <h1>{t.left}</h1>
          <p>{t.leftHelp}</p>
          <button type="button" className="button primary big" onClick={() => setHasLeft(false)} data-testid="guest-join-again">
            {t.joinAgain}
          </button>
        </div>
      ) : joined === undefined ? (
        <JoinForm
          stream={stream}
          invited={link.get('as') ?? ''}
          problem={end}
          onJoin={(next) => {
            setEnd(undefined)
            setJoined(next)
          }}
        />
      ) : (
        <GuestRoom stream={stream} guestKey={key} joined={joined} onOver={over} />
      )}
    </main>
  )
}

function Message({ problem: { code, message, remedy } }: { readonly problem: GuestEnd }) {
  return (
    <div className="guest-message card">
      <h1>{t.title}</h1>
      <p className="advice bad" role="alert" data-testid="guest-end" data-code={code}>
        <b>{message.replace(/\.?$/, '.')}</b> {remedy.replaceAll('`', '')}
      </p>
    </div>
  )
}
