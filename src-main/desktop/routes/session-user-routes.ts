import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import { SessionUsersSchema, tag } from '../schemas/display.ts'
import type { SessionUsers } from '../users/session-users.ts'

/** Users of this machine whose displays can be made. */
export function sessionUserRoutes(users: Pick<SessionUsers, 'list'>): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/users',
      tag,
      summary: 'Other users of this machine as whom displays can be made, and why not',
      role: 'admin',
      responses: { 200: SessionUsersSchema },
      handler: async () => {
        const { items, own, problem } = await users.list()
        return { body: { items: [...items], nextCursor: null, own, problem } }
      },
    }),
  ]
}
