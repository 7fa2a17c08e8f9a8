import { Type } from 'typebox'
import type { AuditLog } from '../../platform/audit.ts'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import type { Consents } from '../rights/consents.ts'
import type { Grant } from '../rights/grant-store.ts'
import type { Grants } from '../rights/grants.ts'
import { DisplayIdParams, tag } from '../schemas/display.ts'
import { AttendeeChangesSchema, AttendeeParams, AttendeeSchema, GrantParams, GrantSchema, NewGrantSchema } from '../schemas/rights.ts'
import type { Sessions } from '../sessions/sessions.ts'

export interface RightsRoutesDependencies {
  readonly book: DisplayBook
  readonly grants: Grants
  readonly sessions: Sessions
  readonly consents: Pick<Consents, 'withdraw'>
  readonly audit: AuditLog
}

/** Who may do what at a display, and who is there. Admins alone. */
export function rightsRoutes({ book, grants, sessions, consents, audit }: RightsRoutesDependencies): readonly RouteDefinition[] {
  const attendees = (id: string) => ({ body: { items: [...sessions.attendees(book.describe(id).id)], nextCursor: null } })
  const shown = ({ user, rights, expiresAt, createdAt }: Grant) => ({
    user,
    name: grants.nameOfUser(user) ?? null,
    rights: [...rights],
    expiresAt,
    createdAt,
  })
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/displays/:id/grants',
      tag,
      summary: 'Users of the host who have rights at a display, besides admins, who have all',
      role: 'admin',
      params: DisplayIdParams,
      responses: { 200: wholeListSchema(GrantSchema) },
      handler: ({ params }) => ({ body: { items: grants.list(book.describe(params.id).id).map(shown), nextCursor: null } }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/desktop/displays/:id/grants/:user',
      tag,
      summary: 'Grants a user rights at a display, in the place of those they had there; it applies at once to those who are connected',
      role: 'admin',
      params: GrantParams,
      body: NewGrantSchema,
      responses: { 200: GrantSchema },
      handler: async ({ params: { id, user }, body: { rights, expiresAt = null }, principal }) => ({
        body: shown(await grants.put(book.describe(id).id, user, rights, expiresAt, principal.id)),
      }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/desktop/displays/:id/grants/:user',
      tag,
      summary: 'Revokes the rights of a user at a display and disconnects them',
      role: 'admin',
      params: GrantParams,
      responses: { 204: Type.Null() },
      handler: async ({ params: { id, user }, principal }) => {
        await grants.remove(book.describe(id).id, user, principal.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/desktop/displays/:id/attendees',
      tag,
      summary: 'Who is at a display now, and what each may do',
      role: 'admin',
      params: DisplayIdParams,
      responses: { 200: wholeListSchema(AttendeeSchema) },
      handler: ({ params }) => attendees(params.id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/desktop/displays/:id/attendees/:attendee',
      tag,
      summary: 'Changes what somebody who is connected may do, at once and for this connection',
      role: 'admin',
      params: AttendeeParams,
      body: AttendeeChangesSchema,
      responses: { 200: wholeListSchema(AttendeeSchema) },
      handler: ({ params: { id, attendee }, body: { rights }, principal }) => {
        sessions.changeRights(id, attendee, rights)
        audit.record({
          kind: 'command',
          message: `somebody at a display may now: ${rights.join(', ')}`,
          actor: principal.id,
          sessionId: attendee,
          data: { display: id, rights },
        })
        return attendees(id)
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/desktop/displays/:id/attendees/:attendee',
      tag,
      summary:
        'Disconnects somebody from a display; they may connect again while they have rights, and are asked for again where that is needed',
      role: 'admin',
      params: AttendeeParams,
      responses: { 204: Type.Null() },
      handler: ({ params: { id, attendee }, principal }) => {
        const user = sessions.attendees(id).find((each) => each.id === attendee)?.user
        sessions.disconnect(id, attendee)
        if (user !== undefined) consents.withdraw(user)
        audit.record({
          kind: 'command',
          message: 'somebody was disconnected from a display',
          actor: principal.id,
          sessionId: attendee,
          data: { display: id },
        })
        return { status: 204, body: null }
      },
    }),
  ]
}
