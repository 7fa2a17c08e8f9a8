import { Type } from 'typebox'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { isLimited, type Principal } from '../../../platform/routes/principal.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { DestinationAuthor, DestinationBook } from './destination-book.ts'
import { DestinationChangesSchema, DestinationSchema, DestinationTemplateSchema, NewDestinationSchema } from './schemas.ts'
import { destinationTemplates } from './templates.ts'

const StreamParams = Type.Object({ id: Type.String({ maxLength: 80, description: 'id or name of the stream' }) })
const Params = Type.Object({
  id: Type.String({ maxLength: 80, description: 'id or name of the stream' }),
  destination: Type.String({ maxLength: 80 }),
})
const List = wholeListSchema(DestinationSchema)
const tag = 'live'
const ofStream = '/live/streams/:id/destinations'
const one = `${ofStream}/:destination`

const authorOf = (principal: Principal): DestinationAuthor => ({ actor: principal.id, limited: isLimited(principal) })

/** API routes of destinations. `nameOf` turns an id or name of a stream into its name, or throws `stream.not_found`. */
export function destinationRoutes(book: DestinationBook, nameOf: (idOrName: string) => string): readonly RouteDefinition[] {
  const act = (what: 'start' | 'stop' | 'retry', summary: string) =>
    defineRoute({
      method: 'POST',
      path: `${one}/${what}`,
      tag,
      summary,
      role: 'editor',
      params: Params,
      responses: { 200: DestinationSchema },
      handler: async ({ params, principal }) => ({ body: await book[what](nameOf(params.id), params.destination, principal.id) }),
    })
  return [
    defineRoute({
      method: 'GET',
      path: '/live/destination-templates',
      tag,
      summary: 'Services that a stream can be sent to, and what they take',
      role: 'viewer',
      responses: { 200: wholeListSchema(DestinationTemplateSchema) },
      handler: () => ({ body: { items: destinationTemplates, nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/live/destinations',
      tag,
      summary: 'The destinations of all streams',
      role: 'viewer',
      responses: { 200: List },
      handler: () => ({ body: { items: book.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: ofStream,
      tag,
      summary: 'Where a stream is sent on to',
      role: 'viewer',
      params: StreamParams,
      responses: { 200: List },
      handler: ({ params }) => ({ body: { items: book.list(nameOf(params.id)), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: ofStream,
      tag,
      summary: 'Adds a destination; it starts at once where the stream is live and it is enabled',
      role: 'editor',
      idempotent: true,
      params: StreamParams,
      body: NewDestinationSchema,
      responses: { 201: DestinationSchema },
      handler: async ({ params, body, principal }) => ({
        status: 201,
        body: await book.create(nameOf(params.id), body, authorOf(principal)),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: one,
      tag,
      summary: 'One destination: state, figures, never its key',
      role: 'viewer',
      params: Params,
      responses: { 200: DestinationSchema },
      handler: ({ params }) => ({ body: book.get(nameOf(params.id), params.destination) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: one,
      tag,
      summary: 'Changes a destination; one that sends connects again where URL, key or tracks changed',
      role: 'editor',
      params: Params,
      body: DestinationChangesSchema,
      responses: { 200: DestinationSchema },
      handler: async ({ params, body, principal }) => ({
        body: await book.change(nameOf(params.id), params.destination, body, authorOf(principal)),
      }),
    }),
    defineRoute({
      method: 'DELETE',
      path: one,
      tag,
      summary: 'Stops and removes a destination; it can be restored for ten minutes',
      role: 'editor',
      params: Params,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await book.remove(nameOf(params.id), params.destination, principal.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'POST',
      path: `${one}/restore`,
      tag,
      summary: 'Brings back a destination that was removed in the last ten minutes',
      role: 'editor',
      params: Params,
      responses: { 200: DestinationSchema },
      handler: async ({ params, principal }) => ({
        body: await book.restore(nameOf(params.id), params.destination, authorOf(principal)),
      }),
    }),
    act('start', 'Starts sending while the stream is live'),
    act('stop', 'Stops sending until it is started or the stream starts again'),
    act('retry', 'Connects at once instead of at the next attempt'),
  ]
}
