import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { toListenError } from '../listen-error.ts'

export interface HttpServersOptions {
  readonly bind: string
  readonly httpPort: number
  readonly httpsPort: number | 'off'
  readonly certificate: () => Promise<{ cert: string; key: string }>
  readonly maxConnections: number
  /** Keys that TLS sessions are resumed with (48 bytes), the same in every process that answers at a port. */
  readonly ticketKeys?: Uint8Array
  /** Ports that another process opened: their connections are taken here too, and they are not ours to open. */
  readonly shared?: ListeningPorts
  /** How long a connection may take to its request's headers, ms. */
  readonly headersTimeoutMs?: number
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
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
  /** Lets running answers end for up to `graceMs`, then closes everything. */
  stop(graceMs?: number): Promise<void>
}

/** One HTTP/1.1 server and one HTTPS server that also speaks HTTP/2, with the same doors behind them. */
export function createHttpServers(options: HttpServersOptions): HttpServers {
  const sockets = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  let plain: Server | undefined
  let secure: Http2SecureServer | undefined

  const track = (server: Server): void => {
    server.maxConnections = options.maxConnections
    // Under TLS these are the raw sockets below it: ending them ends what is above.
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('close', () => sockets.delete(socket))
    })
    server.on('upgrade', options.onUpgrade)
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
      const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      // Browsers open connections ahead of need: an answer on one that has asked nothing would be taken for its next request's.
      const silent = late && (socket as Socket).bytesRead === 0
      if (error.code === 'ECONNRESET' || !socket.writable || silent) socket.destroy()
      else socket.end(`HTTP/1.1 ${late ? '408 Request Timeout' : '400 Bad Request'}\r\nConnection: close\r\n\r\n`)
    })
  }

  return {
    ports() {
      if (plain === undefined) throw new Error('nothing listens yet')
      return { plain, ...(secure === undefined ? {} : { secure: secure as unknown as NetServer }) }
    },
    async start() {
      const opening: Promise<number | null>[] = []
      const headersTimeout = options.headersTimeoutMs ?? 15_000
      plain = createServer({
        keepAliveTimeout: 30_000,
        headersTimeout,
        requestTimeout: 60_000,
        connectionsCheckingInterval: Math.min(5000, headersTimeout),
      })
      plain.on('request', options.onRequest)
      track(plain)
      opening.push(listen(plain, options.shared?.plain ?? options.httpPort, options.bind, 'httpPort'))
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
              settings: { maxConcurrentStreams: 256 },
              ...(ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(ticketKeys) }),
            })
            // HTTP/2 requests come through Node's compatibility layer, which has the same face.
            secure.on('request', options.onRequest as never)
            track(secure as unknown as Server)
            secure.on('session', (session) => {
              sessions.add(session)
              session.setTimeout(120_000, () => session.close())
              session.on('close', () => sessions.delete(session))
            })
            secure.on('sessionError', () => {})
            return listen(secure, options.shared?.secure ?? httpsPort, options.bind, 'httpsPort')
          })(),
        )
      }
      const [http, https] = await Promise.allSettled(opening)
      for (const result of [http, https]) if (result?.status === 'rejected') throw result.reason
      return { httpPort: (http as PromiseFulfilledResult<number>).value, httpsPort: https?.status === 'fulfilled' ? https.value : null }
    },
    async stop(graceMs = 500) {
      const closing = [plain, secure]
        .filter((server) => server?.listening)
        .map((server) => new Promise<void>((resolve) => server?.close(() => resolve())))
      plain?.closeIdleConnections()
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

function listen(server: Server | Http2SecureServer, port: number | NetServer, bind: string, option: string): Promise<number> {
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
