import { Type } from 'typebox'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { isLimited, type Principal } from '../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import { portalOffer } from '../displays/portal/desktop-portal.ts'
import { findRequirements } from '../displays/requirements.ts'
import type { DisplayLocks } from '../rights/display-locks.ts'
import type { Grants } from '../rights/grants.ts'
import {
  type Display,
  DisplayChangesSchema,
  DisplayIdParams,
  DisplaySchema,
  NewDisplaySchema,
  PortalOfferSchema,
  RequirementSchema,
  StartProgramSchema,
  tag,
} from '../schemas/display.ts'
import type { Sessions } from '../sessions/sessions.ts'

/** Displays: who may create one, or start a program on it, acts as the user that the host runs as: admins alone. Others see theirs. */
export function displayRoutes(book: DisplayBook, sessions: Sessions, grants: Grants, locks: DisplayLocks): readonly RouteDefinition[] {
  const shownTo = (principal: Principal, display: Display): Display => ({
    ...display,
    ...(isLimited(principal) ? { command: null, server: null, user: null } : {}),
    rights: [...grants.rightsOf(principal, display.id)],
  })
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/displays',
      tag,
      summary: 'Displays that who asks may open from a browser',
      role: 'viewer',
      responses: { 200: wholeListSchema(DisplaySchema) },
      handler: ({ principal }) => {
        const shown = book.list().map((display) => shownTo(principal, display))
        return { body: { items: shown.filter(({ rights }) => rights.includes('see')), nextCursor: null } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/desktop/displays',
      tag,
      summary: 'Creates a display in memory and starts it, with a light desktop or a program on it',
      role: 'admin',
      idempotent: true,
      body: NewDisplaySchema,
      responses: { 201: DisplaySchema },
      handler: async ({ body, principal }) => {
        const display = await book.add(body, principal.id)
        const running = book.ifRunning(display.id)
        // Who creates one opens it next. A desktop that asks the person there is not asked before somebody looks.
        if (running !== undefined && running.protocol !== 'portal') sessions.prepare(display.id, running)
        return { status: 201, body: display }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/desktop/portal',
      tag,
      summary: 'Whether the desktop that is logged in at this machine can be shown',
      role: 'admin',
      responses: { 200: PortalOfferSchema },
      handler: async () => ({ body: await portalOffer() }),
    }),
    defineRoute({
      method: 'GET',
      path: '/desktop/requirements',
      tag,
      summary: 'What displays need of this machine, what of it is installed, and what installs the rest',
      role: 'admin',
      responses: { 200: wholeListSchema(RequirementSchema) },
      handler: async () => {
        const found = findRequirements((await portalOffer()).available)
        return {
          body: {
            items: found.map((each) => ({ ...each, found: [...each.found], missing: [...each.missing], commands: [...each.commands] })),
            nextCursor: null,
          },
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/desktop/displays/:id',
      tag,
      summary: 'One display: its size, whether it runs, and how many look at it',
      role: 'viewer',
      params: DisplayIdParams,
      responses: { 200: DisplaySchema },
      handler: ({ params: { id }, principal }) => {
        const display = book.describe(id)
        grants.demand(principal, id, 'see')
        return { body: shownTo(principal, display) }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/desktop/displays/:id',
      tag,
      summary:
        'Renames a display, splits it into monitors, or sets when it ends by itself and whether it is locked when everybody has left',
      role: 'admin',
      params: DisplayIdParams,
      body: DisplayChangesSchema,
      responses: { 200: DisplaySchema },
      handler: async ({ params, body, principal }) => {
        // Whoever stole a sign-in would unlock it so.
        if (body.locksOnLeave === false || body.monitors !== undefined) locks.demand(params.id)
        return { body: await book.change(params.id, body, principal.id) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/desktop/displays/:id',
      tag,
      summary: 'Ends the programs of a display and removes it',
      role: 'admin',
      params: DisplayIdParams,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await book.remove(params.id, principal.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/desktop/displays/:id/programs',
      tag,
      summary: 'Starts a program on a display, which is started first where it is stopped',
      role: 'admin',
      params: DisplayIdParams,
      body: StartProgramSchema,
      responses: { 204: Type.Null() },
      handler: async ({ params, body, principal }) => {
        await book.start(params.id, body.command, principal.id)
        return { status: 204, body: null }
      },
    }),
  ]
}
