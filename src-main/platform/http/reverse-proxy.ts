import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request as openRequest, type ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { clientHeader, writeClient } from './client-header.ts'

/** Hands requests on to the host's private door. */
export interface ReverseProxy {
  /** @param path the address asked for, where `request.url` may have been rewritten */
  request(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse, path: string): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  stop(): void
}

/** Headers that belong to one connection (RFC 9110 section 7.6.1), and what only we may say. */
const ownOfConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  clientHeader,
])

/** Connections to the host that are kept while nothing is asked. */
const mostIdle = 64

/** Makes a proxy to the Unix socket at `socketPath`. */
export function createReverseProxy(socketPath: string): ReverseProxy {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: mostIdle })
  return {
    request(request, rawResponse, path) {
      const response = rawResponse as ServerResponse
      const headers: OutgoingHttpHeaders = {}
      for (const name in request.headers) {
        const value = request.headers[name]
        if (value !== undefined && !name.startsWith(':') && !ownOfConnection.has(name)) headers[name] = value
      }
      // HTTP/2 names the host otherwise
      headers.host ??= request.headers[':authority'] as string | undefined
      headers[clientHeader] = clientOf(request.socket)
      const { method = 'GET' } = request
      const onward = openRequest({ socketPath, agent, method, path, headers })
      onward.on('response', (answer) => {
        const back: OutgoingHttpHeaders = {}
        for (const name in answer.headers) if (!ownOfConnection.has(name)) back[name] = answer.headers[name]
        response.writeHead(answer.statusCode ?? 502, back)
        // streams of events begin with a head alone
        response.flushHeaders?.()
        answer.on('error', () => response.destroy())
        answer.on('aborted', () => response.destroy())
        answer.pipe(response)
      })
      // The host is stopping: a broken connection is asked for again, where a made-up answer would be believed.
      onward.on('error', () => response.destroy())
      response.on('close', () => {
        if (!response.writableFinished) onward.destroy()
      })
      if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') onward.end()
      else (request as IncomingMessage).pipe(onward)
    },
    upgrade(request, socket, head) {
      const onward = connect(socketPath)
      const lines = [`${request.method} ${request.url} HTTP/1.1`]
      for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
        const name = request.rawHeaders[at] as string
        if (name.toLowerCase() !== clientHeader) lines.push(`${name}: ${request.rawHeaders[at + 1]}`)
      }
      onward.on('connect', () => {
        onward.write(`${lines.join('\r\n')}\r\n${clientHeader}: ${clientOf(request.socket)}\r\n\r\n`)
        if (head.length > 0) onward.write(head)
        onward.pipe(socket)
        socket.pipe(onward)
      })
      for (const side of [onward, socket]) {
        side.on('error', () => side.destroy())
        side.on('close', () => {
          onward.destroy()
          socket.destroy()
        })
      }
    },
    stop: () => agent.destroy(),
  }
}

function clientOf(socket: { remoteAddress?: string | undefined; remotePort?: number | undefined } | undefined): string {
  const { remoteAddress = '', remotePort = 0 } = socket ?? {}
  return writeClient({ remoteAddress, remotePort, encrypted: (socket as TLSSocket | undefined)?.encrypted === true })
}
