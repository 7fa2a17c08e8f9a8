import type { ErrorCode } from '../platform/errors.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import type { ResourceHandlers, UpgradeHandlers } from './http/resources.ts'

/** One capability of the live part: made by its folder's `createX(needs)`, joined to the others in `live/index.ts`. */
export interface LivePart {
  /** Its endpoints of the API. */
  readonly routes?: readonly RouteDefinition[]
  /** Opens its ports and starts its work; after the stream registry is ready. Rejects with AppError. */
  start?(): Promise<void> | void
  /** Ends its sockets, timers and processes. Idempotent; in under two seconds. */
  stop?(): Promise<void> | void
  /** What does not work at present although it should, for `/health`. */
  problems?(): readonly ErrorCode[]
  /** Resources below `/live` that it answers. */
  readonly resources?: ResourceHandlers
  /** Resources below `/live` that are WebSockets of its own. */
  readonly upgrades?: UpgradeHandlers
}
