import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Logger } from '../platform/logger.ts'
import type { Principal } from '../platform/principal.ts'
import type { Access, Caller } from './access.ts'
import { type EventFeed, readFeedQuery } from './event-feed.ts'
import { toProblem } from './problem.ts'

/** Bytes that may wait for one slow client before it is dropped; it can resume. */
const mostBufferedBytes = 8 * 1024 * 1024
const pingMs = 20_000

export interface EventSocketNeeds {
  readonly access: Access
  readonly feed: EventFeed
  readonly logger: Logger
  readonly nextRequestId: () => string
}

export interface EventSocket {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void
  stop(): void
}

/** GET /api/v1/events as a WebSocket. */
export function createEventSocket(needs: EventSocketNeeds): EventSocket {
  const { access, feed, logger } = needs
  const server = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false })
  const alive = new WeakMap<WebSocket, { heard: boolean; principal: Principal }>()

  const pings = setInterval(() => {
    for (const client of server.clients) {
      const state = alive.get(client)
      if (!state?.heard) client.terminate()
      else if (!access.stands(state.principal)) client.close(4401, 'sign in again')
      else {
        state.heard = false
        client.ping()
      }
    }
  }, pingMs)
  pings.unref()

  const serve = (client: WebSocket, principal: Principal, address: URL): void => {
    const state = { heard: true, principal }
    alive.set(client, state)
    client.on('pong', () => {
      state.heard = true
    })
    client.on('error', (error) => logger.debug({ err: error }, 'an event socket failed'))
    const { topics, start } = readFeedQuery(address.searchParams)
    const send = (text: string): void => {
      if (client.readyState !== client.OPEN) return
      if (client.bufferedAmount > mostBufferedBytes) {
        logger.warn({ bufferedBytes: client.bufferedAmount, principal: principal.id }, 'a slow client of the event socket was dropped')
        client.terminate()
        return
      }
      client.send(text)
    }
    client.on('close', feed.attach({ principal, topics, send }, start))
  }

  return {
    handleUpgrade(request, socket, head, caller) {
      socket.on('error', () => socket.destroy())
      const address = new URL(request.url ?? '/', 'http://host')
      try {
        const principal = access.admit(caller, 'viewer', true)
        server.handleUpgrade(request, socket, head, (client) => serve(client, principal, address))
      } catch (error) {
        const problem = toProblem(error, needs.nextRequestId())
        const body = JSON.stringify(problem)
        socket.end(
          `HTTP/1.1 ${problem.status} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
        )
      }
    },
    stop() {
      clearInterval(pings)
      for (const client of server.clients) client.close(1001, 'the host stops')
      server.close()
    },
  }
}
