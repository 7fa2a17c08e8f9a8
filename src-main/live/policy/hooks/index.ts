import type { AuditLog } from '../../../platform/audit.ts'
import type { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { PublishRequest } from '../../hub/publishers/publisher.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { LivePart } from '../../live-part.ts'
import { createHookStore } from './hook-store.ts'
import { Hooks } from './hooks.ts'
import { hookRoutes } from './routes.ts'

export { createPlayDecisions } from './play-decisions.ts'

export interface HooksPartDependencies {
  readonly database: LiveDatabase
  readonly secrets: SecretBox
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** ms since 1970. */
  readonly now: () => number
}

export interface HooksPart extends LivePart {
  readonly hooks: Hooks
  /** Asks hooks whether a publisher whose key is good may start. Never rejects. */
  askPublish(
    key: { readonly id: string; readonly label: string; readonly stream: string },
    request: PublishRequest,
  ): Promise<AppError | undefined>
}

/** HTTP hooks: other programs are notified of what happens, and asked who may publish and play. */
export async function createHooks(dependencies: HooksPartDependencies): Promise<HooksPart> {
  const hooks = await Hooks.open({ ...dependencies, store: createHookStore(dependencies.database, dependencies.secrets) })
  return {
    hooks,
    routes: hookRoutes(hooks),
    start: () => hooks.start(),
    stop: () => hooks.stop(),
    askPublish: async (key, { protocol, remoteAddress, encoder, sessionId }) =>
      hooks.decides('publish', key.stream)
        ? hooks.ask('publish', key.stream, { protocol, remoteAddress, encoder, sessionId, key: { id: key.id, label: key.label } })
        : undefined,
  }
}
