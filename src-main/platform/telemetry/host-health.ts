import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { EventBus } from '../events.ts'

/** How the process itself does: the data of the event `host.health`. */
export interface HostHealth {
  /** Share of one core over the last interval, 0 to 1 and above. */
  readonly cpu: number
  readonly rssBytes: number
  readonly heapUsedBytes: number
  /** Delay of the event loop over the last interval in ms. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

/** How often the delay of the event loop is looked at: each look is a wake-up of an otherwise idle host, ms. */
const delayResolutionMs = 100

/** Publishes `host.health` at every interval. Returns the way to stop. */
export function watchHostHealth(events: EventBus, intervalMs = 2000): () => void {
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs })
  delay.enable()
  let lastCpu = process.cpuUsage()
  let lastTime = process.hrtime.bigint()
  const timer = setInterval(() => {
    const cpu = process.cpuUsage(lastCpu)
    const now = process.hrtime.bigint()
    const elapsedUs = Number(now - lastTime) / 1000
    lastCpu = process.cpuUsage()
    lastTime = now
    const memory = process.memoryUsage()
    // The histogram counts from the timer's own resolution.
    const toMs = (ns: number): number => Math.max(0, Math.round((ns / 1e6 - delayResolutionMs) * 100) / 100)
    const health: HostHealth = {
      cpu: Math.round(((cpu.user + cpu.system) / elapsedUs) * 1000) / 1000,
      rssBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      eventLoopDelayMs: { p50: toMs(delay.percentile(50)), p99: toMs(delay.percentile(99)), max: toMs(delay.max) },
    }
    delay.reset()
    events.publish('host.health', health, { volatile: true })
  }, intervalMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    delay.disable()
  }
}
