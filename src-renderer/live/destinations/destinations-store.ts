import { useEffect, useMemo } from 'react'
import { create } from 'zustand'
import type { Destination, DestinationStatisticsEvent } from '../../../src-main/live/destinations/schemas.ts'
import { call } from '../../client/api.ts'
import { followEvents } from '../../client/sync.ts'
import type { EventMessage, Page } from '../../client/types.ts'
import type { ChartPoint } from '../../components/chart-scale.ts'

/** How far back the small graphs reach, ms. */
export const sparklineMs = 120_000

interface DestinationsState {
  readonly loaded: boolean
  readonly byId: Readonly<Record<string, Destination>>
  /** Bit rate of the last two minutes by destination, oldest first. */
  readonly bitrates: Readonly<Record<string, readonly ChartPoint[]>>
}

export const useDestinationsStore = create<DestinationsState>(() => ({ loaded: false, byId: {}, bitrates: {} }))

/** What events say is newer than answers of the API, which a state may have overtaken: only events are kept. */
function keepDestination(destination: Destination): void {
  useDestinationsStore.setState(({ byId }) => ({ byId: { ...byId, [destination.id]: destination } }))
}

function dropDestination(id: string): void {
  useDestinationsStore.setState(({ byId, bitrates }) => {
    const { [id]: _gone, ...rest } = byId
    const { [id]: _line, ...lines } = bitrates
    return { byId: rest, bitrates: lines }
  })
}

function keepStatistics({ id, timeMs, statistics }: DestinationStatisticsEvent): void {
  useDestinationsStore.setState(({ byId, bitrates }) => {
    const known = byId[id]
    if (known === undefined) return {}
    const line = (bitrates[id] ?? []).filter((point) => point.timeMs > timeMs - sparklineMs && point.timeMs < timeMs)
    return {
      byId: { ...byId, [id]: { ...known, statistics } },
      bitrates: { ...bitrates, [id]: [...line, { timeMs, value: statistics.bitrateKbps }] },
    }
  })
}

function onEvent(event: EventMessage): void {
  switch (event.topic) {
    case 'destination.created':
    case 'destination.updated':
    case 'destination.state':
      keepDestination(event.data as Destination)
      return
    case 'destination.removed':
      dropDestination((event.data as Destination).id)
      return
    case 'destination.statistics':
      keepStatistics(event.data as DestinationStatisticsEvent)
  }
}

async function readDestinations(): Promise<void> {
  try {
    const { items } = await call<Page<Destination>>('GET', '/live/destinations')
    useDestinationsStore.setState({ loaded: true, byId: Object.fromEntries(items.map((item) => [item.id, item])) })
  } catch {
    // The socket tells when the host is back, and this is read again.
  }
}

let users = 0
let leave: (() => void) | undefined

/** The destinations of one stream, oldest first, kept true while the component is drawn. */
export function useDestinations(stream: string): readonly Destination[] {
  useEffect(() => {
    users++
    leave ??= followEvents({ onEvent, onFresh: () => void readDestinations() })
    return () => {
      users--
      if (users > 0) return
      leave?.()
      leave = undefined
    }
  }, [])
  const byId = useDestinationsStore((state) => state.byId)
  return useMemo(
    () =>
      Object.values(byId)
        .filter((destination) => destination.stream === stream)
        .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id)),
    [byId, stream],
  )
}
