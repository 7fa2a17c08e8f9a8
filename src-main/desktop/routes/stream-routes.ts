import { Type } from 'typebox'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { DisplayBook } from '../displays/display-book.ts'
import { DisplaySchema, NewDisplaySchema, tag } from '../schemas/display.ts'
import type { Sessions } from '../sessions/sessions.ts'

const Id = Type.String({ minLength: 1, maxLength: 80, description: 'id of `GET /desktop/displays`' })

/** Short routes over displays: those that are made on demand, and the video of those that are shown. For admins. */
export function streamRoutes(book: DisplayBook, sessions: Sessions): readonly RouteDefinition[] {
  const virtual = { path: '/streams/virtual', alsoAt: '/api/streams/virtual', tag, role: 'admin' } as const
  const video = { path: '/streams/video', alsoAt: '/api/streams/video', tag, role: 'admin' } as const
  return [
    defineRoute({
      method: 'GET',
      ...virtual,
      summary: 'Short for `GET /desktop/displays`: those that were made on demand',
      responses: { 200: wholeListSchema(DisplaySchema) },
      handler: () => ({ body: { items: book.list().filter(({ kind }) => kind === 'virtual'), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      ...virtual,
      summary: 'Short for `POST /desktop/displays`',
      idempotent: true,
      body: NewDisplaySchema,
      responses: { 201: DisplaySchema },
      handler: async ({ body, principal }) => ({ status: 201, body: await book.add(body, principal.id) }),
    }),
    defineRoute({
      method: 'GET',
      ...video,
      summary: 'Displays that are shown now: their changes are read, and sent to who looks',
      responses: { 200: wholeListSchema(DisplaySchema) },
      handler: () => ({ body: { items: book.list().filter(({ id }) => sessions.isShown(id)), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      ...video,
      summary: 'Starts a display where it is stopped, and what shows it: who opens it then sees it sooner. It ends when nobody comes',
      body: Type.Object({ id: Id }, { additionalProperties: false }),
      responses: { 200: DisplaySchema },
      handler: async ({ body: { id }, principal }) => {
        sessions.prepare(id, await book.running(id, principal.id))
        return { body: book.describe(id) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      ...video,
      summary: 'Disconnects everybody who looks at a display; the display and its programs go on',
      query: Type.Object({ id: Id }),
      responses: { 204: Type.Null() },
      handler: async ({ query: { id } }) => {
        book.describe(id)
        await sessions.end(id, 'an admin ended its video')
        return { status: 204, body: null }
      },
    }),
  ]
}
