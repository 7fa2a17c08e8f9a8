import type { OutgoingHttpHeaders } from 'node:http'
import { AppError, type ErrorCode, errorKinds } from '../../platform/errors.ts'
import { nodeHeader, viewerHeader, writeViewer } from '../../platform/http/client.ts'
import type { ProxyTarget } from '../../platform/http/reverse-proxy.ts'
import type { SimpleResponse } from '../../platform/http/simple-response.ts'
import { nodePathOf, pathHeader } from '../origin/link/node-path.ts'
import type { NodeState } from './joining/node-state.ts'
import { connectToOrigin, type OriginTarget } from './joining/origin-connection.ts'

/** The origin as it answers what a node does not: it learns whose request it is, and believes the node by its secret. */
export function originTarget(target: OriginTarget, { id, forwardSecret }: Pick<NodeState, 'id' | 'forwardSecret'>): ProxyTarget {
  return {
    connect: (callback) => connectToOrigin(target, callback),
    headers: ({ remoteAddress, encrypted }, request) => ({
      'host': target.url.host,
      'x-forwarded-for': remoteAddress,
      'x-forwarded-proto': encrypted ? 'https' : 'http',
      'x-forwarded-host': String(request.headers.host ?? request.headers[':authority'] ?? ''),
      [nodeHeader]: forwardSecret,
      [viewerHeader]: writeViewer({ remoteAddress, encrypted }),
      [pathHeader]: [...nodePathOf(request.headers), id].join(','),
    }),
    // what a viewer says of other proxies is hearsay
    drop: (name) => name === 'forwarded' || name === 'x-real-ip' || name.startsWith('x-forwarded-'),
    onAway: (response) => sendError(response, 'network.origin_away'),
  }
}

/** Answers with an error of the catalogue as problem+json that no cache may keep. */
export function sendError(response: SimpleResponse, code: ErrorCode, headers: OutgoingHttpHeaders = {}): void {
  const { message, remedy, status } = new AppError(code)
  const { title } = errorKinds[code]
  const body = JSON.stringify({ type: `urn:ami-streams:error:${code}`, title, status, detail: message, code, remedy })
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    ...(status === 503 ? { 'retry-after': '1' } : {}),
    ...headers,
  })
  response.end(body)
}
