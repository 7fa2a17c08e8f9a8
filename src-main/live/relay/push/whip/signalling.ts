import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { AppError } from '../../../../platform/errors.ts'
import { fetchedByHost } from '../../../../platform/outbound/fetched-by-host.ts'
import { connectJudged, type JudgeTarget } from '../../../../platform/outbound/judged-connection.ts'
import { OutboundFault } from '../../../../platform/outbound/network-policy.ts'
import { type CertificateTrust, certificateProblem, tlsOptions } from '../certificate-trust.ts'

/** A WHIP server's answer over HTTP. */
export interface WhipReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Where the reply came from, after redirects. */
  readonly url: URL
  /** How long the connection took to open, ms. */
  readonly rttMs: number
}

export interface WhipRequest {
  readonly method: 'OPTIONS' | 'POST' | 'DELETE'
  readonly url: URL
  /** Bearer token; empty for none. */
  readonly token: string
  readonly certificate: CertificateTrust
  /** Each redirect is judged, too. */
  readonly judge: JudgeTarget
  readonly body?: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const maxRedirects = 3
const maxReply = 64 * 1024

/** Asks a WHIP server, following its redirects (RFC 9725, section 4.5). Rejects with `destination.*`. */
export async function askWhip(request: WhipRequest): Promise<WhipReply> {
  let { url } = request
  for (let redirects = 0; ; redirects++) {
    const reply = await once({ ...request, url })
    const { location } = reply.headers
    if (![301, 302, 307, 308].includes(reply.status) || location === undefined) return reply
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined
    if (redirects >= maxRedirects || next === undefined || !isSafe(url, next)) {
      throw new AppError('destination.protocol', 'The server redirects in circles, or to where the token must not go')
    }
    url = next
  }
}

/** A token that went over TLS is not sent on in the clear. */
function isSafe(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:')
}

async function once(request: WhipRequest): Promise<WhipReply> {
  const { method, url, token, body, timeoutMs, signal } = request
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const { socket, rttMs } = await open(request, limit)
  return new Promise((resolve, reject) => {
    const silent = () =>
      socket.destroy(new AppError('destination.silent', `The server did not answer ${method} within ${timeoutMs / 1000} s`))
    limit.addEventListener('abort', silent, { once: true })
    const fail = (error: Error) => {
      limit.removeEventListener('abort', silent)
      socket.destroy()
      reject(
        error instanceof AppError
          ? error
          : new AppError('destination.protocol', `The server's HTTP broke: ${error.message}`, { cause: error }),
      )
    }
    const asking = httpRequest({
      createConnection: () => socket,
      method,
      path: `${url.pathname}${url.search}`,
      headers: {
        host: url.host,
        connection: 'close',
        'user-agent': 'AMI Streams',
        [fetchedByHost.name]: fetchedByHost.value,
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/sdp', 'content-length': Buffer.byteLength(body) }),
      },
    })
    asking.on('error', fail)
    asking.on('response', (response) => {
      const pieces: Buffer[] = []
      let bytes = 0
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
        if (bytes > maxReply) socket.destroy(new AppError('destination.protocol', 'The answer is longer than any SDP'))
        else pieces.push(piece)
      })
      response.on('error', fail)
      response.on('end', () => {
        limit.removeEventListener('abort', silent)
        socket.destroy()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces).toString(), url, rttMs })
      })
    })
    asking.end(body)
  })
}

/** A connection whose far end may be trusted with the token. */
function open({ url, certificate, judge, timeoutMs }: WhipRequest, limit: AbortSignal): Promise<{ socket: Socket; rttMs: number }> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const secure = url.protocol === 'https:'
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  return new Promise((resolve, reject) => {
    let fromMs = performance.now()
    let rttMs = 0
    let tls: TLSSocket | undefined
    const tcp = connectJudged(host, port, judge)
    const settle = (error?: AppError) => {
      limit.removeEventListener('abort', late)
      const socket = tls ?? tcp
      for (const each of [tcp, socket]) each.removeAllListeners('error').on('error', () => undefined)
      if (error === undefined) {
        resolve({ socket, rttMs })
      } else {
        socket.destroy()
        tcp.destroy()
        reject(error)
      }
    }
    const late = () => settle(new AppError('destination.unreachable', `${host}:${port} did not answer within ${timeoutMs / 1000} s`))
    const onError = (error: NodeJS.ErrnoException) => {
      if (error instanceof OutboundFault) {
        settle(new AppError('url.forbidden', error.message, { cause: error }))
      } else if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN' || error.code === 'EAI_FAIL') {
        settle(new AppError('destination.unresolved', `No IP address is known for ${host}`, { cause: error }))
      } else if (tls !== undefined) {
        settle(new AppError('destination.tls', `${host} does not speak TLS as it should: ${error.code ?? error.message}`, { cause: error }))
      } else {
        const why = error.code === 'ECONNREFUSED' ? `Nothing listens on ${host}:${port}` : `${host}:${port}: ${error.code ?? error.message}`
        settle(new AppError('destination.unreachable', why, { cause: error }))
      }
    }
    if (limit.aborted) late()
    else limit.addEventListener('abort', late, { once: true })
    tcp.on('error', onError)
    tcp.once('lookup', () => {
      fromMs = performance.now()
    })
    tcp.once('connect', () => {
      rttMs = Math.round((performance.now() - fromMs) * 10) / 10
      if (!secure) {
        settle()
        return
      }
      const socket = connectTls({ socket: tcp, ...tlsOptions(host) })
      tls = socket
      socket.on('error', onError)
      socket.once('secureConnect', () => {
        const problem = certificateProblem(socket, certificate, host)
        settle(problem === undefined ? undefined : new AppError('destination.tls', problem))
      })
    })
  })
}
