import { Type } from 'typebox'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { SlateSchema, StreamSlateSchema } from './slate-schemas.ts'
import type { Slates } from './slates.ts'

const Id = Type.Object({ id: Type.String({ maxLength: 80 }) })
const tag = 'live'

/** API routes of slates. `nameOf` finds a stream's name by id or name and throws `stream.not_found`. */
export function slateRoutes(slates: Slates, nameOf: (idOrName: string) => string): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/slates',
      tag,
      summary: 'Slates: images and short videos that are shown while a publisher is away',
      role: 'viewer',
      responses: { 200: Type.Object({ items: Type.Array(SlateSchema) }) },
      handler: () => ({ body: { items: slates.list() } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/slates',
      tag,
      summary: 'Adds a slate: PNG, JPEG, MP4 or WebM of up to 700 kB',
      role: 'editor',
      idempotent: true,
      body: Type.Object({
        label: Type.String({ minLength: 1, maxLength: 100 }),
        data: Type.String({ minLength: 4, maxLength: 960_000, pattern: '^[A-Za-z0-9+/]+={0,2}$', description: 'the file in base64' }),
      }),
      responses: { 201: SlateSchema },
      handler: async ({ body, principal }) => ({
        status: 201,
        body: await slates.add(body.label, Buffer.from(body.data, 'base64'), principal.id),
      }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/slates/:id',
      tag,
      summary: 'Deletes a slate; streams that chose it show the default one',
      role: 'editor',
      params: Id,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await slates.remove(params.id, principal.id)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/slate',
      tag,
      summary: 'What a stream shows while its publisher is away',
      role: 'viewer',
      params: Id,
      responses: { 200: StreamSlateSchema },
      handler: ({ params }) => ({ body: slates.choice(nameOf(params.id)) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/live/streams/:id/slate',
      tag,
      summary: 'Chooses what a stream shows while its publisher is away',
      role: 'editor',
      params: Id,
      body: Type.Partial(StreamSlateSchema),
      responses: { 200: StreamSlateSchema },
      handler: async ({ params, body, principal }) => ({ body: await slates.choose(nameOf(params.id), body, principal.id) }),
    }),
  ]
}
