import { Link } from 'wouter'
import type { Stream } from '../../client/types.ts'
import { useDestinations } from './destinations-store.ts'

/** How many destinations of a stream are live and how many are in trouble; nothing where it has none. */
export function DestinationsBrief({ stream }: { readonly stream: Stream }) {
  const destinations = useDestinations(stream.name)
  if (destinations === undefined || destinations.length === 0) return null
  const live = destinations.filter(({ state }) => state === 'live').length
  const bad = destinations.filter(({ state }) => state === 'retrying' || state === 'failed').length
  return (
    <p data-testid="destinations-brief">
      <Link href={`/live/${stream.name}/destinations`} className="quiet">
        {live} of {destinations.length} {destinations.length === 1 ? 'destination' : 'destinations'} live
      </Link>
      {bad > 0 && <b className="destinations-bad"> · {bad} in trouble</b>}
    </p>
  )
}
