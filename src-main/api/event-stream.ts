import type { ServerResponse } from 'node:http'
import { queryOf } from '../platform/http/request-target.ts'
import type { Principal } from '../platform/routes/principal.ts'
import { repeat } from '../platform/timing/repeat.ts'
import { type EventFeed, readFeedQuery } from './event-feed.ts'

const maxBufferedBytes = 8 * 1024 * 1024
const keepAliveMs = 20_000

export interface EventStreams {
  /** Answers with Server-Sent Events until the client leaves. */
  serve(response: ServerResponse, principal: Principal, url: string, lastEventId: string | undefined): void
  stop(): void
}

/** GET /api/v1/events with `Accept: text/event-stream`, for clients without WebSocket. */
export function createEventStreams(feed: EventFeed, stands: (principal: Principal) => boolean): EventStreams {
  const open = new Set<ServerResponse>()
  return {
    serve(response, principal, url, lastEventId) {
      const { topics, start } = readFeedQuery(queryOf(url), lastEventId)
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      open.add(response)
      const send = (text: string, seq: number): void => {
        if (response.writableLength > maxBufferedBytes) response.destroy()
        else if (!response.destroyed) response.write(`id: ${feed.run}:${seq}\ndata: ${text}\n\n`)
      }
      const detach = feed.attach({ principal, topics, send, end: () => void response.end() }, start)
      const keepAlive = repeat(keepAliveMs, () => {
        if (stands(principal)) response.write(':\n\n')
        else response.end()
      })
      response.on('close', () => {
        clearInterval(keepAlive)
        open.delete(response)
        detach()
      })
    },
    stop() {
      for (const response of open) response.end()
    },
  }
}
