import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import { AppError } from '../platform/errors.ts'
import { clientOf } from '../platform/http/client.ts'
import type { ClientLimits } from '../platform/http/client-limits.ts'
import type { Logger } from '../platform/logger.ts'
import type { Principal } from '../platform/routes/principal.ts'
import type { RouteDefinition, RouteReply } from '../platform/routes/routes.ts'
import type { Access, Caller } from './access.ts'
import type { AttemptLimit } from './attempt-limit.ts'
import { docsHeaders, docsPage } from './docs-page.ts'
import type { EventStreams } from './event-stream.ts'
import { disposition, sendFile } from './file-reply.ts'
import { createIdempotencyStore } from './idempotency.ts'
import { logProblem, toProblem } from './problem.ts'
import { apiHeaders } from './security-headers.ts'
import { partCheck } from './validation.ts'

export interface ApiAppDependencies {
  readonly routes: readonly RouteDefinition[]
  readonly access: Access
  readonly clients: ClientLimits
  readonly attempts: AttemptLimit
  readonly eventStreams: EventStreams
  readonly metrics: Registry
  readonly logger: Logger
  readonly version: string
  /** The OpenAPI document of the routes; made when it is first asked for. */
  readonly openApi: () => Promise<object>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** See `takesBytes` of a route. */
    readonly takesBytes?: number
  }
}

export const apiPrefix = '/api/v1'

/** Random id that joins an answer with its log lines. */
export const newRequestId = (): string => randomBytes(9).toString('base64url')

/** What of a request decides who asks, for HTTP/1.1 and HTTP/2 alike. */
export function callerOf(request: IncomingMessage): Caller {
  return { method: request.method ?? 'GET', headers: request.headers, ...clientOf(request) }
}

/** Routes check their own parts; Fastify would load compilers of schemas that it never uses. */
const noCompilers = { buildValidator: () => unused, buildSerializer: () => unused }

function unused(): never {
  throw new Error('A route of Fastify has a schema of its own')
}

/** The API behind both servers: Fastify with every module's routes under /api/v1, and /metrics. */
export async function createApiApp(dependencies: ApiAppDependencies): Promise<FastifyInstance> {
  const { access, clients, logger } = dependencies
  const app = Fastify({
    logger: false,
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: 1024 * 1024,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    schemaController: { compilersFactory: noCompilers },
  })
  app.removeContentTypeParser('text/plain')
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Clients name a type even where they send nothing, e.g. with DELETE.
    if (body.length === 0) done(null, undefined)
    else parseJson(request, body, done)
  })
  app.addContentTypeParser('application/octet-stream', (request, payload, done) => {
    if (request.routeOptions.config.takesBytes === undefined) done(new AppError('request.media_type', 'This route takes no bytes'))
    else done(null, payload)
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...apiHeaders, 'x-request-id': request.id })
  })
  app.setErrorHandler(async (error, request, reply) => {
    const known = fromFastify(error)
    if (known.code === 'auth.too_many_attempts') await dependencies.attempts.delay()
    logProblem(logger, known, error, { requestId: request.id, method: request.method, path: request.routeOptions.url })
    // What is left of a long body is not waited for.
    if (request.routeOptions.config.takesBytes !== undefined && request.raw.httpVersionMajor === 1) reply.header('connection', 'close')
    return sendProblem(reply, known, request.id)
  })
  app.setNotFoundHandler((request, reply) => {
    sendProblem(reply, new AppError('request.not_found', `There is nothing at ${request.method} ${request.url.split('?')[0]}`), request.id)
  })

  const idempotency = createIdempotencyStore()
  for (const route of dependencies.routes) {
    mount(app, route, apiPrefix + route.path, access, idempotency)
    if (route.alsoAt !== undefined) mount(app, route, route.alsoAt, access, idempotency)
  }

  app.get(`${apiPrefix}/events`, (request, reply) => {
    const principal = access.admit(callerOf(request.raw), 'viewer', true)
    if (!request.headers.accept?.includes('text/event-stream')) {
      throw new AppError('request.invalid', 'Open this URL as a WebSocket, or with `Accept: text/event-stream`')
    }
    const release = clients.take('eventStreams', clientOf(request.raw).remoteAddress)
    if (release === undefined) throw clients.error('eventStreams')
    reply.raw.once('close', release)
    reply.hijack()
    const lastEventId = request.headers['last-event-id']
    dependencies.eventStreams.serve(reply.raw, principal, request.url, typeof lastEventId === 'string' ? lastEventId : undefined)
  })
  app.get(`${apiPrefix}/openapi.json`, async (request) => {
    access.admit(callerOf(request.raw), 'none')
    return dependencies.openApi()
  })
  app.get(`${apiPrefix}/docs`, async (request, reply) => {
    access.admit(callerOf(request.raw), 'none')
    const page = docsPage(await dependencies.openApi())
    return reply.headers(docsHeaders()).send(page)
  })
  app.get('/metrics', async (request, reply) => {
    access.admit(callerOf(request.raw), 'viewer')
    return reply.type(dependencies.metrics.contentType).send(await dependencies.metrics.metrics())
  })
  await app.ready()
  return app
}

function mount(
  app: FastifyInstance,
  route: RouteDefinition,
  url: string,
  access: Access,
  idempotency: ReturnType<typeof createIdempotencyStore>,
): void {
  const checkParams = partCheck('params', route.params)
  const checkQuery = partCheck('query', route.query)
  const checkBody = partCheck('body', route.body)
  const successStatus = Number(Object.keys(route.responses)[0] ?? 200)
  const principals = new WeakMap<FastifyRequest, Principal>()

  app.route({
    method: route.method,
    url,
    ...(route.bodyBytes === undefined ? {} : { bodyLimit: route.bodyBytes }),
    config: route.takesBytes === undefined ? {} : { takesBytes: route.takesBytes },
    // Before the body is read: who may not act sends nothing.
    onRequest: async (request) => {
      principals.set(request, access.admit(callerOf(request.raw), route.role))
      if (route.takesBytes !== undefined) checkBytes(request, route.takesBytes)
    },
    handler: async (request, reply) => {
      const principal = principals.get(request) as Principal
      const caller = callerOf(request.raw)
      const gone = new AbortController()
      reply.raw.on('close', () => {
        if (!reply.raw.writableFinished) gone.abort()
      })
      const body = route.takesBytes === undefined ? checkBody(request.body) : undefined
      const bytes =
        route.takesBytes === undefined ? undefined : bounded(request.body as AsyncIterable<Uint8Array> | undefined, route.takesBytes)
      const act = async (): Promise<RouteReply<unknown>> =>
        route.handler({
          params: checkParams(request.params),
          query: checkQuery(request.query),
          body,
          ...(bytes === undefined ? {} : { bytes }),
          principal,
          requestId: request.id,
          remoteAddress: caller.remoteAddress,
          userAgent: request.headers['user-agent'] ?? '',
          signal: gone.signal,
          baseUrl: access.baseUrl(caller),
          sharedBaseUrl: access.sharedBaseUrl(caller),
          signInBaseUrl: access.signInBaseUrl(caller),
        })
      const key = request.headers['idempotency-key']
      const answer =
        route.idempotent && typeof key === 'string'
          ? await idempotency.once(`${principal.id} ${route.method} ${request.url}`, key, body, act)
          : await act()
      reply.status(answer.status ?? successStatus)
      if (answer.headers) reply.headers({ ...answer.headers })
      if (reply.statusCode === 204) return reply.send()
      if (answer.file !== undefined) return sendFile(request, reply, answer.file)
      if (answer.stream !== undefined) {
        const { data, bytes: length, type, downloadName } = answer.stream
        return reply
          .type(type)
          .headers({ 'content-length': length, 'cache-control': 'no-store' })
          .headers(downloadName === undefined ? {} : { 'content-disposition': disposition(downloadName) })
          .send(Readable.from(data, { objectMode: false }))
      }
      if (answer.bytes !== undefined) return reply.type(answer.bytes.type).header('cache-control', 'no-store').send(answer.bytes.data)
      if (answer.text !== undefined) return reply.type(`${answer.text}; charset=utf-8`).send(answer.body)
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body))
    },
  })
}

/** Judges a body of bytes by its headers. Throws `request.media_type` and `request.too_large`. */
function checkBytes({ headers }: FastifyRequest, maxBytes: number): void {
  if (!/^application\/octet-stream\b/i.test(headers['content-type'] ?? '')) {
    throw new AppError('request.media_type', 'The body is sent as application/octet-stream')
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes)
    throw new AppError('request.too_large', `One request takes ${maxBytes} bytes at most`)
}

/** A body without a length ends where it may be no longer. */
async function* bounded(body: AsyncIterable<Uint8Array> | undefined, maxBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const bytes of body ?? []) {
    length += bytes.length
    if (length > maxBytes) throw new AppError('request.too_large', `One request takes ${maxBytes} bytes at most`)
    yield bytes
  }
}

function sendProblem(reply: FastifyReply, error: AppError, requestId: string): FastifyReply {
  const problem = toProblem(error, requestId)
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="AMI Streams"')
  const { retryAfterSeconds } = error.details
  if (typeof retryAfterSeconds === 'number') reply.header('retry-after', String(retryAfterSeconds))
  return reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}

function fromFastify(error: unknown): AppError {
  if (error instanceof AppError) return error
  const { statusCode, message } = error as { statusCode?: number; message?: string }
  if (statusCode === 413) return new AppError('request.too_large', message, { cause: error })
  if (statusCode === 415) return new AppError('request.media_type', message, { cause: error })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new AppError('request.invalid', message, { cause: error })
  return new AppError('internal', undefined, { cause: error })
}
