import { Type } from 'typebox'
import { wholeListSchema } from '../../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition } from '../../platform/routes/routes.ts'
import type { CommandRunner } from '../control/command-runner.ts'
import { requestTypes } from '../control/requests/request-types.ts'
import type { StreamService } from '../control/stream-service.ts'
import type { StreamToHost } from '../control/stream-to-host.ts'
import type { InstanceBook } from '../instances/instance-book.ts'
import {
  BatchAnswerSchema,
  BatchBody,
  DoneSchema,
  RequestBody,
  RequestTypeSchema,
  ShortRequestBody,
  StreamServiceBody,
  StreamServiceSchema,
  StreamToHostBody,
  StreamToHostSchema,
} from '../schemas/commands.ts'
import { InstanceSchema } from '../schemas/instance.ts'
import { IdParams, tag } from '../schemas/words.ts'

export interface RequestRoutesDependencies {
  readonly book: InstanceBook
  readonly runner: CommandRunner
  readonly service: StreamService
  readonly link: StreamToHost
}

/** Requests in the words of OBS, one or many, and where OBS streams to. */
export function requestRoutes({ book, runner, service, link }: RequestRoutesDependencies): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/obs/request-types',
      tag,
      summary: 'Requests of obs-websocket 5 with the schema of their data, and who may send them',
      role: 'viewer',
      responses: { 200: wholeListSchema(RequestTypeSchema) },
      handler: () => ({ body: { items: requestTypes(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/obs/:id/requests',
      tag,
      summary: 'Sends one request of obs-websocket 5 to an OBS; those that reach its machine are for admins',
      role: 'editor',
      params: IdParams,
      body: RequestBody,
      responses: { 200: DoneSchema },
      handler: async ({ params, body, principal, requestId }) => ({ body: await runner.run(params.id, body, { principal, requestId }) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/obs/:id/batch',
      tag,
      summary: 'Sends up to 2,000 requests to an OBS at once, which answers each',
      role: 'editor',
      params: IdParams,
      body: BatchBody,
      responses: { 200: BatchAnswerSchema },
      handler: async ({ params, body, principal, requestId }) => ({ body: await runner.batch(params.id, body, { principal, requestId }) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/obs/:id/stream-service',
      tag,
      summary: 'Where an OBS streams to; its key is not given back',
      role: 'editor',
      params: IdParams,
      responses: { 200: StreamServiceSchema },
      handler: async ({ params }) => ({ body: await service.read(book.session(params.id)) }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/obs/:id/stream-service',
      tag,
      summary: 'Sets where an OBS streams to',
      role: 'editor',
      params: IdParams,
      body: StreamServiceBody,
      responses: { 200: StreamServiceSchema },
      handler: async ({ params, body, principal, requestId }) => ({ body: await service.set(params.id, body, { principal, requestId }) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/obs/:id/stream-to-host',
      tag,
      summary: 'Lets an OBS stream to this host: creates a key, sets it in OBS, starts, and answers when the stream has arrived',
      role: 'editor',
      params: IdParams,
      body: StreamToHostBody,
      responses: { 200: StreamToHostSchema },
      handler: async ({ params, body, principal, requestId, signal }) => ({
        body: await link.connect(params.id, body, { principal, requestId, signal }),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/streams/obs',
      alsoAt: '/api/streams/obs',
      tag,
      summary: 'Short for `GET /obs`',
      role: 'viewer',
      responses: { 200: Type.Object({ items: Type.Array(InstanceSchema), nextCursor: Type.Null() }) },
      handler: () => ({ body: { items: book.list(), nextCursor: null } }),
    }),
    defineRoute({
      method: 'POST',
      path: '/streams/obs',
      alsoAt: '/api/streams/obs',
      tag,
      summary: 'Short for `POST /obs/:id/requests`',
      role: 'editor',
      body: ShortRequestBody,
      responses: { 200: DoneSchema },
      handler: async ({ body: { obs, ...request }, principal, requestId }) => ({
        body: await runner.run(obs ?? book.only(), request, { principal, requestId }),
      }),
    }),
  ]
}
