import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Logger } from '../logger.ts'
import { toListenError } from '../net/listen-error.ts'
import { adoptForwarded, clientOf } from './client.ts'
import type { ClientLimits } from './client-limits.ts'
import { endSocket } from './end-socket.ts'
import { type FastHandler, FastPath } from './fast-path/fast-path.ts'
import { guardHandlers, type HttpHandlers } from './guarded-handlers.ts'
import { Reminders } from './reminders.ts'
import { isHost } from './request-fault.ts'
import { isWebSocket } from './request-target.ts'
import { isPublicName, strictTransport } from './strict-transport.ts'
import type { TrustedProxies } from './trusted-proxies.ts'

export interface HttpServersOptions extends HttpHandlers {
  /** Asked first about plain GET and HEAD requests of HTTP/1.1; false: `onRequest` answers. */
  readonly onFastRequest?: FastHandler
  readonly bind: string
  readonly httpPort: number
  readonly httpsPort: number | 'off'
  readonly certificate: () => Promise<{ cert: string; key: string }>
  readonly maxConnections: number
  /** Keys that TLS sessions are resumed with (48 bytes), the same in every process that answers at a port. */
  readonly ticketKeys?: Uint8Array
  /** Ports that another process opened: their connections are taken here too, and they are not ours to open. */
  readonly shared?: ListeningPorts
  /** Sockets that listen already, to take connections from in place of new ones; see `service-manager`. */
  readonly descriptors?: { readonly http?: number; readonly https?: number }
  /** How long a connection may take to its request's headers, ms. */
  readonly headersTimeoutMs?: number
  readonly clients: ClientLimits
  readonly proxies: TrustedProxies
  readonly log: Pick<Logger, 'warn' | 'error'>
}

/** Ports that are open, to be handed to another process (`child.send`), which then takes connections from the same queue. */
export interface ListeningPorts {
  readonly plain: NetServer
  readonly secure?: NetServer
}

export interface HttpServers {
  /** What was opened by `start`. */
  ports(): ListeningPorts
  /** Opens both ports side by side. Throws `port.*`. */
  start(): Promise<{ httpPort: number; httpsPort: number | null }>
  /** Uses another certificate (PEM) for connections from now on. */
  renewCertificate(certificate: { readonly cert: string; readonly key: string }): void
  /** Lets running answers end for up to `graceMs`, then closes everything. */
  stop(graceMs?: number): Promise<void>
}

/** How long a connection may be silent between two requests, ms. */
const keepAliveMs = 30_000

/** How long a request may take until it is complete, ms. */
const requestTimeoutMs = 60_000

/** Responses of HTTP/2 that say, as those of HTTP/1.1 do, that their client has left. */
export class Http2Response extends Http2ServerResponse {}
Object.defineProperty(Http2Response.prototype, 'destroyed', {
  get(this: Http2Response) {
    return this.stream.destroyed
  },
})

/** One HTTP/1.1 server and one HTTPS server that also speaks HTTP/2, with the same endpoints behind them. */
export function createHttpServers(options: HttpServersOptions): HttpServers {
  const sockets = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  let plain: Server | undefined
  let secure: Http2SecureServer | undefined

  const headersTimeout = options.headersTimeoutMs ?? 15_000
  /** So often Node's server looks for connections that are silent, ms. */
  const checkingMs = Math.min(5000, headersTimeout)
  const { clients, proxies } = options
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    adoptForwarded(request, proxies)
    options.onUpgrade(request, socket, head)
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // Other requests are one at a time on a connection that was counted.
    if (adoptForwarded(request, proxies) || request.httpVersionMajor === 2) {
      const release = clients.take('requests', clientOf(request).remoteAddress)
      if (release === undefined) throw clients.error('requests')
      response.once('close', release)
    }
    options.onRequest(request, response)
  }
  const handlers = guardHandlers({ onRequest, onUpgrade }, options.log)
  const secureHandlers = guardHandlers(
    {
      onRequest(request, response) {
        boundRequest(request)
        const host = request.headers.host ?? request.headers[':authority']
        if (isPublicName(String(host ?? ''))) response.setHeader('strict-transport-security', strictTransport)
        onRequest(request, response)
      },
      onUpgrade,
    },
    options.log,
  )

  const { onFastRequest } = options
  let lastHost = ''
  /** What the ordinary handler does before a request, for those that it would accept. */
  const onFast =
    (encrypted: boolean): FastHandler =>
    (request, response) => {
      if (onFastRequest === undefined) return false
      const { host = '' } = request.headers
      if (host !== lastHost) {
        if (!isHost(host)) return false
        lastHost = host
      }
      if (encrypted && isPublicName(host)) response.setHeader('strict-transport-security', strictTransport)
      if (!adoptForwarded(request, proxies)) return onFastRequest(request, response)
      const release = clients.take('requests', clientOf(request).remoteAddress)
      if (release === undefined) return false
      // also where the handler throws; a response that something else answers is never closed
      response.once('close', release)
      const isAnswered = onFastRequest(request, response)
      if (!isAnswered) release()
      return isAnswered
    }
  const fastPaths: FastPath[] = []
  /** Has the fast path take the connections of a server before its own listener for `event` does. */
  const putBefore = (server: Server, event: 'connection' | 'secureConnection', isMeant: (socket: Socket) => boolean): void => {
    if (onFastRequest === undefined) return
    const fastPath = new FastPath({
      handle: onFast(event === 'secureConnection'),
      // it looks so often, too
      firstRequestMs: headersTimeout + checkingMs,
      keepAliveMs: keepAliveMs + 1000,
      log: options.log,
    })
    fastPaths.push(fastPath)
    const [passOn] = server.listeners(event) as [(socket: Socket) => void]
    server.removeListener(event, passOn)
    server.on(event, (socket: Socket) => {
      if (socket.destroyed) return
      if (isMeant(socket)) fastPath.take(socket, (taken) => passOn.call(server, taken))
      else passOn.call(server, socket)
    })
  }

  let closedAtOnce = 0
  const reminders = new Reminders()
  const onDrop = (): void => {
    closedAtOnce++
    const option = 'maxConnections'
    if (!reminders.isDue(option)) return
    options.log.warn({ option, limit: options[option], closedAtOnce }, 'a port has all its connections: others are closed')
  }

  const track = (server: Server): void => {
    server.maxConnections = options.maxConnections
    server.on('drop', onDrop)
    Object.assign(server, {
      keepAliveTimeout: keepAliveMs,
      headersTimeout,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkingMs,
      shouldUpgradeCallback: isWebSocket,
    })
    // Headers are bounded in bytes. With a bound of their number, one that delimits the body could be missing from those that are read.
    server.maxHeadersCount = 0
    // Without a listener, running out of file descriptors would end the process.
    server.on('error', (error) => options.log.error({ err: error }, 'an HTTP listener failed'))
    // Under TLS these are the raw sockets below it: ending them ends what is above.
    server.on('connection', (socket: Socket) => {
      const { remoteAddress = '' } = socket
      if (!proxies.has(remoteAddress)) {
        const release = clients.take('connections', remoteAddress)
        if (release === undefined) {
          socket.destroy()
          return
        }
        socket.on('close', release)
      }
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
    })
    server.on('upgrade', handlers.onUpgrade)
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      // Browsers open connections ahead of need: an answer on one that has asked nothing would be taken for its next request's.
      const silent = late && (socket as Socket).bytesRead === 0
      if (error.code === 'ECONNRESET' || !socket.writable || silent) socket.destroy()
      else endSocket(socket, `HTTP/1.1 ${late ? '408 Request Timeout' : '400 Bad Request'}\r\nConnection: close\r\n\r\n`)
    })
  }

  return {
    ports() {
      if (plain === undefined) throw new Error('nothing listens yet')
      return { plain, ...(secure === undefined ? {} : { secure: secure as unknown as NetServer }) }
    },
    async start() {
      const opening: Promise<number | null>[] = []
      plain = createServer()
      plain.on('request', handlers.onRequest)
      track(plain)
      putBefore(plain, 'connection', () => true)
      opening.push(listen(plain, options.shared?.plain ?? placeOf(options.descriptors?.http, options.httpPort), options.bind, 'httpPort'))
      const { httpsPort } = options
      if (httpsPort !== 'off') {
        opening.push(
          (async () => {
            const { cert, key } = await options.certificate()
            const { ticketKeys } = options
            secure = createSecureServer({
              cert,
              key,
              allowHTTP1: true,
              handshakeTimeout: 10_000,
              Http2ServerResponse: Http2Response,
              settings: { maxConcurrentStreams: 256 },
              ...(ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(ticketKeys) }),
            })
            // HTTP/2 requests come through Node's compatibility layer, which has the same face.
            secure.on('request', (request, response) => secureHandlers.onRequest(request as never, response as never))
            track(secure as unknown as Server)
            putBefore(secure as unknown as Server, 'secureConnection', (socket) => (socket as TLSSocket).alpnProtocol !== 'h2')
            secure.on('session', (session) => {
              sessions.add(session)
              session.setTimeout(120_000, () => session.close())
              session.on('close', () => sessions.delete(session))
            })
            secure.on('sessionError', () => {})
            const place = options.shared?.secure ?? placeOf(options.descriptors?.https, httpsPort)
            return listen(secure, place, options.bind, 'httpsPort')
          })(),
        )
      }
      const [http, https] = await Promise.allSettled(opening)
      const failed = [http, https].find((result) => result?.status === 'rejected')
      if (failed?.status === 'rejected') {
        for (const each of fastPaths) each.stop()
        throw failed.reason
      }
      return { httpPort: (http as PromiseFulfilledResult<number>).value, httpsPort: https?.status === 'fulfilled' ? https.value : null }
    },
    renewCertificate({ cert, key }) {
      const { ticketKeys } = options
      secure?.setSecureContext({ cert, key, ...(ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(ticketKeys) }) })
    },
    async stop(graceMs = 500) {
      const closing = [plain, secure]
        .filter((server) => server?.listening)
        .map((server) => new Promise<void>((resolve) => server?.close(() => resolve())))
      plain?.closeIdleConnections()
      for (const each of fastPaths) each.stop()
      for (const session of sessions) session.close()
      const timer = setTimeout(() => {
        for (const session of sessions) session.destroy()
        for (const socket of sockets) socket.destroy()
      }, graceMs)
      await Promise.all(closing)
      clearTimeout(timer)
    },
  }
}

/** The request timeout of HTTP/1.1 for the body of an HTTP/2 request. The HTTPS port takes both. */
function boundRequest(request: IncomingMessage | Http2ServerRequest): void {
  if (!('stream' in request) || request.stream.endAfterHeaders) return
  const { stream } = request
  const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), requestTimeoutMs)
  const done = (): void => clearTimeout(late)
  stream.once('end', done)
  stream.once('close', done)
}

const placeOf = (fd: number | undefined, port: number): number | { fd: number } => (fd === undefined ? port : { fd })

function listen(
  server: Server | Http2SecureServer,
  port: number | NetServer | { fd: number },
  bind: string,
  option: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const opened = (): void => resolve((server.address() as AddressInfo).port)
    if (typeof port === 'number') {
      server.once('error', (error) => void toListenError(error, option, port).then(reject))
      server.listen({ port, host: bind.replace(/^\[|\]$/g, '') }, opened)
    } else {
      server.once('error', reject)
      server.listen(port, opened)
    }
  })
}
