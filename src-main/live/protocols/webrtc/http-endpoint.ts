import type { OutgoingHttpHeaders } from 'node:http'
import { type IceServers, iceLinks } from '../../../media/realtime/ice-servers.ts'
import { MAX_OFFER } from '../../../media/realtime/offer.ts'
import type { IceServer } from '../../../media/realtime/sfu-engine.ts'
import { readTrickle } from '../../../media/realtime/trickle.ts'
import { AppError, errorKinds } from '../../../platform/errors.ts'
import { clientOf } from '../../../platform/http/client.ts'
import type { Logger } from '../../../platform/logger.ts'
import { joinHostPort } from '../../../platform/net/ip-address.ts'
import { ownText } from '../../../platform/own-text.ts'
import type { WatchAccess } from '../../audience/viewer-admission.ts'
import type { LiveRequest } from '../../http/live-request.ts'
import { isWord } from '../../http/live-url.ts'
import type { ResourceHandlers } from '../../http/resources.ts'
import { type AnyRequest, header, userAgentOf } from '../../http/response.ts'
import type { OfferLimit } from './offer-limit.ts'
import type { PeerSessions } from './peer-sessions.ts'

export interface HttpEndpointDependencies {
  readonly sessions: PeerSessions
  readonly limit: OfferLimit
  readonly iceServers: IceServers
  /** True for a stream key that a publisher may use now; `name`: of the stream, if the URL has it. */
  readonly isKey: (key: string, name: string | undefined) => boolean
  /** Who watches by a request that was accepted. */
  readonly viewerOf: WatchAccess['viewerOf']
  readonly log: Logger
}

/** A URL of WHIP or WHEP. */
interface Target {
  readonly role: 'whip' | 'whep'
  /** Undefined where the key alone names the stream. */
  readonly name: string | undefined
  readonly session: string | undefined
}

const BODY_MS = 10_000

const open = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Location, ETag, Link, Accept-Patch, Retry-After',
  'cache-control': 'no-store',
} as const
const methods = 'POST, PATCH, DELETE, OPTIONS'

/** WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) over HTTP. */
export function createHttpEndpoint(dependencies: HttpEndpointDependencies): ResourceHandlers {
  const withLinks = (servers: readonly IceServer[]): OutgoingHttpHeaders => {
    const links = iceLinks(servers)
    return links.length === 0 ? {} : { link: links as string[] }
  }

  const answer = (live: LiveRequest, target: Pick<Target, 'role' | 'session'>): void => {
    const response = live.response as unknown as Answer
    const name = live.url.stream === '' ? undefined : live.url.stream
    void serve(live, response, { name, ...target }).catch((error: unknown) => refuse(response, error))
  }
  const offers = (role: Target['role']) => (live: LiveRequest) => answer(live, { role, session: undefined })
  return {
    'whip': offers('whip'),
    'whip-by-key': offers('whip'),
    'whep': offers('whep'),
    'whip-session': (live, { session }) => answer(live, { role: 'whip', session }),
    'whep-session': (live, { session }) => answer(live, { role: 'whep', session }),
  }

  async function serve(live: LiveRequest, response: Answer, target: Target): Promise<void> {
    const { request } = live
    const query = new URLSearchParams(live.url.query)
    switch (request.method) {
      case 'OPTIONS':
        reply(response, 204, {
          ...withLinks(mayHaveLogins(request, target, query) ? dependencies.iceServers.ofSession() : dependencies.iceServers.open),
          'access-control-allow-methods': methods,
          'access-control-allow-headers': 'Authorization, Content-Type, If-Match',
          'access-control-max-age': '86400',
          'accept-post': 'application/sdp',
        })
        return
      case 'POST':
        if (target.session !== undefined) break
        await offer(live, response, target, query)
        return
      case 'PATCH':
        if (target.session === undefined) break
        await trickle(request, response, target)
        return
      case 'DELETE':
        if (target.session === undefined) break
        found(target)
        dependencies.sessions.close(target.session)
        reply(response, 200, {})
        return
    }
    reply(response, 405, { allow: target.session === undefined ? 'POST, OPTIONS' : 'PATCH, DELETE, OPTIONS' })
  }

  /**
   * Encoders that gather candidates before they offer ask first, with their key (RFC 9725 section 4.6). Browsers send no key with a
   * preflight, and players get logins with the answer to their offer.
   */
  function mayHaveLogins(request: AnyRequest, { role, name, session }: Target, query: URLSearchParams): boolean {
    const key = query.get('key') ?? bearer(request)
    if (role !== 'whip' || session !== undefined || !key) return false
    return dependencies.limit.take(clientOf(request).remoteAddress) === 0 && dependencies.isKey(key, name)
  }

  async function offer(live: LiveRequest, response: Answer, target: Target, query: URLSearchParams): Promise<void> {
    const { request } = live
    const { remoteAddress, remotePort } = clientOf(request)
    const wait = dependencies.limit.take(remoteAddress)
    if (wait > 0) throw new AppError('webrtc.too_many_offers', undefined, { details: { retryAfter: wait } })
    mediaType(request, 'application/sdp')
    const sdp = await body(request)
    const viewer = query.get('session')
    const offerer = {
      remoteAddress: joinHostPort(remoteAddress, remotePort),
      userAgent: userAgentOf(request),
      sdp,
      viewer: viewer !== null && isWord(viewer) ? ownText(viewer, viewer.length) : undefined,
    }
    const { session, sdp: answer } =
      target.role === 'whep' ? await play(offerer, live) : await publish(offerer, target, query.get('key') ?? bearer(request))
    reply(
      response,
      201,
      {
        ...withLinks(dependencies.iceServers.ofSession()),
        'content-type': 'application/sdp',
        location: `/live/${session.streamName}/${target.role}/${session.id}`,
        etag: session.etag,
        'accept-patch': 'application/trickle-ice-sdpfrag',
      },
      answer,
    )
  }

  function play(offerer: Parameters<PeerSessions['play']>[0], live: LiveRequest) {
    return dependencies.sessions.play({ ...offerer, watcher: dependencies.viewerOf(live) }, live.url.stream)
  }

  function publish(offerer: Parameters<PeerSessions['publish']>[0], target: Target, key: string | undefined) {
    if (key === undefined || key === '') throw new AppError('publish.key_unknown', 'No stream key came with the offer')
    return target.name === undefined
      ? dependencies.sessions.publish(offerer, key, new Map())
      : dependencies.sessions.publish(offerer, target.name, new Map([['key', key]]))
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
      const ours = await dependencies.sessions.restartIce(session.id, { ufrag: fragment.ufrag as string, pwd: fragment.pwd })
      // the login of the first connection may have expired
      const links = withLinks(dependencies.iceServers.ofSession())
      reply(response, 200, { ...links, 'content-type': 'application/trickle-ice-sdpfrag', etag: session.etag }, ours)
      return
    }
    reply(response, 204, {})
  }

  function found(target: Target) {
    const session = dependencies.sessions.find(target.session as string)
    if (session === undefined || session.streamName !== target.name || (session.role === 'publish') !== (target.role === 'whip'))
      throw new AppError('webrtc.session_unknown')
    return session
  }

  function refuse(response: Answer, thrown: unknown): void {
    let error = thrown
    if (!(error instanceof AppError)) {
      dependencies.log.error({ err: error }, 'a WebRTC request failed')
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
      if (length > MAX_OFFER) {
        clearTimeout(timer)
        reject(new AppError('request.too_large', `An offer has at most ${MAX_OFFER} bytes`))
      } else chunks.push(chunk)
    })
    request.on('end', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString('utf8'))
    })
    // The client is gone, and nothing failed here: an aborted offer is not logged.
    const breakOff = (): void => {
      clearTimeout(timer)
      reject(new AppError('request.invalid', 'The connection was closed before the whole body had come'))
    }
    request.on('error', breakOff)
    request.on('close', breakOff)
  })
}
