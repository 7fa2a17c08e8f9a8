import type { EventBus } from '../events/events.ts'
import type { HostHealth } from '../events/topics/host.ts'
import { repeat } from '../timing/repeat.ts'
import type { EventLoopDelay } from './event-loop-delay.ts'

/** Publishes `host.health` at every interval. Returns the way to stop. */
export function watchHostHealth(events: EventBus, delay: EventLoopDelay, intervalMs = 2000): () => void {
  const readDelay = delay.reader()
  let lastCpu = process.cpuUsage()
  let lastTime = process.hrtime.bigint()
  const timer = repeat(intervalMs, () => {
    const cpu = process.cpuUsage(lastCpu)
    const now = process.hrtime.bigint()
    const elapsedUs = Number(now - lastTime) / 1000
    lastCpu = process.cpuUsage()
    lastTime = now
    const memory = process.memoryUsage()
    const { p50, p99, max } = readDelay()
    const rounded = (ms: number): number => Math.round(ms * 100) / 100
    const health: HostHealth = {
      cpu: Math.round(((cpu.user + cpu.system) / elapsedUs) * 1000) / 1000,
      rssBytes: memory.rss,
      heapUsedBytes: memory.heapUsed,
      eventLoopDelayMs: { p50: rounded(p50), p99: rounded(p99), max: rounded(max) },
    }
    events.publish('host.health', health, { volatile: true })
  })
  return () => clearInterval(timer)
}
