import { Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import type { EventBus } from '../../platform/events/events.ts'
import { atOldPath, defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { defineSocket, type SocketDefinition } from '../../platform/routes/sockets.ts'
import { ShellStateSchema, WantedWindowSchema } from '../../shell/shell-messages.ts'
import type { AttachedShells } from './attached-shells.ts'

const tag = 'host'
const IdParams = Type.Object({ id: Type.String({ maxLength: 40 }) })

/** A path of the page, as a person may have got it from anybody: never another host. */
const pagePattern = '^/(?![/\\\\])[\\x21-\\x5b\\x5d-\\x7e]{0,1023}$'

export interface ShellRoutesDependencies {
  readonly shells: AttachedShells
  readonly events: EventBus
  readonly audit: AuditLog
}

/** Names before the remote desktop took `/desktop`. */
const oldPath = (path: string): string => path.replace(/^\/shell/, '/desktop')

/** API of the windows on the desktop of this host. Admins alone: it is somebody's screen. */
export function shellRoutes({ shells, events, audit }: ShellRoutesDependencies): readonly RouteDefinition[] {
  const routes = [
    defineRoute({
      method: 'GET',
      path: '/shell',
      tag,
      summary: 'Displays and windows of the desktop that shows windows for this host',
      role: 'admin',
      responses: {
        200: Type.Object({
          shell: Type.Union([ShellStateSchema, Type.Null()], { description: 'null: no desktop is there' }),
          endsWithShell: Type.Boolean({ description: 'this host ends when a person quits the desktop shell' }),
        }),
      },
      handler: () => ({ body: { shell: shells.state() ?? null, endsWithShell: shells.endsWithShell } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/shell/windows',
      tag,
      summary: 'Opens a window on that desktop, on a display of it; one that is open goes there',
      role: 'admin',
      body: WantedWindowSchema,
      responses: { 204: Type.Null() },
      handler: async ({ body, principal }) => {
        await shells.run({ kind: 'open', ...body })
        audit.record({ kind: 'command', message: 'a window was opened on the desktop', actor: principal.id, data: { ...body } })
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/shell/windows/:id',
      tag,
      summary: 'Whether a window opens again with the next start',
      role: 'admin',
      params: IdParams,
      body: Type.Object({ reopens: Type.Boolean() }, { additionalProperties: false }),
      responses: { 204: Type.Null() },
      handler: async ({ params, body }) => {
        await shells.run({ kind: 'keep', window: params.id, reopens: body.reopens })
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/shell/windows/:id',
      tag,
      summary: 'Closes a window on the desktop',
      role: 'admin',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params }) => {
        await shells.run({ kind: 'close', window: params.id })
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/shell/show',
      tag,
      summary: 'Brings the main window to the front, at a path of the page: what a second start and links of the desktop do',
      role: 'admin',
      body: Type.Object(
        { path: Type.Optional(Type.String({ pattern: pagePattern, description: 'where it is where left out' })) },
        { additionalProperties: false },
      ),
      responses: { 204: Type.Null() },
      handler: async ({ body: { path } }) => {
        const shown = await shells.run({ kind: 'show', path: path ?? '/' })
        // One that was open follows the event.
        if (shown === 'raised' && path !== undefined) events.publish('shell.show', { path })
        return { status: 204, body: null }
      },
    }),
  ]
  return [...routes, ...routes.map((route) => atOldPath(route, oldPath(route.path)))]
}

/** Where a shell in another process is reached. */
export function shellSockets(shells: AttachedShells): readonly SocketDefinition[] {
  const session = defineSocket({
    path: '/shell/session',
    tag,
    summary: 'A desktop shell: says what displays and windows it has, and is asked for windows',
    role: 'admin',
    query: Type.Object({}),
    maxClients: 4,
    maxMessageBytes: 64 * 1024,
    accept: () => (client) => shells.serve(client),
  })
  return [session, atOldPath(session, '/desktop/shell')]
}
