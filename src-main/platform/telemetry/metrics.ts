import { collectDefaultMetrics, Registry } from 'prom-client'

/** How often the delay of the event loop is looked at, ms: the library's own 10 ms wake an idle host a hundred times a second. */
const eventLoopMonitoringPrecision = 500

/** The registry behind /metrics, with the figures of the process itself. Wings register their own on it. */
export function createMetrics(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision })
  return registry
}
