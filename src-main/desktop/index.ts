import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { AuditLog } from '../platform/audit.ts'
import type { EventBus } from '../platform/events.ts'
import type { Logger } from '../platform/logger.ts'
import type { RouteDefinition } from '../platform/routes.ts'
import type { SocketDefinition } from '../platform/sockets.ts'
import { DisplayBook } from './displays/display-book.ts'
import { createDisplayStore } from './displays/display-store.ts'
import { xvncServer } from './displays/xvnc/xvnc-server.ts'
import { displayRoutes } from './routes/display-routes.ts'
import { sessionSocket } from './sessions/session-socket.ts'
import { Sessions } from './sessions/sessions.ts'

export { desktopMigrations } from './migrations.ts'

export interface DesktopDependencies {
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  readonly database: Kysely<any>
  readonly dataDir: string
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** What the host was started with: DISPLAY is a screen that can be shown. */
  readonly environment: NodeJS.ProcessEnv
}

/** This machine's screens, and displays made on demand, from a browser. */
export interface Desktop {
  readonly routes: readonly RouteDefinition[]
  readonly sockets: readonly SocketDefinition[]
  /** `byPerson`: virtual displays end, too; else they run on, and the next host shows them. */
  stop(byPerson: boolean): Promise<void>
}

export async function createDesktop({ database, dataDir, events, audit, log, environment }: DesktopDependencies): Promise<Desktop> {
  const sessions = new Sessions({
    log,
    onSize: (id, width, height) => book.resized(id, width, height),
    onViewers: (id) => book.announce(id),
  })
  const { DISPLAY: server, XAUTHORITY: authority = '' } = environment
  const book = await DisplayBook.open({
    store: createDisplayStore(database),
    server: xvncServer,
    folder: join(dataDir, 'displays'),
    events,
    audit,
    log,
    ...(server === undefined || server === '' ? {} : { screen: { server, authority, pid: 0 } }),
    viewersOf: (id) => sessions.viewersOf(id),
  })
  return {
    routes: displayRoutes(book, sessions),
    sockets: [sessionSocket(book, sessions)],
    async stop(byPerson) {
      await sessions.stop()
      if (byPerson) await book.endAll()
    },
  }
}
