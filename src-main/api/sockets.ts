import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { Type } from 'typebox'
import { type WebSocket, WebSocketServer } from 'ws'
import { AppError } from '../platform/errors.ts'
import type { ClientLimits } from '../platform/http/client-limits.ts'
import { rejectUpgrade } from '../platform/http/end-socket.ts'
import { pathOf, queryOf } from '../platform/http/request-target.ts'
import type { Logger } from '../platform/logger.ts'
import { defineRoute, type RouteDefinition } from '../platform/routes/routes.ts'
import type { PacedSocketClient, SocketClient, SocketDefinition, SocketSession } from '../platform/routes/sockets.ts'
import { repeat } from '../platform/timing/repeat.ts'
import type { Access, Caller } from './access.ts'
import type { AttemptLimit } from './attempt-limit.ts'
import { toProblem } from './problem.ts'
import { partCheck } from './validation.ts'

const pingMs = 20_000
const signInCheckMs = 1000
/** Messages of one client in a second: more are no use to an endpoint that does not ask for them. */
const usualMaxMessages = 200

export interface SocketsDependencies {
  readonly sockets: readonly SocketDefinition[]
  /** What is before the endpoints' paths. */
  readonly prefix: string
  readonly access: Access
  readonly attempts: AttemptLimit
  readonly clients: ClientLimits
  readonly logger: Logger
  readonly nextRequestId: () => string
}

export interface Sockets {
  /** False where the path belongs to no endpoint. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): boolean
  stop(): void
}

interface Open {
  heard: boolean
  readonly client: PacedSocketClient
}

/** The WebSocket endpoints of the API: who may open them, and for how long. */
export function createSockets(dependencies: SocketsDependencies): Sockets {
  const { access, clients, logger } = dependencies
  const open = new Map<WebSocket, Open>()
  const endpoints = new Map(
    dependencies.sockets.map((definition) => [
      dependencies.prefix + definition.path,
      {
        definition,
        server: new WebSocketServer({ noServer: true, maxPayload: definition.maxMessageBytes, perMessageDeflate: false }),
        checkQuery: partCheck('query', definition.query),
      },
    ]),
  )

  const signInChecks = repeat(signInCheckMs, () => {
    for (const { client } of open.values()) if (!access.stands(client.principal)) client.close(4401, 'sign in again')
  })
  const pings = repeat(pingMs, () => {
    for (const [socket, state] of open) {
      if (state.heard) socket.ping()
      else socket.terminate()
      state.heard = false
    }
  })

  const serve = (
    socket: WebSocket,
    client: PacedSocketClient,
    begin: (client: PacedSocketClient) => SocketSession,
    maxMessages: number,
  ): void => {
    const state: Open = { heard: true, client }
    open.set(socket, state)
    let session: SocketSession | undefined
    let second = 0
    let messages = 0
    /** What one client says costs at most its own connection. */
    const hear = (handle: () => void): void => {
      try {
        handle()
      } catch (error) {
        logger.error({ err: error }, 'a message of a WebSocket could not be handled')
        client.close(1011, 'internal error')
      }
    }
    socket.on('pong', () => {
      state.heard = true
      session?.onPong?.()
    })
    socket.on('error', (error) => logger.debug({ err: error }, 'a WebSocket of the API failed'))
    socket.on('close', (code) => {
      open.delete(socket)
      session?.onClose(code)
    })
    socket.on('message', (data, binary) => {
      const now = Math.floor(performance.now() / 1000)
      messages = now === second ? messages + 1 : 1
      second = now
      if (binary && session?.onBytes === undefined) client.close(1003, 'messages are text')
      else if (messages > maxMessages) client.close(1008, 'too many messages')
      else if (socket.readyState === socket.OPEN) {
        // `ws` gives a Buffer unless it is asked for something else.
        hear(() => (binary ? session?.onBytes?.(data as Buffer) : session?.onMessage?.(String(data))))
      }
    })
    session = begin(client)
  }

  return {
    handleUpgrade(request, socket, head, caller) {
      const endpoint = endpoints.get(pathOf(request.url))
      if (endpoint === undefined) return false
      const { definition, server, checkQuery } = endpoint
      try {
        const principal = access.admit(caller, definition.role, true)
        const query = checkQuery(Object.fromEntries(queryOf(request.url)))
        const header = (name: string): string | undefined => [caller.headers[name]].flat()[0]
        const begin = definition.accept({ query, principal, remoteAddress: caller.remoteAddress, header })
        if (server.clients.size >= definition.maxClients) {
          throw new AppError('request.too_many', `${definition.path} has ${definition.maxClients} clients, its maximum`, {
            details: { limit: definition.maxClients, retryAfterSeconds: 10 },
          })
        }
        const release = clients.take('webSockets', caller.remoteAddress)
        if (release === undefined) throw clients.error('webSockets')
        socket.once('close', release)
        server.handleUpgrade(request, socket, head, (opened) =>
          serve(opened, clientOn(opened, principal), begin, definition.maxMessagesPerSecond ?? usualMaxMessages),
        )
      } catch (error) {
        const problem = toProblem(error, dependencies.nextRequestId())
        const reject = (): void => rejectUpgrade(socket, `${problem.status} Rejected`, 'application/problem+json', JSON.stringify(problem))
        if (problem.code === 'auth.too_many_attempts') void dependencies.attempts.delay().then(reject)
        else reject()
      }
      return true
    },
    stop() {
      clearInterval(signInChecks)
      clearInterval(pings)
      for (const { server } of endpoints.values()) {
        for (const socket of server.clients) socket.close(1001, 'the host stops')
        server.close()
      }
    },
  }
}

/** What plain requests to an endpoint are answered, and what OpenAPI says of it. */
export function routeOfSocket({ path, tag, summary, role, query, deprecated }: SocketDefinition): RouteDefinition {
  return defineRoute({
    method: 'GET',
    path,
    tag,
    summary,
    role,
    ...(query === undefined ? {} : { query }),
    ...(deprecated === undefined ? {} : { deprecated }),
    responses: { 200: Type.Unknown({ description: 'Messages of the WebSocket, after `101 Switching Protocols`' }) },
    handler: () => {
      throw new AppError('request.invalid', 'Open this URL as a WebSocket')
    },
  })
}

function clientOn(socket: WebSocket, principal: SocketClient['principal']): PacedSocketClient {
  return {
    principal,
    get waitingBytes() {
      return socket.bufferedAmount
    },
    send(data) {
      if (socket.readyState === socket.OPEN) socket.send(data)
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    ping() {
      if (socket.readyState === socket.OPEN) socket.ping()
    },
  }
}
