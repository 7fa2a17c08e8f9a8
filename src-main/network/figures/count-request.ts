import type { IncomingMessage, ServerResponse } from 'node:http'
import { countedPath, countedReferer, deviceOf, type RequestFact, smallBytes, waitsForMedia } from './request-fact.ts'

/** Counts a request that this process answers itself, once it is over. */
export function countRequest(request: IncomingMessage, response: ServerResponse, count: (fact: RequestFact) => void): void {
  const startedAt = performance.now()
  const { url = '', headers, rawHeaders, httpVersionMajor, socket } = request
  const before = socket?.bytesWritten ?? 0
  response.once('close', () => {
    // Requests of HTTP/2 share a connection.
    const length = Number(response.getHeader('content-length') ?? 0)
    const bytesOut = httpVersionMajor === 2 ? length : Math.max(0, (socket?.bytesWritten ?? 0) - before)
    const isTimed = bytesOut <= smallBytes && !waitsForMedia(url)
    count({
      status: response.headersSent ? response.statusCode : 499,
      bytesIn: rawHeaders.reduce((sum, text) => sum + text.length + 2, url.length) + (Number(headers['content-length']) || 0),
      bytesOut: Number.isSafeInteger(bytesOut) ? bytesOut : 0,
      latencyMs: isTimed ? performance.now() - startedAt : undefined,
      hit: undefined,
      path: countedPath(url),
      referer: countedReferer(headers.referer ?? ''),
      device: deviceOf(headers['user-agent'] ?? ''),
      country: undefined,
    })
  })
}
