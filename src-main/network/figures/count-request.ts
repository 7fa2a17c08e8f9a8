import type { IncomingMessage, ServerResponse } from 'node:http'
import { whenAnswered } from './answered-request.ts'
import { countedPath, countedReferer, deviceOf, type RequestFact, smallBytes, waitsForMedia } from './request-fact.ts'

/** Counts a request that this process answers itself, once it is over. */
export function countRequest(request: IncomingMessage, response: ServerResponse, count: (fact: RequestFact) => void): void {
  const startedAt = performance.now()
  const { url = '', headers, rawHeaders } = request
  whenAnswered(request, response, ({ status, bytesOut }) => {
    const isTimed = bytesOut <= smallBytes && !waitsForMedia(url)
    count({
      status,
      bytesIn: rawHeaders.reduce((sum, text) => sum + text.length + 2, url.length) + (Number(headers['content-length']) || 0),
      bytesOut,
      latencyMs: isTimed ? performance.now() - startedAt : undefined,
      hit: undefined,
      path: countedPath(url),
      referer: countedReferer(headers.referer ?? ''),
      device: deviceOf(headers['user-agent'] ?? ''),
      country: undefined,
    })
  })
}
