import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

/** `uri-host [":" port]` of RFC 9110 section 7.2; brackets are checked apart. */
const hostForm = /^(?:\[([^\]]*)\]|[A-Za-z0-9._~!$&'()*+;=%-]*)(?::\d{0,5})?$/

/**
 * What is malformed about a request whose bytes the HTTP parser accepted, in a sentence; undefined if nothing is. Such requests can mean
 * different requests to a proxy in front of this host and to the host.
 */
export function findRequestFault(request: IncomingMessage): string | undefined {
  const { headers } = request
  if (request.httpVersionMajor === 1) {
    // RFC 9112 section 3.2. `headers` keeps the first one and drops the others.
    if (hosts(request.rawHeaders) > 1) return 'The request has more than one Host header'
    // RFC 9112 section 6.1.
    if (request.httpVersionMinor === 0 && headers['transfer-encoding'] !== undefined) return 'HTTP/1.0 has no Transfer-Encoding'
  }
  const authority = headers[':authority']
  const host = headers.host ?? (typeof authority === 'string' ? authority : '')
  if (!isHost(host)) return 'The Host header is not a host name with an optional port'
  // RFC 9113 section 8.3.1.
  if (authority !== undefined && host.toLowerCase() !== String(authority).toLowerCase()) return 'Host and :authority differ'
  return undefined
}

function hosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count
}

/** True for what a Host header may say. */
export function isHost(text: string): boolean {
  const match = hostForm.exec(text)
  return match !== null && (match[1] === undefined || isIPv6(match[1]))
}
