import { Type } from 'typebox'
import { wholeListSchema } from '../../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../../platform/routes/routes.ts'
import { SourceChangesSchema, SourceRequestSchema, SourceSchema } from './schemas.ts'
import type { Sources } from './sources.ts'

const tag = 'live'
const Params = Type.Object({ id: Type.String({ maxLength: 80 }) })

/** API routes of sources. A source makes the host open URLs and files, so only an admin may create one. */
export function sourceRoutes(sources: Sources): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/live/sources',
      tag,
      summary: 'Sources that the host fetches by itself',
      role: 'viewer',
      responses: { 200: wholeListSchema(SourceSchema) },
      handler: () => ({ body: { items: sources.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/sources',
      tag,
      summary: 'Makes a source: RTMP, RTSP, SRT, HLS or a file, always or on demand',
      role: 'admin',
      body: SourceRequestSchema,
      responses: { 201: SourceSchema },
      idempotent: true,
      handler: async ({ body, principal }) => ({ status: 201, body: await sources.create(body, principal.id) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/live/sources/:id',
      tag,
      summary: 'Changes a source; turns it on and off',
      role: 'admin',
      params: Params,
      body: SourceChangesSchema,
      responses: { 200: SourceSchema },
      handler: async ({ params, body, principal }) => ({ body: await sources.change(params.id, body, principal.id) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/sources/:id/retry',
      tag,
      summary: 'Tries a source again at once',
      role: 'editor',
      params: Params,
      responses: { 200: SourceSchema },
      handler: ({ params }) => ({ body: sources.retry(params.id) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/sources/:id',
      tag,
      summary: 'Removes a source',
      role: 'admin',
      params: Params,
      responses: { 204: Type.Null() },
      handler: async ({ params, principal }) => {
        await sources.remove(params.id, principal.id)
        return { status: 204, body: null }
      },
    }),
  ]
}
