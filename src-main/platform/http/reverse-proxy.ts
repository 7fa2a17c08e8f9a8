import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as openRequest,
  type ServerResponse,
} from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Client, clientHeader, clientOf, type ServerRequest, writeClient } from './client.ts'
import { endSocket } from './end-socket.ts'
import type { FastResponse } from './fast-path/fast-response.ts'
import type { PrivateSocket } from './private-endpoint.ts'
import type { SimpleResponse } from './simple-response.ts'

/** Where requests are passed on to. */
export interface ProxyTarget {
  /** Opens a connection; calls back once it is open. */
  connect(callback: (error: Error | null, socket?: Duplex) => void): void
  /** Headers that say whose request it is, and where it goes; those of the request with the same names are left out. */
  headers(client: Client, request: ServerRequest): Readonly<Record<string, string>>
  /** Headers of the request that are left out, too. */
  readonly drop?: (name: string) => boolean
  /** The other side did not answer; `response` has no head yet. Breaks the connection where it is left out: clients repeat the request. */
  onAway?(response: SimpleResponse): void
}

/** The host's private socket. */
export function privateTarget({ path, secret }: PrivateSocket): ProxyTarget {
  return {
    connect(callback) {
      const socket = connect(path)
      const failed = (error: Error): void => callback(error)
      socket.once('error', failed)
      socket.once('connect', () => {
        socket.off('error', failed)
        callback(null, socket)
      })
    },
    headers: (client) => ({ [clientHeader]: writeClient(secret, client) }),
  }
}

/** Passes requests on to another process or machine. */
export interface ReverseProxy {
  /** `response` may be given another answer as long as it has no head: what the other side says then is dropped. */
  request(request: ServerRequest, response: ServerResponse | Http2ServerResponse | FastResponse): void
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

/** Connections that are kept open while idle. */
const maxIdle = 64

class TargetAgent extends Agent {
  readonly #target: ProxyTarget

  constructor(target: ProxyTarget, maxFreeSockets: number) {
    super({ keepAlive: true, maxFreeSockets })
    this.#target = target
  }

  override createConnection(_options: object, callback?: (error: Error | null, socket: Duplex) => void): undefined {
    this.#target.connect(callback as Parameters<ProxyTarget['connect']>[0])
  }
}

/** Creates a proxy to another process or machine. */
export function createReverseProxy(target: ProxyTarget): ReverseProxy {
  const isDropped = (name: string): boolean => notForwarded.has(name) || target.drop?.(name) === true
  // Requests without a body share connections. One with a body has a connection of its own, which is never used again: whatever
  // goes wrong with a body, its bytes cannot become the start of another client's request.
  const shared = new TargetAgent(target, maxIdle)
  const single = new TargetAgent(target, 0)
  return {
    request(anyRequest, rawResponse) {
      const response = rawResponse as ServerResponse
      const request = anyRequest as IncomingMessage
      const hasBody = bodyFollows(anyRequest)
      const own = target.headers(clientOf(anyRequest), anyRequest)
      const headers: OutgoingHttpHeaders = { ...own }
      for (const name in request.headers) {
        const value = request.headers[name]
        if (value !== undefined && !name.startsWith(':') && !isDropped(name) && !Object.hasOwn(own, name)) headers[name] = value
      }
      // HTTP/2 has the host in a pseudo-header, HTTP/1.0 needs none; Node must not put in its own.
      headers.host ??= (request.headers[':authority'] as string | undefined) ?? ''
      // Node adds no framing to bodies of GET, HEAD, DELETE, OPTIONS and TRACE: state it for every method.
      if (!hasBody) delete headers['content-length']
      else if (headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked'
      const { method = 'GET', url: path = '/' } = request
      let onward: ClientRequest
      try {
        onward = openRequest({ agent: hasBody ? single : shared, method, path, headers, setHost: false })
      } catch {
        // HTTP/2 carries methods, paths and values that HTTP/1.1 cannot.
        response.writeHead(400).end()
        return
      }
      onward.on('response', (answer) => {
        // It was given another answer meanwhile, which its client has not taken yet.
        if (response.headersSent) {
          onward.destroy()
          return
        }
        const back: OutgoingHttpHeaders = {}
        for (const name in answer.headers) if (!notForwarded.has(name)) back[name] = answer.headers[name]
        response.writeHead(answer.statusCode ?? 502, back)
        // Event streams start with headers alone.
        response.flushHeaders?.()
        answer.on('error', () => response.destroy())
        answer.on('aborted', () => response.destroy())
        answer.on('end', () => {
          response.end()
          if (!hasBody || onward.writableFinished) return
          // The host has answered without the rest of the body: it needs no connection, and the client's bytes are discarded.
          request.unpipe(onward)
          onward.destroy()
          request.resume()
        })
        answer.on('data', (bytes: Buffer) => {
          if (response.write(bytes)) return
          answer.pause()
          response.once('drain', () => answer.resume())
        })
      })
      // Who is stopping does not answer: clients repeat a request whose connection broke, but would believe a made-up response.
      onward.on('error', () => {
        if (target.onAway === undefined || response.headersSent || response.destroyed) response.destroy()
        else target.onAway(response)
      })
      response.once('close', () => onward.destroy())
      if (hasBody) request.pipe(onward)
      else onward.end()
    },
    upgrade(request, socket, head) {
      const own = target.headers(clientOf(request), request)
      const lines = [`${request.method} ${request.url} HTTP/1.1`]
      for (const name in own) lines.push(`${name}: ${own[name]}`)
      for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
        const name = (request.rawHeaders[at] as string).toLowerCase()
        const isLeftOut = name === clientHeader || target.drop?.(name) === true || Object.hasOwn(own, name)
        if (!isLeftOut) lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`)
      }
      target.connect((error, onward) => {
        if (error !== null || onward === undefined || socket.destroyed) {
          onward?.destroy()
          endSocket(socket)
          return
        }
        onward.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
        if (head.length > 0) onward.write(head)
        onward.pipe(socket)
        socket.pipe(onward)
        onward.on('error', () => onward.destroy())
        socket.on('close', () => onward.destroy())
        onward.on('close', () => endSocket(socket))
      })
    },
    stop() {
      shared.destroy()
      single.destroy()
    },
  }
}

function bodyFollows(request: ServerRequest): boolean {
  if ('headBytes' in request) return false
  if ('stream' in request) return !request.stream.endAfterHeaders
  const { 'transfer-encoding': coding, 'content-length': length } = request.headers
  return coding !== undefined || Number(length ?? 0) > 0
}
