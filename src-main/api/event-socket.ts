import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { ClientLimits } from '../platform/http/client-limits.ts'
import { refuseUpgrade } from '../platform/http/end-socket.ts'
import { queryOf } from '../platform/http/request-target.ts'
import type { Logger } from '../platform/logger.ts'
import type { Principal } from '../platform/principal.ts'
import { repeat } from '../platform/repeat.ts'
import type { Access, Caller } from './access.ts'
import type { AttemptLimit } from './attempt-limit.ts'
import { type EventFeed, readFeedQuery } from './event-feed.ts'
import { toProblem } from './problem.ts'

/** Bytes that may wait for one slow client before it is dropped; it can resume. */
const maxBufferedBytes = 8 * 1024 * 1024
const pingMs = 20_000

export interface EventSocketDependencies {
  readonly access: Access
  readonly attempts: AttemptLimit
  readonly clients: ClientLimits
  readonly feed: EventFeed
  readonly logger: Logger
  readonly nextRequestId: () => string
}

export interface EventSocket {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void
  stop(): void
}

/** GET /api/v1/events as a WebSocket. */
export function createEventSocket(dependencies: EventSocketDependencies): EventSocket {
  const { access, clients, feed, logger } = dependencies
  const server = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false })
  const alive = new WeakMap<WebSocket, { heard: boolean; principal: Principal }>()

  const signOut = (client: WebSocket): void => client.close(4401, 'sign in again')

  const pings = repeat(pingMs, () => {
    for (const client of server.clients) {
      const state = alive.get(client)
      if (!state?.heard) client.terminate()
      else if (!access.stands(state.principal)) signOut(client)
      else {
        state.heard = false
        client.ping()
      }
    }
  })

  const serve = (client: WebSocket, principal: Principal, query: URLSearchParams): void => {
    const state = { heard: true, principal }
    alive.set(client, state)
    client.on('pong', () => {
      state.heard = true
    })
    client.on('error', (error) => logger.debug({ err: error }, 'an event socket failed'))
    const { topics, start } = readFeedQuery(query)
    const send = (text: string): void => {
      if (client.readyState !== client.OPEN) return
      if (client.bufferedAmount > maxBufferedBytes) {
        logger.warn({ bufferedBytes: client.bufferedAmount, principal: principal.id }, 'a slow client of the event socket was dropped')
        client.terminate()
        return
      }
      client.send(text)
    }
    client.on('close', feed.attach({ principal, topics, send, end: () => signOut(client) }, start))
  }

  return {
    handleUpgrade(request, socket, head, caller) {
      try {
        const principal = access.admit(caller, 'viewer', true)
        const release = clients.take('webSockets', caller.remoteAddress)
        if (release === undefined) throw clients.error('webSockets')
        socket.once('close', release)
        server.handleUpgrade(request, socket, head, (client) => serve(client, principal, queryOf(request.url)))
      } catch (error) {
        const problem = toProblem(error, dependencies.nextRequestId())
        const refuse = (): void => refuseUpgrade(socket, `${problem.status} Refused`, 'application/problem+json', JSON.stringify(problem))
        if (problem.code === 'auth.too_many_attempts') void dependencies.attempts.delay().then(refuse)
        else refuse()
      }
    },
    stop() {
      clearInterval(pings)
      for (const client of server.clients) client.close(1001, 'the host stops')
      server.close()
    },
  }
}
