import type { TSchema } from 'typebox'
import { Type } from 'typebox'
import { defineRoute, type RouteDefinition } from '../platform/routes/routes.ts'
import { ProblemSchema } from './problem.ts'

/** The event endpoint, documented beside the routes; the server answers it on its own. */
const eventsRoute = defineRoute({
  method: 'GET',
  path: '/events',
  tag: 'events',
  summary: 'Events as WebSocket messages, or as Server-Sent Events with `Accept: text/event-stream`',
  role: 'viewer',
  query: Type.Object({
    since: Type.Optional(Type.Integer({ description: 'resume after this sequence number' })),
    run: Type.Optional(Type.String({ description: 'run of the host that `since` is of' })),
    topics: Type.Optional(Type.String({ description: 'prefixes of topics, separated by commas, e.g. stream.,key.' })),
  }),
  responses: {
    200: Type.Object({
      seq: Type.Integer(),
      time: Type.String({ format: 'date-time' }),
      topic: Type.String(),
      stream: Type.Optional(Type.String()),
      data: Type.Unknown(),
    }),
  },
  handler: () => ({ body: null }),
})

/** `GET /live/streams/:id` is `getLiveStreamsById`. */
export function operationId(route: Pick<RouteDefinition, 'method' | 'path'>): string {
  const words = route.path
    .split('/')
    .filter((word) => word !== '')
    .map((word) => (word.startsWith(':') ? `By-${word.slice(1)}` : word))
  return (
    route.method.toLowerCase() +
    words.map((word) => word.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase())).join('')
  )
}

/** Makes the OpenAPI 3.1 document of the routes. Loads its tools only now: most runs of a host never need them. */
export async function buildOpenApi(routes: readonly RouteDefinition[], version: string): Promise<object> {
  const [{ default: Fastify }, { default: swagger }] = await Promise.all([import('fastify'), import('@fastify/swagger')])
  const app = Fastify({ logger: false })
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => () => '')
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'AMI Streams',
        version,
        description:
          'Everything that the page and the command line do. Errors are `application/problem+json` with a stable `code` and a `remedy`.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'a token created with POST /tokens or `streams tokens create`' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'streams_session' },
        },
      },
    },
  })
  for (const route of [...routes, eventsRoute]) {
    app.route({ method: route.method, url: `/api/v1${route.path}`, schema: describe(route), handler: async () => null })
  }
  await app.ready()
  const document = JSON.parse(JSON.stringify(app.swagger())) as object
  await app.close()
  return document
}

function describe(route: RouteDefinition): Record<string, unknown> {
  const responses: Record<string, unknown> = {}
  const texts = Object.fromEntries((route.textTypes ?? []).map((type) => [type, { schema: Type.String() }]))
  for (const [status, schema] of Object.entries(route.responses)) {
    const description = (schema as TSchema & { description?: string }).description ?? 'Done'
    const files = Object.fromEntries(
      (route.fileTypes ?? []).map((type) => [
        type,
        { schema: type === 'application/json' ? schema : { type: 'string', format: 'binary' } },
      ]),
    )
    if (route.fileTypes) responses[status] = { description, content: files }
    else
      responses[status] =
        status === '204' ? { type: 'null', description: 'Done' } : { description, content: { 'application/json': { schema }, ...texts } }
  }
  responses.default = { description: 'What went wrong', content: { 'application/problem+json': { schema: ProblemSchema } } }
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.deprecated ? { deprecated: true } : {}),
    description: route.role === 'none' ? 'Open to everyone.' : `Needs the role ${route.role}.`,
    security: route.role === 'none' ? [] : [{ bearer: [] }, { cookie: [] }],
    ...(route.params ? { params: route.params } : {}),
    ...(route.query ? { querystring: route.query } : {}),
    ...(route.body ? { body: route.body } : {}),
    ...(route.takesBytes === undefined
      ? {}
      : { consumes: ['application/octet-stream'], body: { type: 'string', format: 'binary', maxLength: route.takesBytes } }),
    ...(route.idempotent
      ? {
          headers: Type.Object({
            'Idempotency-Key': Type.Optional(
              Type.String({ maxLength: 200, description: 'repeating a request with the same key acts once' }),
            ),
          }),
        }
      : {}),
    response: responses,
  }
}
