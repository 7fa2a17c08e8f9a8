import { useMemo } from 'react'
import { create } from 'zustand'
import type { Destination, DestinationStatisticsEvent } from '../../../src-main/live/relay/push/schemas.ts'
import { Collection, useCollection } from '../../client/collection.ts'
import type { ChartPoint } from '../../components/chart-scale.ts'

/** How far back the small graphs reach, ms. */
export const sparklineMs = 120_000

/** Bitrate of the last two minutes by destination, oldest first. */
export const useDestinationBitrates = create<Readonly<Record<string, readonly ChartPoint[]>>>(() => ({}))

const destinations = new Collection({
  path: '/live/destinations',
  updated: ['destination.created', 'destination.updated', 'destination.state'],
  removed: ['destination.removed'],
  changed: {
    'destination.statistics': (items, { data }) => {
      const { id, timeMs, statistics } = data as DestinationStatisticsEvent
      const known = items[id]
      if (known === undefined) return items
      useDestinationBitrates.setState((bitrates) => {
        const line = (bitrates[id] ?? []).filter((point) => point.timeMs > timeMs - sparklineMs && point.timeMs < timeMs)
        return { [id]: [...line, { timeMs, value: statistics.bitrateKbps }] }
      })
      return { ...items, [id]: { ...known, statistics } }
    },
  },
})

/** The destinations of one stream, oldest first; undefined until they have been read. */
export function useDestinations(stream: string): readonly Destination[] | undefined {
  const { loaded, items } = useCollection(destinations)
  return useMemo(
    () =>
      loaded
        ? Object.values(items)
            .filter((destination) => destination.stream === stream)
            .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id))
        : undefined,
    [items, loaded, stream],
  )
}
