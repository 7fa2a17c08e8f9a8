import { Type } from 'typebox'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import type { WarmBook } from './warm-book.ts'
import { WarmOrderSchema, WarmRequestSchema } from './warm-schemas.ts'

const tag = 'network'
const IdParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) })

/** Filling of nodes' caches before viewers come. Editors, as for purges. */
export function warmRoutes(book: WarmBook): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/network/cache/warm',
      alsoAt: '/api/v1/cdn/cache/warm',
      tag,
      summary: 'Has nodes fetch URLs, and what HLS playlists among them list, before viewers ask for them',
      role: 'editor',
      body: WarmRequestSchema,
      responses: { 202: WarmOrderSchema },
      handler: ({ body, principal }) => ({ status: 202, body: book.start(body, principal.id) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/cache/warm',
      alsoAt: '/api/v1/cdn/cache/warm',
      tag,
      summary: 'The last 20 orders to fill caches, newest first, and how far each node has come',
      role: 'viewer',
      responses: { 200: wholeListSchema(WarmOrderSchema) },
      handler: () => ({ body: { items: book.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/network/cache/warm/:id',
      alsoAt: '/api/v1/cdn/cache/warm/:id',
      tag,
      summary: 'One order to fill caches',
      role: 'viewer',
      params: IdParams,
      responses: { 200: WarmOrderSchema },
      handler: ({ params }) => ({ body: book.get(params.id) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/network/cache/warm/:id',
      alsoAt: '/api/v1/cdn/cache/warm/:id',
      tag,
      summary: 'Ends an order to fill caches; what was fetched stays',
      role: 'editor',
      params: IdParams,
      responses: { 200: WarmOrderSchema },
      handler: ({ params }) => ({ body: book.cancel(params.id) }),
    }),
  ]
}
