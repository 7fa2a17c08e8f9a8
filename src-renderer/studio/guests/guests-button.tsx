import { Users } from 'lucide-react'
import { openPane, useView } from '../view-store.ts'
import { useGuests } from './guest-list.ts'
import { t } from './messages.ts'

/** Opens and closes the pane of guests, and says how many wait. */
export function GuestsButton() {
  const isOpen = useView((state) => state.pane === 'guests')
  const waiting = useGuests().filter(({ state }) => state === 'waiting').length
  const label = waiting === 0 ? t.open : t.openCounted(waiting)
  return (
    <button
      type="button"
      className="tool guests-button"
      aria-label={label}
      title={label}
      aria-expanded={isOpen}
      onClick={() => openPane(isOpen ? null : 'guests')}
      data-testid="open-guests"
      data-waiting={waiting}
    >
      <Users size={16} />
      <span className="tool-text">{t.open}</span>
      {waiting > 0 && (
        <span className="guests-count" aria-hidden="true">
          {waiting}
        </span>
      )}
    </button>
  )
}
