import { collectDefaultMetrics, Registry } from 'prom-client'

/** The registry behind /metrics, with the figures of the process itself. Wings register their own on it. */
export function createMetrics(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
