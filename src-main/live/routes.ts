import { Type } from 'typebox'
import { AppError } from '../platform/errors.ts'
import { pageFields, pageOf, pageSchema } from '../platform/routes/pages.ts'
import { defineRoute, type RouteDefinition, type RouteRequest } from '../platform/routes/routes.ts'
import type { ViewerSessions } from './audience/viewer-sessions.ts'
import type { ManagedStream } from './hub/managed-stream.ts'
import type { StreamRegistry } from './hub/stream-registry.ts'
import { streamView } from './hub/stream-view.ts'
import { KeyLimitsChangeSchema, OnOverLimitSchema } from './key-limits.ts'
import type { StreamKeys } from './policy/keys/stream-keys.ts'
import type { TestStream } from './relay/demo/test-stream.ts'
import {
  DemoStateSchema,
  HealthSampleSchema,
  OnSecondPublisherSchema,
  PublisherRoleSchema,
  PublishUrlsSchema,
  RestartWindowSchema,
  StartRequestSchema,
  StartResponseSchema,
  StopRequestSchema,
  type Stream,
  StreamKeyCreatedSchema,
  StreamKeySchema,
  StreamName,
  StreamSchema,
  ViewerSessionSchema,
  ViewersSchema,
} from './schemas.ts'
import { publishUrls, type UrlBase } from './stream-urls.ts'

export interface LiveRoutesDependencies {
  readonly registry: StreamRegistry
  readonly keys: StreamKeys
  readonly viewers: ViewerSessions
  readonly testStream: TestStream
  /** Frees what is kept of a dropped stream. */
  readonly forget: (stream: ManagedStream) => void
  /** Everything that URLs are built from, for a client that used `baseUrl`. */
  readonly urlBase: (baseUrl: string) => UrlBase
}

type AnyRequest = Pick<RouteRequest<unknown, unknown, unknown>, 'baseUrl'>

const IdParams = Type.Object({ id: Type.String({ maxLength: 80, description: 'id or name' }) })
const KeyParams = Type.Object({ id: Type.String({ maxLength: 80 }) })
const PageQuery = Type.Object(pageFields(200))
const Label = Type.String({ minLength: 1, maxLength: 100 })

const tag = 'live'

/** The live part's endpoints of the API. */
export function liveRoutes(dependencies: LiveRoutesDependencies): readonly RouteDefinition[] {
  return [...streamRoutes(dependencies), ...keyRoutes(dependencies), ...demoRoutes(dependencies), ...shortRoutes(dependencies)]
}

function show(dependencies: LiveRoutesDependencies, stream: ManagedStream, request: AnyRequest): Stream {
  return streamView(stream, dependencies.viewers.count(stream.id), dependencies.urlBase(request.baseUrl))
}

function streamRoutes(dependencies: LiveRoutesDependencies): readonly RouteDefinition[] {
  const { registry, viewers } = dependencies
  return [
    defineRoute({
      method: 'GET',
      path: '/live/streams',
      tag,
      summary: 'All streams, live and past',
      role: 'viewer',
      query: PageQuery,
      responses: { 200: pageSchema(StreamSchema) },
      handler: (request) => {
        const { items, nextCursor } = pageOf(registry.list(), request.query)
        return { body: { items: items.map((stream) => show(dependencies, stream, request)), nextCursor } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id',
      tag,
      summary: 'One stream',
      role: 'viewer',
      params: IdParams,
      responses: { 200: StreamSchema },
      handler: (request) => ({ body: show(dependencies, registry.get(request.params.id), request) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/health',
      tag,
      summary: 'Health of the last five minutes, one sample a second',
      role: 'viewer',
      params: IdParams,
      responses: { 200: Type.Object({ samples: Type.Array(HealthSampleSchema) }) },
      handler: (request) => ({ body: { samples: registry.get(request.params.id).meter?.samples ?? [] } }),
    }),
    defineRoute({
      method: 'GET',
      path: '/live/streams/:id/sessions',
      tag,
      summary: 'Viewer sessions of a stream',
      role: 'viewer',
      params: IdParams,
      query: PageQuery,
      responses: { 200: pageSchema(ViewerSessionSchema) },
      handler: (request) => ({ body: pageOf(viewers.sessions(registry.get(request.params.id).id), request.query) }),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/live/streams/:id',
      tag,
      summary: 'Changes the title',
      role: 'editor',
      params: IdParams,
      body: Type.Object({ title: Type.String({ minLength: 1, maxLength: 200 }) }),
      responses: { 200: StreamSchema },
      handler: (request) => {
        const stream = registry.get(request.params.id)
        stream.rename(request.body.title, request.principal.id)
        return { body: show(dependencies, stream, request) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/live/streams/:id/kick',
      tag,
      summary: 'Disconnects the publisher; it may return',
      role: 'editor',
      params: IdParams,
      responses: { 200: StreamSchema },
      handler: (request) => {
        const stream = registry.get(request.params.id)
        stream.kick(request.principal.id)
        return { body: show(dependencies, stream, request) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/live/streams/:id/end',
      tag,
      summary: 'Ends the stream and disconnects the publisher',
      role: 'editor',
      params: IdParams,
      responses: { 200: StreamSchema },
      handler: async (request) => ({ body: await end(dependencies, request.params.id, request) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/streams/:id/switch',
      tag,
      summary: 'Puts the publisher that is kept ready on air, now',
      role: 'editor',
      params: IdParams,
      body: Type.Object({ to: Type.Optional(PublisherRoleSchema) }),
      responses: { 200: StreamSchema },
      handler: (request) => {
        const stream = registry.get(request.params.id)
        stream.switchOver(request.body.to, request.principal.id)
        return { body: show(dependencies, stream, request) }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/streams/:id',
      tag,
      summary: 'Deletes a stream that has ended',
      role: 'editor',
      params: IdParams,
      responses: { 204: Type.Null() },
      handler: (request) => {
        const stream = registry.get(request.params.id)
        registry.remove(stream, request.principal.id)
        dependencies.forget(stream)
        return { status: 204, body: null }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/live/publish-addresses',
      tag,
      summary: 'Where encoders publish to',
      role: 'viewer',
      responses: { 200: PublishUrlsSchema },
      handler: (request) => ({ body: publishUrls(dependencies.urlBase(request.baseUrl)) }),
    }),
  ]
}

function keyRoutes(dependencies: LiveRoutesDependencies): readonly RouteDefinition[] {
  const { keys } = dependencies
  return [
    defineRoute({
      method: 'GET',
      path: '/live/keys',
      tag,
      summary: 'Stream keys, revoked ones too; never their secrets',
      role: 'editor',
      query: PageQuery,
      responses: { 200: pageSchema(StreamKeySchema) },
      handler: (request) => ({ body: pageOf(keys.list(), request.query) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/keys',
      tag,
      summary: 'Makes a stream key; the answer shows its secret this once',
      role: 'editor',
      idempotent: true,
      body: Type.Object({
        stream: StreamName,
        label: Type.Optional(Label),
        role: Type.Optional(PublisherRoleSchema),
        onSecondPublisher: Type.Optional(OnSecondPublisherSchema),
        sameAddressOnly: Type.Optional(Type.Boolean()),
        restartWindowMs: Type.Optional(RestartWindowSchema),
        limits: Type.Optional(KeyLimitsChangeSchema),
        onOverLimit: Type.Optional(OnOverLimitSchema),
      }),
      responses: { 201: StreamKeyCreatedSchema },
      handler: async (request) => {
        const { key, secret } = await keys.create(request.body, request.principal.id)
        return { status: 201, body: { key, secret, publish: publishUrls(dependencies.urlBase(request.baseUrl), secret) } }
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/live/keys/:id',
      tag,
      summary: 'Names, enables or disables a key; a publisher that is live on a disabled key is disconnected',
      role: 'editor',
      params: KeyParams,
      body: Type.Object({
        label: Type.Optional(Label),
        enabled: Type.Optional(Type.Boolean()),
        role: Type.Optional(PublisherRoleSchema),
        onSecondPublisher: Type.Optional(OnSecondPublisherSchema),
        sameAddressOnly: Type.Optional(Type.Boolean()),
        restartWindowMs: Type.Optional(RestartWindowSchema),
        limits: Type.Optional(KeyLimitsChangeSchema),
        onOverLimit: Type.Optional(OnOverLimitSchema),
      }),
      responses: { 200: StreamKeySchema },
      handler: async (request) => ({ body: await keys.change(request.params.id, request.body, request.principal.id) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/keys/:id/rotate',
      tag,
      summary: 'Gives a key a new secret; the old one stops working',
      role: 'editor',
      idempotent: true,
      params: KeyParams,
      responses: { 200: StreamKeyCreatedSchema },
      handler: async (request) => {
        const { key, secret } = await keys.rotate(request.params.id, request.principal.id)
        return { body: { key, secret, publish: publishUrls(dependencies.urlBase(request.baseUrl), secret) } }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/keys/:id',
      tag,
      summary: 'Revokes a key for good',
      role: 'editor',
      params: KeyParams,
      responses: { 200: StreamKeySchema },
      handler: async (request) => ({ body: await keys.revoke(request.params.id, request.principal.id) }),
    }),
  ]
}

function demoRoutes(dependencies: LiveRoutesDependencies): readonly RouteDefinition[] {
  const { testStream } = dependencies
  return [
    defineRoute({
      method: 'GET',
      path: '/live/demo',
      tag,
      summary: 'State of the built-in test stream',
      role: 'editor',
      responses: { 200: DemoStateSchema },
      handler: () => ({ body: testStream.state() }),
    }),
    defineRoute({
      method: 'POST',
      path: '/live/demo',
      tag,
      summary: 'Starts the built-in test stream',
      role: 'editor',
      body: Type.Object({ name: Type.Optional(StreamName) }),
      responses: { 200: DemoStateSchema },
      handler: async (request) => {
        await testStream.start(request.body.name ?? 'demo', request.principal.id)
        return { body: testStream.state() }
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/live/demo',
      tag,
      summary: 'Stops the built-in test stream',
      role: 'editor',
      responses: { 200: DemoStateSchema },
      handler: async () => {
        await testStream.stop()
        return { body: testStream.state() }
      },
    }),
  ]
}

function shortRoutes(dependencies: LiveRoutesDependencies): readonly RouteDefinition[] {
  const { registry, keys, viewers, testStream } = dependencies
  return [
    defineRoute({
      method: 'POST',
      path: '/stream/start',
      tag,
      summary: 'Makes a stream ready for its publisher, or starts the test stream on it',
      role: 'editor',
      idempotent: true,
      body: StartRequestSchema,
      responses: { 200: StartResponseSchema },
      handler: async (request) => {
        const { name, title, source } = request.body
        const actor = request.principal.id
        if (source === 'demo' && testStream.state().running && !testStream.runs(name)) {
          throw new AppError('request.conflict', 'The test stream runs on another stream; stop it first')
        }
        const stream = registry.start(name, title === undefined ? {} : { title }, actor)
        let secret: string | undefined
        if (source === 'demo') await testStream.start(name, actor)
        else if (!keys.hasUsable(name)) secret = (await keys.create({ stream: name }, actor)).secret
        return {
          body: {
            stream: show(dependencies, stream, request),
            publish: publishUrls(dependencies.urlBase(request.baseUrl), secret),
          },
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/stream/stop',
      tag,
      summary: 'Ends a stream',
      role: 'editor',
      body: StopRequestSchema,
      responses: { 200: StreamSchema },
      handler: async (request) => ({ body: await end(dependencies, request.body.id, request) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/stream/:id/viewers',
      tag,
      summary: 'Viewers of a stream: now, in all, at most',
      role: 'viewer',
      params: IdParams,
      responses: { 200: ViewersSchema },
      handler: (request) => ({ body: viewers.viewers(registry.get(request.params.id).id) }),
    }),
  ]
}

async function end(dependencies: LiveRoutesDependencies, id: string, request: AnyRequest & { principal: { id: string } }): Promise<Stream> {
  const stream = dependencies.registry.get(id)
  if (dependencies.testStream.runs(stream.name)) await dependencies.testStream.stop()
  stream.end(request.principal.id)
  return show(dependencies, stream, request)
}
