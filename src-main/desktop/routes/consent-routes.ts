import { Type } from 'typebox'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { Consents } from '../rights/consents.ts'
import { ConsentSchema } from '../schemas/consent.ts'
import { tag } from '../schemas/display.ts'

/** Questions whether somebody may open a display; a window asks at the screen, too. */
export function consentRoutes(consents: Consents): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/desktop/consents',
      tag,
      summary: 'People who wait for somebody to allow them to open a display',
      role: 'admin',
      responses: { 200: wholeListSchema(ConsentSchema) },
      handler: () => ({ body: { items: [...consents.list()], nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/desktop/consents/:id',
      tag,
      summary: 'Allows somebody who waits to open a display, or says no',
      role: 'admin',
      params: Type.Object({ id: Type.String({ maxLength: 80 }) }),
      body: Type.Object({ allowed: Type.Boolean() }, { additionalProperties: false }),
      responses: { 204: Type.Null() },
      handler: ({ params, body, principal }) => {
        consents.answer(params.id, body.allowed, principal.id)
        return { status: 204, body: null }
      },
    }),
  ]
}
