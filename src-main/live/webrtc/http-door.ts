import type { OutgoingHttpHeaders } from 'node:http'
import { AppError, errorKinds } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { AnyRequest, AnyResponse } from '../live-part.ts'
import { isWord } from '../playback/request-path.ts'
import { iceLinks } from './ice-servers.ts'
import { LONGEST_OFFER } from './offer.ts'
import type { OfferLimit } from './offer-limit.ts'
import type { PeerSessions } from './peer-sessions.ts'
import type { IceServer } from './sfu-engine.ts'
import { readTrickle } from './trickle.ts'

export interface HttpDoorNeeds {
  readonly sessions: PeerSessions
  readonly limit: OfferLimit
  /** STUN and TURN servers as they are to be told now. */
  readonly iceServers: () => readonly IceServer[]
  readonly log: Logger
}

/** An address of WHIP or WHEP. */
interface Target {
  readonly role: 'whip' | 'whep'
  /** Undefined where the key alone names the stream. */
  readonly name: string | undefined
  readonly session: string | undefined
}

const addressForm = /^\/live\/(?:([a-z0-9][a-z0-9_-]{0,63})\/)?(whip|whep)(?:\/([a-z0-9]{24}))?$/
const BODY_MS = 10_000

const open = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Location, ETag, Link, Accept-Patch, Retry-After',
  'cache-control': 'no-store',
} as const
const methods = 'POST, PATCH, DELETE, OPTIONS'

/** WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) over HTTP: true where the request was theirs. */
export function createHttpDoor(needs: HttpDoorNeeds): (request: AnyRequest, response: AnyResponse) => boolean {
  /** TURN logins end: they are made anew for every answer. */
  const withLinks = (): OutgoingHttpHeaders => {
    const links = iceLinks(needs.iceServers())
    return links.length === 0 ? {} : { link: links as string[] }
  }

  return (request, response) => {
    const url = request.url ?? ''
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    if (!path.includes('/whip') && !path.includes('/whep')) return false
    const match = addressForm.exec(path)
    if (match === null) return false
    const [, name, role, session] = match as unknown as [string, string | undefined, 'whip' | 'whep', string | undefined]
    if (name === undefined && (role === 'whep' || session !== undefined || request.method === 'GET' || request.method === 'HEAD'))
      return false
    const target: Target = { role, name, session }
    const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
    void serve(request, response as never, target, query).catch((error: unknown) => refuse(response as never, error))
    return true
  }

  async function serve(request: AnyRequest, response: Answer, target: Target, query: URLSearchParams): Promise<void> {
    switch (request.method) {
      case 'OPTIONS':
        reply(response, 204, {
          ...withLinks(),
          'access-control-allow-methods': methods,
          'access-control-allow-headers': 'Authorization, Content-Type, If-Match',
          'access-control-max-age': '86400',
          'accept-post': 'application/sdp',
        })
        return
      case 'POST':
        if (target.session !== undefined) break
        await offer(request, response, target, query)
        return
      case 'PATCH':
        if (target.session === undefined) break
        await trickle(request, response, target)
        return
      case 'DELETE':
        if (target.session === undefined) break
        found(target)
        needs.sessions.close(target.session)
        reply(response, 200, {})
        return
    }
    reply(response, 405, { allow: target.session === undefined ? 'POST, OPTIONS' : 'PATCH, DELETE, OPTIONS' })
  }

  async function offer(request: AnyRequest, response: Answer, target: Target, query: URLSearchParams): Promise<void> {
    const remoteAddress = `${request.socket.remoteAddress ?? ''}:${request.socket.remotePort ?? 0}`
    const wait = needs.limit.take(request.socket.remoteAddress ?? '')
    if (wait > 0) throw new AppError('webrtc.too_many_offers', undefined, { details: { retryAfter: wait } })
    mediaType(request, 'application/sdp')
    const sdp = await body(request)
    const viewer = query.get('session')
    const offerer = {
      remoteAddress,
      userAgent: header(request, 'user-agent'),
      sdp,
      viewer: viewer !== null && isWord(viewer) ? viewer : undefined,
    }
    const { session, sdp: answer } =
      target.role === 'whep'
        ? await needs.sessions.play(offerer, target.name as string)
        : await publish(offerer, target, query.get('key') ?? bearer(request))
    reply(
      response,
      201,
      {
        ...withLinks(),
        'content-type': 'application/sdp',
        location: `/live/${session.streamName}/${target.role}/${session.id}`,
        etag: session.etag,
        'accept-patch': 'application/trickle-ice-sdpfrag',
      },
      answer,
    )
  }

  function publish(offerer: Parameters<PeerSessions['publish']>[0], target: Target, key: string | undefined) {
    if (key === undefined || key === '') throw new AppError('publish.key_unknown', 'No stream key came with the offer')
    return target.name === undefined
      ? needs.sessions.publish(offerer, key, new Map())
      : needs.sessions.publish(offerer, target.name, new Map([['key', key]]))
  }

  async function trickle(request: AnyRequest, response: Answer, target: Target): Promise<void> {
    const session = found(target)
    mediaType(request, 'application/trickle-ice-sdpfrag')
    const fragment = readTrickle(await body(request))
    const match = header(request, 'if-match')
    if (match !== '' && match !== '*' && match !== session.etag) {
      reply(response, 412, { etag: session.etag })
      return
    }
    const restarts = fragment.ufrag !== undefined && fragment.ufrag !== session.iceUfrag
    if (restarts && fragment.pwd !== undefined) {
      const ours = await needs.sessions.restartIce(session.id, { ufrag: fragment.ufrag as string, pwd: fragment.pwd })
      needs.sessions.addCandidates(session.id, fragment.candidates)
      reply(response, 200, { 'content-type': 'application/trickle-ice-sdpfrag', etag: session.etag }, ours)
      return
    }
    needs.sessions.addCandidates(session.id, fragment.candidates)
    reply(response, 204, {})
  }

  function found(target: Target) {
    const session = needs.sessions.find(target.session as string)
    if (session === undefined || session.streamName !== target.name || (session.role === 'publish') !== (target.role === 'whip'))
      throw new AppError('webrtc.session_unknown')
    return session
  }

  function refuse(response: Answer, thrown: unknown): void {
    let error = thrown
    if (!(error instanceof AppError)) {
      needs.log.error({ err: error }, 'a WebRTC request failed')
      error = new AppError('internal')
    }
    const { code, message, details, status } = error as AppError
    const { title, remedy } = errorKinds[code]
    const after = code === 'webrtc.too_many_offers' ? Number(details.retryAfter ?? 1) : code === 'webrtc.engine_down' ? 2 : undefined
    const problem = JSON.stringify({ type: 'about:blank', title, status, detail: message, code, remedy })
    reply(
      response,
      status,
      { 'content-type': 'application/problem+json', ...(after === undefined ? {} : { 'retry-after': String(after) }) },
      problem,
    )
  }
}

/** The part that both kinds of server response share. */
interface Answer {
  readonly destroyed: boolean
  readonly headersSent: boolean
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown
  end(text?: string): unknown
}

function reply(response: Answer, status: number, headers: OutgoingHttpHeaders, text = ''): void {
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, { ...open, ...headers, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function header(request: AnyRequest, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

function bearer(request: AnyRequest): string | undefined {
  return /^Bearer\s+(\S+)\s*$/i.exec(header(request, 'authorization'))?.[1]
}

function mediaType(request: AnyRequest, wanted: string): void {
  const type = header(request, 'content-type').split(';')[0]?.trim().toLowerCase()
  if (type !== wanted) throw new AppError('request.media_type', `The body must be ${wanted}, and its Content-Type must say so`)
}

/** The body as text. Rejects with `request.too_large`, and with `request.invalid` where it does not come in time. */
function body(request: AnyRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const timer = setTimeout(() => {
      reject(new AppError('request.invalid', 'The body did not come in time'))
      request.destroy()
    }, BODY_MS)
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > LONGEST_OFFER) {
        clearTimeout(timer)
        reject(new AppError('request.too_large', `An offer has at most ${LONGEST_OFFER} bytes`))
      } else chunks.push(chunk)
    })
    request.on('end', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString('utf8'))
    })
    request.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    request.on('close', () => clearTimeout(timer))
  })
}
