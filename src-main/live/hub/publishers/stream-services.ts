import type { AuditLog } from '../../../platform/audit.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { SteadyClock } from '../../../platform/timing/steady-clock.ts'
import type { StreamStore } from '../stream-store.ts'
import type { FailoverTimes } from './failover.ts'
import type { SlateSource } from './slate/slate-show.ts'

/** What every stream of the host uses. */
export interface StreamServices {
  readonly store: StreamStore
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  readonly reconnectWindowMs: () => number
  /** `slateAfterMs`: how long the stream must have been without a publisher before the slate is shown. */
  readonly failover: FailoverTimes & { readonly slateAfterMs: number }
  /** What is shown while there is no publisher. */
  readonly slates?: SlateSource
  /** ms since 1970. */
  readonly now: () => number
  /** Dates what players compare with each other. */
  readonly clock: SteadyClock
  /** Monotonic ms. */
  readonly monotonic: () => number
}
