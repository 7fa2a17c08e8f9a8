import { Counter, Gauge, type Registry } from 'prom-client'
import type { NodeTotals, TrafficBook } from './traffic-book.ts'
import type { NodeTrafficNow } from './traffic-schemas.ts'

const counters: Readonly<Record<string, readonly [keyof NodeTotals, string]>> = {
  requests: ['requests', 'Requests of viewers at nodes'],
  cache_lookups: ['lookups', 'Requests at nodes that were looked for in their cache'],
  cache_hits: ['hits', 'Requests at nodes that were answered from their cache'],
  received_bytes: ['bytesIn', 'Bytes of requests at nodes'],
  sent_bytes: ['bytesOut', 'Bytes that nodes sent to viewers'],
  errors_4xx: ['errors4xx', 'Requests at nodes that were answered with 4xx'],
  errors_5xx: ['errors5xx', 'Requests at nodes that were answered with 5xx'],
}

const gauges: Readonly<Record<string, readonly [(now: NodeTrafficNow) => number | null, string]>> = {
  connections: [({ connections }) => connections, 'Connections of viewers at nodes'],
  cpu_ratio: [({ cpu }) => cpu, 'Share of the processors of nodes that is used'],
  memory_ratio: [({ memory }) => memory, 'Share of the memory of nodes that is used'],
  latency_p50_seconds: [({ p50Ms }) => p50Ms && p50Ms / 1000, 'Half of the answers of nodes take no longer'],
  latency_p95_seconds: [({ p95Ms }) => p95Ms && p95Ms / 1000, '95 % of the answers of nodes take no longer'],
  latency_p99_seconds: [({ p99Ms }) => p99Ms && p99Ms / 1000, '99 % of the answers of nodes take no longer'],
  cache_fill_ratio: [({ cache }) => cache && cache.bytes / Math.max(1, cache.maxBytes), 'Share of the space of the cache that is used'],
}

/** Registers the figures of nodes with `/metrics`. Labels are the ids of nodes, of which there is a limited number. */
export function registerNodeMetrics(registry: Registry, book: TrafficBook): void {
  const registers = [registry]
  const labelNames = ['node'] as const
  for (const [name, [field, help]] of Object.entries(counters)) {
    new Counter({
      ...{ name: `streams_network_${name}_total`, help, labelNames, registers },
      collect() {
        this.reset()
        for (const [node, totals] of book.totals()) this.inc({ node }, totals[field])
      },
    })
  }
  for (const [name, [read, help]] of Object.entries(gauges)) {
    new Gauge({
      ...{ name: `streams_network_${name}`, help, labelNames, registers },
      collect() {
        this.reset()
        for (const node of book.totals().keys()) {
          const now = book.newest(node)
          const value = now === null ? null : read(now)
          if (value !== null) this.set({ node }, value)
        }
      },
    })
  }
}
