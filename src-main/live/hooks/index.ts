import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events.ts'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { Logger } from '../../platform/logger.ts'
import type { LiveDatabase } from '../live-database.ts'
import type { LivePart } from '../live-part.ts'
import { createHookStore } from './hook-store.ts'
import { Hooks } from './hooks.ts'
import { hookRoutes } from './routes.ts'

export interface HooksPartNeeds {
  readonly database: LiveDatabase
  readonly secrets: SecretBox
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
}

/** HTTP hooks: other programs are told of what happens, and asked who may publish and play. */
export async function createHooks(needs: HooksPartNeeds): Promise<LivePart & { readonly hooks: Hooks }> {
  const hooks = await Hooks.open({ ...needs, store: createHookStore(needs.database, needs.secrets) })
  return { hooks, routes: hookRoutes(hooks), start: () => hooks.start(), stop: () => hooks.stop() }
}
