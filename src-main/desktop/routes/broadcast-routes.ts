import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { DisplayBroadcasts } from '../broadcast/display-broadcasts.ts'
import type { DisplayLocks } from '../rights/display-locks.ts'
import { BroadcastStateSchema, NewBroadcastSchema } from '../schemas/broadcast.ts'
import { DisplayIdParams, tag } from '../schemas/display.ts'

/** Displays as streams of this host: what everybody may watch is decided by admins. */
export function broadcastRoutes(broadcasts: DisplayBroadcasts, locks: Pick<DisplayLocks, 'demand'>): readonly RouteDefinition[] {
  const live = { path: '/desktop/displays/:id/live', tag, role: 'admin', params: DisplayIdParams } as const
  return [
    defineRoute({
      method: 'GET',
      ...live,
      summary: 'Whether a display is sent live, and as which stream',
      responses: { 200: BroadcastStateSchema },
      handler: ({ params: { id } }) => ({ body: broadcasts.state(id) }),
    }),
    defineRoute({
      method: 'POST',
      ...live,
      summary: 'Sends a display live as a stream of this host; it is started first where it is stopped, and one that is live goes on',
      body: NewBroadcastSchema,
      responses: { 200: BroadcastStateSchema },
      handler: async ({ params: { id }, body, principal }) => {
        locks.demand(id)
        return { body: await broadcasts.start(id, body, principal.id) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      ...live,
      summary: 'Ends the stream of a display; the display goes on',
      responses: { 200: BroadcastStateSchema },
      handler: async ({ params: { id }, principal }) => ({ body: await broadcasts.end(id, principal.id) }),
    }),
  ]
}
