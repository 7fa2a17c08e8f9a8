import type { IncomingMessage } from 'node:http'

/** Path of a request target, as the client sent it. A target need not be a URL: `//[` is not one, and `new URL` throws on it. */
export function pathOf(target = ''): string {
  const mark = target.indexOf('?')
  return mark < 0 ? target : target.slice(0, mark)
}

/** Query of a request target; empty where it has none. */
export function queryOf(target = ''): URLSearchParams {
  const mark = target.indexOf('?')
  return new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1))
}

/** Only WebSockets leave HTTP; a request that offers another protocol (`Upgrade: h2c`) is answered as an ordinary one (RFC 9110 section 7.8). */
export function isWebSocket(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket'
}
