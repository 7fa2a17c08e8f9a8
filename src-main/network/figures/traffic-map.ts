import { countryPlace } from './countries.ts'
import type { Region } from './region.ts'
import type { Traffic } from './traffic-schemas.ts'

type MapPlace = Traffic['map'][number]

/** What of the traffic has a place on a map: countries of viewers, and regions of nodes. */
export function mapOf({ countries, regions: delivered }: Pick<Traffic, 'countries' | 'regions'>, regions: readonly Region[]): MapPlace[] {
  const viewers = countries.flatMap(({ name, requests, bytes }): MapPlace[] => {
    const place = countryPlace(name)
    return place === undefined ? [] : [{ kind: 'country', id: name, name, ...place, requests, bytesOut: bytes }]
  })
  const nodes = delivered.flatMap(({ id, name, requests, bytesOut }): MapPlace[] => {
    const place = placeOf(regions.find((region) => region.id === id))
    return place === undefined ? [] : [{ kind: 'region', id, name, ...place, requests, bytesOut }]
  })
  return [...viewers, ...nodes]
}

function placeOf(region: Region | undefined): { readonly latitude: number; readonly longitude: number } | undefined {
  if (region?.latitude !== undefined && region.longitude !== undefined) return { latitude: region.latitude, longitude: region.longitude }
  return region?.country === undefined ? undefined : countryPlace(region.country)
}
