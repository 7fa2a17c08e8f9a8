import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as openRequest,
  type ServerResponse,
} from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { clientHeader, clientOf, writeClient } from './client.ts'
import { endSocket } from './end-socket.ts'
import type { PrivateSocket } from './private-endpoint.ts'

/** Passes requests on to the host's private socket. */
export interface ReverseProxy {
  request(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  stop(): void
}

/** Headers that belong to one connection (RFC 9110 section 7.6.1), those that we set ourselves, and those that delimit the body. */
const notForwarded = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
  clientHeader,
])

/** Connections to the host that are kept open while idle. */
const maxIdle = 64

/** Creates a proxy to the host's private socket. */
export function createReverseProxy({ path: socketPath, secret }: PrivateSocket): ReverseProxy {
  // Requests without a body share connections. One with a body has a connection of its own, which is never used again: whatever
  // goes wrong with a body, its bytes cannot become the start of another client's request.
  const shared = new Agent({ keepAlive: true, maxFreeSockets: maxIdle })
  const single = new Agent({ keepAlive: true, maxFreeSockets: 0 })
  return {
    request(request, rawResponse) {
      const response = rawResponse as ServerResponse
      const hasBody = bodyFollows(request)
      const headers: OutgoingHttpHeaders = { [clientHeader]: writeClient(secret, clientOf(request)) }
      for (const name in request.headers) {
        const value = request.headers[name]
        if (value !== undefined && !name.startsWith(':') && !notForwarded.has(name)) headers[name] = value
      }
      // HTTP/2 has the host in a pseudo-header, HTTP/1.0 needs none; Node must not put in its own.
      headers.host ??= (request.headers[':authority'] as string | undefined) ?? ''
      // Node adds no framing to bodies of GET, HEAD, DELETE, OPTIONS and TRACE: state it for every method.
      if (!hasBody) delete headers['content-length']
      else if (headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked'
      const { method = 'GET', url: path = '/' } = request
      let onward: ClientRequest
      try {
        onward = openRequest({ socketPath, agent: hasBody ? single : shared, method, path, headers, setHost: false })
      } catch {
        // HTTP/2 carries methods, paths and values that HTTP/1.1 cannot.
        response.writeHead(400).end()
        return
      }
      onward.on('response', (answer) => {
        const back: OutgoingHttpHeaders = {}
        for (const name in answer.headers) if (!notForwarded.has(name)) back[name] = answer.headers[name]
        response.writeHead(answer.statusCode ?? 502, back)
        // Event streams start with headers alone.
        response.flushHeaders?.()
        answer.on('error', () => response.destroy())
        answer.on('aborted', () => response.destroy())
        answer.on('end', () => {
          if (onward.writableFinished) return
          // The host has answered without the rest of the body: it needs no connection, and the client's bytes are discarded.
          request.unpipe(onward)
          onward.destroy()
          request.resume()
        })
        answer.pipe(response)
      })
      // The host is stopping: clients repeat a request whose connection broke, but would believe a made-up response.
      onward.on('error', () => response.destroy())
      response.on('close', () => onward.destroy())
      if (hasBody) request.pipe(onward)
      else onward.end()
    },
    upgrade(request, socket, head) {
      const onward = connect(socketPath)
      const lines = [`${request.method} ${request.url} HTTP/1.1`, `${clientHeader}: ${writeClient(secret, clientOf(request))}`]
      for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
        const name = request.rawHeaders[at] as string
        if (name.toLowerCase() !== clientHeader) lines.push(`${name}: ${request.rawHeaders[at + 1]}`)
      }
      onward.on('connect', () => {
        onward.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
        if (head.length > 0) onward.write(head)
        onward.pipe(socket)
        socket.pipe(onward)
      })
      onward.on('error', () => onward.destroy())
      socket.on('close', () => onward.destroy())
      onward.on('close', () => endSocket(socket))
    },
    stop() {
      shared.destroy()
      single.destroy()
    },
  }
}

function bodyFollows(request: IncomingMessage | Http2ServerRequest): boolean {
  if ('stream' in request) return !request.stream.endAfterHeaders
  const { 'transfer-encoding': coding, 'content-length': length } = request.headers
  return coding !== undefined || Number(length ?? 0) > 0
}
