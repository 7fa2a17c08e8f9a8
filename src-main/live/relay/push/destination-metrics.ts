import { Counter, Gauge, type Registry } from 'prom-client'
import type { Destination, DestinationState } from './schemas.ts'

const states: readonly DestinationState[] = ['off', 'connecting', 'live', 'retrying', 'failed']

/** The destinations' figures on /metrics; returns what adds up the counters, called each second. No label carries text of users. */
export function createDestinationMetrics(registry: Registry, list: () => readonly Destination[]): () => void {
  const registers = [registry]
  new Gauge({
    name: 'streams_destinations',
    help: 'Destinations by state',
    labelNames: ['state'],
    registers,
    collect() {
      const counts = new Map<string, number>()
      for (const { state } of list()) counts.set(state, (counts.get(state) ?? 0) + 1)
      for (const state of states) this.set({ state }, counts.get(state) ?? 0)
    },
  })
  const totals = {
    bytes: new Counter({ name: 'streams_destination_bytes_total', help: 'Bytes sent to destinations', registers }),
    droppedFrames: new Counter({
      name: 'streams_destination_frames_dropped_total',
      help: 'Frames that destinations were too slow for',
      registers,
    }),
    reconnects: new Counter({ name: 'streams_destination_reconnects_total', help: 'Connections to destinations lost', registers }),
  }
  const before = new Map<string, Destination['statistics']>()
  return () => {
    const seen = new Set<string>()
    for (const { id, statistics } of list()) {
      seen.add(id)
      const last = before.get(id)
      for (const name of ['bytes', 'droppedFrames', 'reconnects'] as const) {
        const now = statistics[name]
        const then = last?.[name] ?? 0
        // A new run of the stream counts from 0 again.
        totals[name].inc(now >= then ? now - then : now)
      }
      before.set(id, statistics)
    }
    for (const id of before.keys()) if (!seen.has(id)) before.delete(id)
  }
}
