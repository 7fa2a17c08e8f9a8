import { latencyBoundsMs } from './latency.ts'
import type { NodeReport } from './node-report.ts'
import type { TrafficTotals } from './node-traffic.ts'

/** Where a node answers them. */
export const metricsPath = '/metrics'

/** The figures of a node in the text format of Prometheus, version 0.0.4. */
export function metricsText(totals: TrafficTotals, newest: NodeReport | undefined): string {
  const lines: string[] = []
  const metric = (name: string, type: 'counter' | 'gauge', help: string, values: readonly (readonly [labels: string, value: number])[]) => {
    lines.push(`# HELP streams_node_${name} ${help}`, `# TYPE streams_node_${name} ${type}`)
    for (const [labels, value] of values) lines.push(`streams_node_${name}${labels} ${value}`)
  }
  metric('requests_total', 'counter', 'Requests of viewers', [['', totals.requests]])
  metric('errors_total', 'counter', 'Requests that were answered with an error', [
    ['{class="4xx"}', totals.errors4xx],
    ['{class="5xx"}', totals.errors5xx],
  ])
  metric('cache_lookups_total', 'counter', 'Requests that were looked for in the cache', [['', totals.lookups]])
  metric('cache_hits_total', 'counter', 'Requests that were answered from the cache', [['', totals.hits]])
  metric('bytes_total', 'counter', 'Bytes of requests and answers', [
    ['{direction="in"}', totals.bytesIn],
    ['{direction="out"}', totals.bytesOut],
  ])
  lines.push('# HELP streams_node_latency_seconds Time until the answer', '# TYPE streams_node_latency_seconds histogram')
  let sum = 0
  let below = 0
  for (const [index, count] of totals.latency.entries()) {
    below += count
    const bound = latencyBoundsMs[index]
    sum += (count * (bound ?? 4000)) / 1000
    lines.push(`streams_node_latency_seconds_bucket{le="${bound === undefined ? '+Inf' : Number((bound / 1000).toFixed(6))}"} ${below}`)
  }
  lines.push(`streams_node_latency_seconds_sum ${Number(sum.toFixed(3))}`, `streams_node_latency_seconds_count ${below}`)
  if (newest !== undefined) {
    metric('connections', 'gauge', 'Connections of viewers', [['', newest.connections]])
    metric('cpu_ratio', 'gauge', 'Share of the processors of this machine that is used', [['', newest.cpu]])
    metric('memory_ratio', 'gauge', 'Share of the memory of this machine that is used', [['', newest.memory]])
    if (newest.cache !== null) {
      metric('cache_bytes', 'gauge', 'Bytes that are kept', [['', newest.cache.bytes]])
      metric('cache_max_bytes', 'gauge', 'Share of the disk that the cache has', [['', newest.cache.maxBytes]])
      metric('cache_objects', 'gauge', 'Objects that are kept', [['', newest.cache.objects]])
    }
  }
  return `${lines.join('\n')}\n`
}
