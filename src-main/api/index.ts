import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { EventBus } from '../platform/events/events.ts'
import { adoptFromNode } from '../platform/http/client.ts'
import type { ClientLimits } from '../platform/http/client-limits.ts'
import { rejectUpgrade } from '../platform/http/end-socket.ts'
import type { FastHandler } from '../platform/http/fast-path/fast-path.ts'
import { createHttpServers, type ListeningPorts } from '../platform/http/http-servers.ts'
import { openPrivateEndpoint, type PrivateEndpoint, type PrivateSocket } from '../platform/http/private-endpoint.ts'
import type { TrustedProxies } from '../platform/http/trusted-proxies.ts'
import type { BrowserSessions } from '../platform/identity/browser-sessions.ts'
import type { TokenStore } from '../platform/identity/tokens.ts'
import type { Logger } from '../platform/logger.ts'
import type { RouteDefinition } from '../platform/routes/routes.ts'
import type { SocketDefinition } from '../platform/routes/sockets.ts'
import { type Access, createAccess } from './access.ts'
import { apiPrefix, callerOf, createApiApp, newRequestId } from './api-app.ts'
import type { AttemptLimit } from './attempt-limit.ts'
import { createEventFeed } from './event-feed.ts'
import { eventSocket } from './event-socket.ts'
import { createEventStreams } from './event-stream.ts'
import { buildOpenApi } from './openapi.ts'
import { createSockets, routeOfSocket } from './sockets.ts'
import { createStaticFiles } from './static-files.ts'

export { type Access, cookieName } from './access.ts'
export { type AttemptLimit, createAttemptLimit } from './attempt-limit.ts'
export { buildOpenApi } from './openapi.ts'
export { toProblem } from './problem.ts'
export type { Answer, HasRoute, Item } from './typed-api.ts'

export interface ApiDependencies {
  readonly routes: readonly RouteDefinition[]
  /** WebSocket endpoints of the parts, under /api/v1. */
  readonly sockets: readonly SocketDefinition[]
  /** Takes requests and WebSocket upgrades below `/live` before anything else looks at them; false for the rest, which it did not touch. */
  readonly media: {
    handle(request: IncomingMessage, response: ServerResponse): boolean
    readonly handleFast: FastHandler
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  }
  readonly bind: string
  readonly httpPort: number
  readonly httpsPort: number | 'off'
  /** Sockets that listen already, in place of new ones at those ports. */
  readonly descriptors?: { readonly http?: number; readonly https?: number }
  readonly maxConnections: number
  readonly clients: ClientLimits
  readonly proxies: TrustedProxies
  /** Id of the node that has a secret and hands requests on. */
  readonly nodeOf: (secret: string) => string | undefined
  /** Keys that TLS sessions are resumed with, where other processes answer at the HTTPS port too. */
  readonly ticketKeys?: Uint8Array
  readonly certificate: () => Promise<{ cert: string; key: string }>
  /** Answers requests of the authority that issues the certificate; false for any other. */
  readonly handleChallenge: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly authMode: 'auto' | 'on' | 'off'
  readonly wide: boolean
  /** Name or IP address under which people outside reach the ports. */
  readonly shownHost: string
  readonly publicUrl: string
  /** Folder of the built page. */
  readonly pageDir: string
  /** Origins of the CDN and the nodes that media come from, separated by spaces; empty for none. */
  readonly mediaOrigin: () => string
  readonly tokens: TokenStore
  readonly sessions: BrowserSessions
  readonly attempts: AttemptLimit
  readonly events: EventBus
  readonly metrics: Registry
  readonly logger: Logger
  readonly version: string
}

export interface Api {
  readonly access: Access
  /** Opens the ports. Throws `port.*`. */
  start(): Promise<{ httpPort: number; httpsPort: number | null }>
  /** Shows another certificate (PEM) from now on. */
  renewCertificate(certificate: { readonly cert: string; readonly key: string }): void
  /** Open ports for other processes to listen on too, and the private socket where they pass on the requests that they do not answer. */
  share(): Promise<ListeningPorts & { readonly behind: PrivateSocket }>
  /** Under two seconds, whatever clients do. */
  stop(): Promise<void>
}

/** The network endpoint: media, page and API on one HTTP and one HTTPS port. */
export function createApi(dependencies: ApiDependencies): Api {
  const { clients, logger } = dependencies
  let httpsPort: number | null = null
  const access = createAccess({
    mode: dependencies.authMode,
    wide: dependencies.wide,
    shownHost: dependencies.shownHost,
    httpsPort: () => httpsPort,
    publicUrl: dependencies.publicUrl,
    trustsProxies: dependencies.proxies.any,
    tokens: dependencies.tokens,
    sessions: dependencies.sessions,
    attempts: dependencies.attempts,
  })
  const feed = createEventFeed(dependencies.events, access.stands)
  const sockets = createSockets({
    sockets: [...dependencies.sockets, eventSocket(feed, logger)],
    prefix: apiPrefix,
    access,
    attempts: dependencies.attempts,
    clients,
    logger,
    nextRequestId: newRequestId,
  })
  const routes = [...dependencies.routes, ...dependencies.sockets.map(routeOfSocket)]
  const eventStreams = createEventStreams(feed, access.stands)
  const files = createStaticFiles(dependencies.pageDir, dependencies.mediaOrigin)
  let document: Promise<object> | undefined
  let app: FastifyInstance | undefined

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    adoptFromNode(request, dependencies.proxies, dependencies.nodeOf)
    const url = request.url ?? '/'
    if (dependencies.handleChallenge(request, response)) return
    if (dependencies.media.handle(request, response)) return
    const query = url.indexOf('?')
    const path = query < 0 ? url : url.slice(0, query)
    if (path.startsWith('/api/') || path === '/api' || path === '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      app?.routing(request, response)
      return
    }
    files.serve(request, response, path).catch((error) => {
      logger.error({ err: error, path }, 'a file of the page could not be served')
      response.destroy()
    })
  }

  // requests that nodes hand on are not plain
  const onFastRequest: FastHandler = (request, response) => dependencies.media.handleFast(request, response)

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    adoptFromNode(request, dependencies.proxies, dependencies.nodeOf)
    if (sockets.handleUpgrade(request, socket, head, callerOf(request))) return
    if (!dependencies.media.handleUpgrade(request, socket, head)) rejectUpgrade(socket, '404 Not Found')
  }

  const servers = createHttpServers({
    bind: dependencies.bind,
    httpPort: dependencies.httpPort,
    httpsPort: dependencies.httpsPort,
    certificate: dependencies.certificate,
    maxConnections: dependencies.maxConnections,
    ...(dependencies.descriptors === undefined ? {} : { descriptors: dependencies.descriptors }),
    ...(dependencies.ticketKeys === undefined ? {} : { ticketKeys: dependencies.ticketKeys }),
    onRequest,
    onFastRequest,
    onUpgrade,
    clients,
    proxies: dependencies.proxies,
    log: logger,
  })
  let behind: PrivateEndpoint | undefined

  return {
    access,
    async start() {
      app = await createApiApp({
        routes,
        access,
        attempts: dependencies.attempts,
        clients,
        eventStreams,
        metrics: dependencies.metrics,
        logger,
        version: dependencies.version,
        openApi: () => {
          document ??= buildOpenApi(routes, dependencies.version)
          return document
        },
      })
      const opened = await servers.start()
      httpsPort = opened.httpsPort
      return opened
    },
    async share() {
      behind ??= await openPrivateEndpoint({ onRequest, onUpgrade, log: logger })
      return { ...servers.ports(), behind: { path: behind.path, secret: behind.secret } }
    },
    renewCertificate: (certificate) => servers.renewCertificate(certificate),
    async stop() {
      feed.stop()
      sockets.stop()
      eventStreams.stop()
      await Promise.all([servers.stop(), behind?.stop()])
      await app?.close()
    },
  }
}
