import type { EventBus } from '../../platform/events.ts'
import { repeat } from '../../platform/repeat.ts'
import type { HealthWarning } from '../schemas.ts'
import type { StreamEntry } from './live-publisher.ts'

export interface HealthClockDependencies {
  readonly streams: () => readonly StreamEntry[]
  readonly viewers: (streamId: string) => number
  readonly events: EventBus
  readonly now: () => number
  readonly monotonic: () => number
  /** After each round. */
  readonly onTick?: () => void
}

/** One timer for all streams: closes each live stream's second and publishes its health. */
export class HealthClock {
  readonly #dependencies: HealthClockDependencies
  readonly #warned = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined

  constructor(dependencies: HealthClockDependencies) {
    this.#dependencies = dependencies
  }

  start(): void {
    this.#timer ??= repeat(1000, () => this.tick())
  }

  /** One round. */
  tick(): void {
    const { events, viewers, now, monotonic, onTick } = this.#dependencies
    const wallMs = now()
    for (const entry of this.#dependencies.streams()) {
      const meter = entry.meter
      if (meter === undefined || (entry.phase !== 'active' && entry.phase !== 'reconnecting')) {
        this.#warned.delete(entry.id)
        continue
      }
      const sample = meter.sample(monotonic(), wallMs, viewers(entry.id), entry.phase === 'reconnecting')
      const warnings: readonly HealthWarning[] = meter.warnings
      const standby = entry.standby?.publication.meter
      standby?.sample(monotonic(), wallMs, 0, false)
      events.publish('stream.health', { sample, warnings }, { stream: entry.id, volatile: true })
      const codes = warnings.map((warning) => warning.code).join()
      if (codes === (this.#warned.get(entry.id) ?? '')) continue
      this.#warned.set(entry.id, codes)
      events.publish('stream.warnings', { warnings }, { stream: entry.id })
    }
    onTick?.()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
