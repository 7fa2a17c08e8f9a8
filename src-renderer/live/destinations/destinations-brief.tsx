import { Link } from 'wouter'
import type { Stream } from '../../client/types.ts'
import { live as t } from '../../messages/page.ts'
import { useDestinations } from './destinations-store.ts'
import './destinations.css'

/** How many destinations of a stream are live and how many are in trouble; nothing where it has none. */
export function DestinationsBrief({ stream }: { readonly stream: Stream }) {
  const destinations = useDestinations(stream.name)
  if (destinations === undefined || destinations.length === 0) return null
  const live = destinations.filter(({ state }) => state === 'live').length
  const bad = destinations.filter(({ state }) => state === 'retrying' || state === 'failed').length
  return (
    <p data-testid="destinations-brief">
      <Link href={`/live/${stream.name}/destinations`} className="quiet">
        {t.destinationsLive(live, destinations.length)}
      </Link>
      {bad > 0 && <b className="destinations-bad"> {t.inTrouble(bad)}</b>}
    </p>
  )
}
