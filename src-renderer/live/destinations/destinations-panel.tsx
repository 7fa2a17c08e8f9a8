import { Plus, Share2 } from 'lucide-react'
import { useState } from 'react'
import type { Destination } from '../../../src-main/live/relay/push/schemas.ts'
import type { Stream } from '../../client/types.ts'
import { moveInList } from '../../components/list-keys.ts'
import { useMayEdit } from '../../components/page.ts'
import { live as t } from '../../messages/page.ts'
import { DestinationDialog } from './destination-dialog.tsx'
import { DestinationRow } from './destination-row.tsx'
import { useDestinations } from './destinations-store.ts'
import './destinations.css'

/** Where a stream is sent on to, and how that goes. */
export function DestinationsPanel({ stream }: { readonly stream: Stream }) {
  const destinations = useDestinations(stream.name)
  const editor = useMayEdit()
  const [open, setOpen] = useState<Destination | 'new' | null>(null)
  const add = editor && (
    <button type="button" className="button primary" onClick={() => setOpen('new')} data-testid="add-destination">
      <Plus size={16} /> {t.addADestination}
    </button>
  )
  return (
    <section className="stack" aria-label={t.destinations} data-testid="destinations">
      {!destinations ? (
        <div className="skeleton stream-skeleton" aria-hidden="true" />
      ) : destinations.length === 0 ? (
        <div className="card empty" data-testid="destinations-empty">
          <Share2 size={32} />
          <h2>{t.thisStreamGoesNowhereElse}</h2>
          <p>{t.sendItOnToYoutube}</p>
          {add}
        </div>
      ) : (
        <>
          <div className="row destinations-head">
            <p className="quiet small">
              {t.ofLiveEachHasIts(destinations.filter(({ state }) => state === 'live').length, destinations.length)}
            </p>
            <span className="push">{add}</span>
          </div>
          <ul className="destination-list" onKeyDown={moveInList}>
            {destinations.map((destination) => (
              <DestinationRow
                key={destination.id}
                destination={destination}
                stream={stream}
                editor={editor}
                onEdit={() => setOpen(destination)}
              />
            ))}
          </ul>
        </>
      )}
      {open !== null && <DestinationDialog stream={stream} destination={open === 'new' ? undefined : open} onClose={() => setOpen(null)} />}
    </section>
  )
}
