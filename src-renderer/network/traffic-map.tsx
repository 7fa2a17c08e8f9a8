import { formatBytes } from '../client/format.ts'
import { count, countryName } from './figures.ts'
import { t } from './messages.ts'
import type { Traffic } from './traffic.ts'
import { landPath } from './world-outline.ts'

type Place = Traffic['map'][number]

/** Size of the outline, and what a degree is in it. */
const [width, height, unitsPerDegree, northDegrees] = [720, 288, 2, 84]
/** Radius of the place with most requests, and of the least that is seen. */
const [mostRadius, leastRadius] = [22, 3]

const xOf = ({ longitude }: Place): number => (longitude + 180) * unitsPerDegree
const yOf = ({ latitude }: Place): number => Math.min(height, Math.max(0, (northDegrees - latitude) * unitsPerDegree))

/** Its name is on the side where the map has space for it. */
const isEast = (place: Place): boolean => xOf(place) > width / 2

/**
 * Where viewers and nodes are. It shows nothing that the lists and tables below it do not have: they are what keyboards and screen readers
 * use.
 */
export function TrafficMap({ places }: { readonly places: readonly Place[] }) {
  const viewers = places.filter(({ kind }) => kind === 'country')
  const regions = places.filter(({ kind }) => kind === 'region')
  const most = Math.max(1, ...viewers.map(({ requests }) => requests))
  const radius = ({ requests }: Place): number => Math.max(leastRadius, mostRadius * Math.sqrt(requests / most))
  const textOf = ({ requests, bytesOut }: Place, name: string): string => `${name}: ${count(requests)} · ${formatBytes(bytesOut)}`
  return (
    <figure className="card card-body traffic-map" data-testid="traffic-map">
      <div translate="no">
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t.mapLabel(count(viewers.length), count(regions.length))}>
          <path className="map-land" d={landPath} />
          {viewers.map((place) => (
            <circle key={place.id} className="map-viewers" cx={xOf(place)} cy={yOf(place)} r={radius(place)} data-testid="map-country">
              <title>{textOf(place, countryName(place.id))}</title>
            </circle>
          ))}
          {regions.map((place) => (
            <g key={place.id} className="map-region" transform={`translate(${xOf(place)} ${yOf(place)})`} data-testid="map-region">
              <title>{textOf(place, place.name)}</title>
              <g className="map-mark">
                <path d="M0-5 5 0 0 5-5 0Z" />
                <text x={isEast(place) ? -8 : 8} y={4} textAnchor={isEast(place) ? 'end' : 'start'}>
                  {place.name}
                </text>
              </g>
            </g>
          ))}
        </svg>
      </div>
      <figcaption className="quiet small">
        <span className="map-key map-key-viewers" aria-hidden="true" /> {t.mapViewers}{' '}
        <span className="map-key map-key-region" aria-hidden="true" /> {t.mapRegions}
        {places.length === 0 && <p>{t.mapEmpty}</p>}
      </figcaption>
    </figure>
  )
}
