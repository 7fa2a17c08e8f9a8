import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp, type ServerResponse } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { endSocket } from '../http/end-socket.ts'
import { isWebSocket, pathOf } from '../http/request-target.ts'
import { isLoopback } from '../net/loopback.ts'
import { fetchedByHost } from './fetched-by-host.ts'
import { connectTo, type JudgeTarget, lookupOf } from './judged-connection.ts'
import { OutboundFault } from './network-policy.ts'

/**
 * A forward proxy on loopback for programs that make connections of their own: Chromium, FFmpeg. All their requests, also by a redirect, a
 * frame, a script or a playlist, are judged here, looked up here, and connected to at the IP addresses that were judged.
 */
export interface JudgedProxy {
  readonly port: number
  /** Why the newest connection was rejected, since this was asked last. */
  takeRejection(): string | undefined
  stop(): void
}

/** For a program that is given other URLs than those that are meant. */
export interface UrlTranslator {
  /** The URL that is meant. */
  toOrigin(url: URL): URL
  /** A text (a header, a playlist) with the URLs in it as the program is to ask for them. */
  toProgram(text: string): string
}

export interface JudgedProxyOptions {
  readonly judge: JudgeTarget
  readonly translator?: UrlTranslator
  /** Paths of this host's own HTTP that may be asked for whatever the judge says. */
  readonly own?: OwnPaths
}

export interface OwnPaths {
  /** Of this host, with its port, as its own programs write it. */
  readonly host: string
  readonly judge: JudgeTarget
  /** As it is sent: nothing in it is decoded. */
  mayAsk(path: string): boolean
}

const maxConnections = 256
/** Until a server takes a connection, ms. */
const connectMs = 10_000
/** A connection on which nothing moves is ended after this, ms. */
const idleMs = 15 * 60_000
/** Of a playlist with URLs to translate, bytes. */
const maxListBytes = 8 << 20

/** Headers that belong to one connection (RFC 9110 section 7.6.1). */
const ofOneConnection = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'host'])

/** Opens a proxy at a free port of this machine. */
export async function openJudgedProxy({ judge, translator, own }: JudgedProxyOptions): Promise<JudgedProxy> {
  let rejection: string | undefined
  const tunnels = new Set<Duplex>()
  // Whatever else a client offers to change to stays HTTP, and each of its requests is judged and marked.
  const server = Object.assign(createServer(), { shouldUpgradeCallback: isWebSocket })
  server.maxConnections = maxConnections

  /** Where a request is to go. A request without a whole URL may only be one to this host's own HTTP. */
  async function aimOf(request: IncomingMessage) {
    const asked = request.url ?? ''
    const isOwn = asked.startsWith('/')
    const url = URL.parse(isOwn ? `http://${request.headers.host ?? ''}${asked}` : asked)
    if (url?.protocol !== 'http:') throw new OutboundFault('This is a proxy for pages and media of the host')
    const origin = translator?.toOrigin(url) ?? url
    // By what is sent on, not by what a parser makes of it.
    const path = pathOf(isOwn ? asked : `${url.pathname}${url.search}`)
    const open = translator === undefined && origin.host === own?.host && own.mayAsk(path)
    const port = Number(origin.port) || (origin.protocol === 'https:' ? 443 : 80)
    const target = await (open ? own.judge : judge)(origin.hostname, port)
    if (isOwn && target.own !== 'http') throw new OutboundFault('This is a proxy for pages and media of the host')
    return { origin, target }
  }

  function note(error: unknown): { readonly status: 403 | 502; readonly text: string } {
    const { message } = error as Error
    if (!(error instanceof OutboundFault)) return { status: 502, text: message }
    rejection = message
    return { status: 403, text: message }
  }

  server.on('request', (request, response) => {
    const fail = (error: unknown): void => {
      const { status, text } = note(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(text)
    }
    aimOf(request).then(({ origin, target }) => {
      if (response.destroyed) return
      const secure = origin.protocol === 'https:'
      const onward = (secure ? requestHttps : requestHttp)({
        host: target.host,
        port: target.port,
        method: request.method,
        path: `${origin.pathname}${origin.search}`,
        headers: headersFor(request, origin.host, translator !== undefined),
        setHost: false,
        agent: false,
        lookup: lookupOf(target),
        // FFmpeg, which would speak TLS itself if it were not for us, does not look at certificates either.
        rejectUnauthorized: translator === undefined,
      })
      onward.on('socket', (socket) => boundConnecting(socket, (error) => onward.destroy(error)))
      onward.setTimeout(idleMs, () => onward.destroy(new Error('Nothing came for long')))
      onward.on('response', (answer) => {
        answer.on('error', () => response.destroy())
        if (translator === undefined) passOn(answer, response)
        else passOnTranslated(answer, response, translator).catch(fail)
      })
      onward.on('error', fail)
      response.on('close', () => onward.destroy())
      request.pipe(onward)
    }, fail)
  })

  server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    openTunnel(socket, async () => {
      const url = URL.parse(`http://${request.url}`)
      if (url === null) throw new OutboundFault('This is a proxy for pages and media of the host')
      // Each request in a tunnel to this host itself is judged by its path.
      const target = await (url.host === own?.host ? own.judge : judge)(url.hostname, Number(url.port) || 80)
      if (target.own === 'https' && isLoopback(url.hostname)) {
        throw new OutboundFault(`https://${url.host} is this host itself: open its pages by http, so that they never count as its owner`)
      }
      if (target.own !== 'http') return { target, said: head }
      // Requests to this host's own HTTP are marked, in tunnels (WebSockets) too.
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      if (head.length > 0) socket.unshift(head)
      server.emit('connection', socket as Socket)
      return undefined
    })
  })

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    openTunnel(
      socket,
      async () => {
        const { target } = await aimOf(request)
        const lines = [`${request.method} ${request.url} HTTP/1.1`, `${fetchedByHost.name}: ${fetchedByHost.value}`]
        for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`)
        return { target, said: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]) }
      },
      false,
    )
  })

  /** Joins a client's socket with a server, or closes it. `answers`: the client awaits word of it. */
  function openTunnel(
    socket: Duplex,
    aim: () => Promise<{ target: Parameters<typeof connectTo>[0]; said: Buffer } | undefined>,
    answers = true,
  ) {
    tunnels.add(socket)
    socket.on('close', () => tunnels.delete(socket))
    socket.on('error', () => socket.destroy())
    const fail = (error: unknown): void => {
      const { status, text } = note(error)
      if (socket.writable)
        socket.end(`HTTP/1.1 ${status} Denied\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n${text}`)
    }
    aim().then((found) => {
      if (found === undefined || socket.destroyed) return
      const onward = connectTo(found.target)
      let joined = false
      boundConnecting(onward, (error) => onward.destroy(error))
      onward.setTimeout(idleMs, () => onward.destroy())
      onward.once('connect', () => {
        joined = true
        if (answers) socket.write('HTTP/1.1 200 OK\r\n\r\n')
        if (found.said.length > 0) onward.write(found.said)
        onward.pipe(socket)
        socket.pipe(onward)
      })
      onward.on('error', (error) => {
        if (!joined) fail(error)
      })
      onward.on('close', () => {
        if (joined) endSocket(socket)
      })
      socket.on('close', () => onward.destroy())
    }, fail)
  }

  server.on('clientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    takeRejection() {
      const taken = rejection
      rejection = undefined
      return taken
    },
    stop() {
      server.close()
      server.closeAllConnections()
      for (const tunnel of tunnels) tunnel.destroy()
    },
  }
}

function boundConnecting(socket: Socket, late: (error: Error) => void): void {
  const timer = setTimeout(() => late(new Error(`It does not take a connection within ${connectMs / 1000} s`)), connectMs)
  socket.once('connect', () => clearTimeout(timer))
  socket.once('close', () => clearTimeout(timer))
}

/** The headers of a request as they go on, with our mark. */
function headersFor({ headers }: IncomingMessage, host: string, plainBodies: boolean): OutgoingHttpHeaders {
  const onward: OutgoingHttpHeaders = {}
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  for (const [name, value] of Object.entries(headers)) {
    if (!ofOneConnection.has(name) && !name.startsWith('proxy-') && !named.has(name)) onward[name] = value
  }
  if (headers['transfer-encoding'] !== undefined) onward['transfer-encoding'] = 'chunked'
  // Compressed, the URLs in it could not be translated.
  if (plainBodies) delete onward['accept-encoding']
  const marks = [headers.via, fetchedByHost.value].filter((mark) => mark !== undefined)
  return { ...onward, host, [fetchedByHost.name.toLowerCase()]: [...new Set(marks)].join(', ') }
}

function headersBack({ headers }: IncomingMessage): OutgoingHttpHeaders {
  const back: OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(headers)) if (!ofOneConnection.has(name)) back[name] = value
  return back
}

function passOn(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, headersBack(answer))
  response.flushHeaders()
  answer.pipe(response)
}

/** Playlists are read whole and translated; what else comes passes as it is. */
async function passOnTranslated(answer: IncomingMessage, response: ServerResponse, { toProgram }: UrlTranslator): Promise<void> {
  const headers = headersBack(answer)
  if (headers.location !== undefined) headers.location = toProgram(String(headers.location))
  const cookies = answer.headers['set-cookie']
  // The program knows the server by another name.
  if (cookies !== undefined) headers['set-cookie'] = cookies.map((cookie) => cookie.replace(/;\s*domain=[^;]*/i, ''))
  const parts = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await parts.next()
  if (first.done === true || !/^\s*(?:#EXTM3U|<\?xml|<MPD)/.test(first.value.toString('utf8', 0, 1024).replace(/^\uFEFF/, ''))) {
    response.writeHead(answer.statusCode ?? 502, headers)
    if (first.done !== true) response.write(first.value)
    for (let next = first; next.done !== true; ) {
      next = await parts.next()
      if (next.done !== true && !response.write(next.value))
        await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve))
      if (response.destroyed) return
    }
    response.end()
    return
  }
  const pieces = [first.value]
  let bytes = first.value.length
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    pieces.push(next.value)
    bytes += next.value.length
    if (bytes > maxListBytes) throw new OutboundFault(`The playlist is longer than ${maxListBytes >> 20} MiB`)
  }
  for (const name of ['content-length', 'content-range', 'accept-ranges', 'content-md5', 'digest']) delete headers[name]
  const isPart = answer.statusCode === 206
  response.writeHead(isPart ? 200 : (answer.statusCode ?? 502), headers).end(toProgram(Buffer.concat(pieces).toString()))
}
