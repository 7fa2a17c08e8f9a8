import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastRequest } from '../../platform/http/fast-path/fast-request.ts'
import type { FastResponse } from '../../platform/http/fast-path/fast-response.ts'
import { whenAnswered } from './answered-request.ts'
import { countedPath, countedReferer, deviceOf, type RequestFact, smallBytes, waitsForMedia } from './request-fact.ts'

/** Counts a request that this process answers itself, once it is over. */
export function countRequest(
  request: IncomingMessage | FastRequest,
  response: ServerResponse | FastResponse,
  count: (fact: RequestFact) => void,
): void {
  const startedAt = performance.now()
  const { url = '', headers } = request
  whenAnswered(request, response, ({ status, bytesOut }) => {
    const isTimed = bytesOut <= smallBytes && !waitsForMedia(url)
    count({
      status,
      bytesIn: bytesOf(request),
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

function bytesOf(request: IncomingMessage | FastRequest): number {
  if ('headBytes' in request) return request.headBytes
  const { rawHeaders, url = '', headers } = request
  return rawHeaders.reduce((sum, text) => sum + text.length + 2, url.length) + (Number(headers['content-length']) || 0)
}
