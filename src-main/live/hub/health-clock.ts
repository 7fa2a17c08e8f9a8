import type { EventBus } from '../../platform/events/events.ts'
import { repeat } from '../../platform/timing/repeat.ts'
import type { HealthWarning } from '../schemas.ts'
import type { ManagedStream } from './managed-stream.ts'

export interface HealthClockDependencies {
  readonly streams: () => readonly ManagedStream[]
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
    for (const stream of this.#dependencies.streams()) {
      const meter = stream.meter
      if (meter === undefined || (stream.phase !== 'active' && stream.phase !== 'reconnecting')) {
        this.#warned.delete(stream.id)
        continue
      }
      const sample = meter.sample(monotonic(), wallMs, viewers(stream.id), stream.phase === 'reconnecting')
      const warnings: readonly HealthWarning[] = meter.warnings
      const standby = stream.standby?.publication.meter
      standby?.sample(monotonic(), wallMs, 0, false)
      events.publish('stream.health', { sample, warnings }, { stream: stream.id, volatile: true })
      const codes = warnings.map((warning) => warning.code).join()
      if (codes === (this.#warned.get(stream.id) ?? '')) continue
      this.#warned.set(stream.id, codes)
      events.publish('stream.warnings', { warnings }, { stream: stream.id })
    }
    onTick?.()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
