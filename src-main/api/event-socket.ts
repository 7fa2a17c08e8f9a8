import { Type } from 'typebox'
import type { Logger } from '../platform/logger.ts'
import { defineSocket, type SocketDefinition } from '../platform/routes/sockets.ts'
import { type EventFeed, readFeedQuery } from './event-feed.ts'

/** Bytes that may wait for one slow client before it is dropped; it can resume. */
const maxBufferedBytes = 8 * 1024 * 1024

/** GET /api/v1/events as a WebSocket. */
export function eventSocket(feed: EventFeed, logger: Logger): SocketDefinition {
  return defineSocket({
    path: '/events',
    tag: 'events',
    summary: 'Events as WebSocket messages, or as Server-Sent Events with `Accept: text/event-stream`',
    role: 'viewer',
    // Read as leniently as that of Server-Sent Events: a cursor that makes no sense reads from now on.
    query: Type.Record(Type.String(), Type.String()),
    maxClients: 10_000,
    maxMessageBytes: 4096,
    accept:
      ({ query, principal }) =>
      (client) => {
        const { topics, start } = readFeedQuery(new URLSearchParams(query))
        const send = (text: string): void => {
          if (client.waitingBytes > maxBufferedBytes) {
            logger.warn({ bufferedBytes: client.waitingBytes, principal: principal.id }, 'a slow client of the event socket was dropped')
            client.terminate()
          } else client.send(text)
        }
        return { onClose: feed.attach({ principal, topics, send, end: () => client.close(4401, 'sign in again') }, start) }
      },
  })
}
