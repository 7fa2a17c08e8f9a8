import { Users } from 'lucide-react'
import { useState } from 'react'
import type { ClientMessage } from '../../../src-main/desktop/sessions/client-message.ts'
import { t } from './messages.ts'
import type { Presence } from './presence.ts'
import './sharing.css'

interface PeoplePanelProps {
  readonly presence: Presence
  /** May take control and give it to anybody. */
  readonly owner: boolean
  readonly send: (message: ClientMessage) => void
}

/** Who is at the desktop, who controls it, and the hand-over of control. */
export function PeoplePanel({ presence: { you, people }, owner, send }: PeoplePanelProps) {
  const [open, setOpen] = useState(false)
  const me = people.find(({ id }) => id === you)
  if (me === undefined) return null
  const hand = (action: Extract<ClientMessage, { kind: 'control' }>['action'], attendee?: string): void =>
    send({ kind: 'control', action, ...(attendee === undefined ? {} : { attendee }) })
  const asked = people.some(({ id, asks }) => asks && id !== you)
  const decides = owner || me.controls
  return (
    <div className="desktop-people">
      <button
        type="button"
        className="button quiet"
        aria-expanded={open}
        aria-label={t.here(people.length)}
        title={t.here(people.length)}
        onClick={() => setOpen(!open)}
        data-testid="desktop-people"
        data-controls={me.controls}
      >
        <Users size={16} aria-hidden="true" /> {people.length}
      </button>
      {!me.controls && (
        <button
          type="button"
          className="button"
          disabled={me.asks && !owner}
          onClick={() => hand(owner ? 'take' : 'ask')}
          data-testid={owner ? 'desktop-take' : 'desktop-ask'}
        >
          {owner ? t.takeControl : me.asks ? t.asked : t.askControl}
        </button>
      )}
      {(open || (asked && decides)) && (
        <ul className="card desktop-people-list" data-testid="desktop-people-list">
          {people.map(({ id, name, guest, controls, asks }) => (
            <li key={id}>
              <span>
                <b>{id === you ? t.you(name) : name}</b>
                {guest && ` · ${t.guest}`}
                {controls && ` · ${t.controls}`}
                {asks && ` · ${t.asks}`}
              </span>
              {id !== you && decides && !controls && (
                <button
                  type="button"
                  className="button"
                  aria-label={t.give(name)}
                  onClick={() => hand('give', id)}
                  data-testid="desktop-give"
                >
                  {t.giveIt}
                </button>
              )}
              {id !== you && decides && asks && (
                <button
                  type="button"
                  className="button quiet"
                  aria-label={t.reject(name)}
                  onClick={() => hand('reject', id)}
                  data-testid="desktop-reject"
                >
                  {t.no}
                </button>
              )}
              {id === you && controls && people.length > 1 && (
                <button type="button" className="button quiet" onClick={() => hand('release')} data-testid="desktop-release">
                  {t.giveUp}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
