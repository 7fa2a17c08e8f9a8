import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { DelayFigures, EventLoopDelay } from './event-loop-delay.ts'

/** The library's own measuring of the event loop counts its period in and cannot be left out: its period is never over. */
const eventLoopMonitoringPrecision = 2 ** 31 - 1

const delayFigures: Readonly<Record<keyof DelayFigures, string>> = {
  min: 'The minimum delay of timers since the last scrape.',
  max: 'The maximum delay of timers since the last scrape.',
  mean: 'The mean delay of timers since the last scrape.',
  stddev: 'The standard deviation of the delay of timers since the last scrape.',
  p50: 'The 50th percentile of the delay of timers since the last scrape.',
  p90: 'The 90th percentile of the delay of timers since the last scrape.',
  p99: 'The 99th percentile of the delay of timers since the last scrape.',
}

/** The registry behind /metrics, with the figures of the process itself. Parts register their own on it. */
export function createMetrics(delay: EventLoopDelay): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision })
  const read = delay.reader()
  const figures = Object.keys(delayFigures) as (keyof DelayFigures)[]
  const gauges = figures.map((figure, index) => {
    const name = `nodejs_eventloop_lag_${figure}_seconds`
    registry.removeSingleMetric(name)
    // The first one reads for all of them.
    const collect = index === 0 ? () => show(read()) : undefined
    return new Gauge({ name, help: delayFigures[figure], registers: [registry], ...(collect === undefined ? {} : { collect }) })
  })
  const show = (now: DelayFigures): void => {
    for (const [index, figure] of figures.entries()) gauges[index]?.set(now[figure] / 1000)
  }
  return registry
}
