import { Mic, UserPlus, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Tool } from '../docks/tool.tsx'
import type { Collection } from '../types.ts'
import { openPane } from '../view-store.ts'
import { GuestCard } from './guest-card.tsx'
import { nameOf, useGuests } from './guest-list.ts'
import { InviteForm } from './invite-form.tsx'
import { t } from './messages.ts'
import { TalkButton } from './talk-button.tsx'
import { useTalkback } from './use-talkback.ts'
import './guests.css'

interface GuestsPaneProps {
  readonly document: Collection
  readonly editor: boolean
}

/** Beside the studio, which stays in use: who is invited, who waits, who is on air. */
export function GuestsPane({ document, editor }: GuestsPaneProps) {
  const guests = useGuests()
  const [inviting, setInviting] = useState(false)
  const talkback = useTalkback()
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  const there = guests.filter(({ connected }) => connected)
  return (
    <aside
      className="guests-pane"
      aria-labelledby="guests-title"
      data-testid="guests-pane"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented && !inviting) openPane(null)
      }}
    >
      <header>
        <h2 id="guests-title" ref={title} tabIndex={-1}>
          {t.title}
        </h2>
        {editor && (
          <button type="button" className="button" onClick={() => setInviting(true)} data-testid="invite-guest">
            <UserPlus size={16} /> {t.invite}
          </button>
        )}
        <Tool Icon={X} label={t.close} onClick={() => openPane(null)} testId="close-guests" />
      </header>
      {editor && there.length > 1 && (
        <div className="guests-all">
          <TalkButton talkback={talkback} to="all" label={t.talkToAllHelp} testId="talk-all">
            <Mic size={16} /> {t.talkToAll}
          </TalkButton>
        </div>
      )}
      {talkback.problem !== undefined && (
        <p className="advice bad" role="alert" data-testid="talkback-problem">
          <b>{t.talkbackFailed}.</b> {talkback.problem}
        </p>
      )}
      {guests.length === 0 ? (
        <div className="dock-empty">
          <p>{editor ? t.empty : t.emptyViewer}</p>
        </div>
      ) : (
        <ul className="guest-cards">
          {guests.map((guest) => (
            <GuestCard
              key={guest.id}
              guest={guest}
              name={nameOf(guest)}
              source={document.sources.find(({ id }) => id === guest.source)}
              editor={editor}
              talkback={talkback}
            />
          ))}
        </ul>
      )}
      {inviting && <InviteForm onClose={() => setInviting(false)} />}
    </aside>
  )
}
