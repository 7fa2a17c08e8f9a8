import type { AppError } from '../../../platform/errors.ts'
import { clientOf } from '../../../platform/http/client.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { WatchRequest, WhileAllowed, WhileRequestAllowed } from '../../audience/viewer-admission.ts'
import type { RequestGuard } from '../../http/live-front.ts'
import type { LiveRequest, ParsedRequest } from '../../http/live-request.ts'
import { accessOf } from '../../http/resources.ts'
import { type AnyRequest, onVerdict, type PlaybackResponse, sendPreflight, sendProblem } from '../../http/response.ts'
import { writeUrlToken } from './signed-url.ts'
import type { ViewerGate } from './viewer-gate.ts'

/** Cookie of the operator's own page; it contains a pass for every stream. */
export const passCookie = 'streams-watch'

/** The token of a query: `token=`, or the parts of a signed URL. */
function queryToken(text: string): string | undefined {
  // Asked for every request that waits for media, and most have none: to take a query apart costs more than all else that is done here.
  if (!text.includes('token=') && !text.includes('signature=')) return undefined
  const query = new URLSearchParams(text)
  const token = query.get('token')
  if (token !== null) return token
  const signature = query.get('signature')
  if (signature === null) return undefined
  const address = query.get('address')
  const expires = Number(query.get('expires'))
  return writeUrlToken({ keyId: query.get('key') ?? '', expires, signature, ...(address ? { address } : {}) })
}

/** The token that a request carries: in its path, in its query, as a signed URL, in Authorization or in the pass cookie. */
function tokenOf({ request, url }: ParsedRequest): string | undefined {
  return url.token ?? queryToken(url.query) ?? headerToken(request)
}

function headerToken(request: AnyRequest): string | undefined {
  const { authorization, cookie } = request.headers
  if (authorization?.startsWith('Bearer ')) return authorization.slice('Bearer '.length).trim()
  const pass = cookie?.split(';').find((each) => each.trim().startsWith(`${passCookie}=`))
  return pass?.slice(pass.indexOf('=') + 1).trim()
}

/** The rules of access before what is fetched over HTTP. */
export interface AccessHttp {
  /** Lets a request for something of a stream through to `next`, or rejects it. */
  readonly guard: RequestGuard
  /** Who watches by a request, whether it passed `guard` or not (as a WebSocket's does not). */
  viewerOf(request: ParsedRequest): WatchRequest
  /** Why `guard` rejects a request for a playlist or media, or undefined. */
  check(request: ParsedRequest): ReturnType<ViewerGate['check']>
  /** Ends what goes on after a request where the rules do not allow it any more. */
  readonly whileAllowed: WhileRequestAllowed
  /** The same for playlists and media below an epoch, which a CDN may ask for without a viewer's token. */
  readonly whileMediaAllowed: WhileRequestAllowed
}

export interface AccessHttpDependencies {
  readonly gate: ViewerGate
  readonly whileAllowed: WhileAllowed
  /** True while a CDN is in front of media: it requests them without a viewer's token. */
  readonly behindCdn: () => boolean
  readonly log: Logger
}

/**
 * Runs before every handler below `/live/NAME/`. A token in a manifest's query moves into its path, so that every URL that the manifest
 * lists relative to itself carries it too.
 */
export function createAccessHttp({ gate, whileAllowed, behindCdn, log }: AccessHttpDependencies): AccessHttp {
  const viewerOf = (parsed: ParsedRequest): WatchRequest => ({
    stream: parsed.url.stream,
    remoteAddress: clientOf(parsed.request).remoteAddress,
    token: tokenOf(parsed),
  })

  const check: AccessHttp['check'] = (parsed) => {
    const { token, resource } = parsed.url
    // Media behind an epoch are the CDN's to guard: it asks once for all viewers.
    if (token === undefined && (!gate.restricted || (accessOf(resource) === 'media' && behindCdn()))) return undefined
    return gate.check(viewerOf(parsed))
  }

  const guard: RequestGuard = (live, next) => {
    const { request, response, url } = live
    if (!gate.restricted && url.token === undefined) return next()
    const access = accessOf(url.resource)
    if (access === 'own' && url.token === undefined) return next()
    if (request.method === 'OPTIONS') {
      // a preflight never carries the token that the request behind it will
      if (url.token === undefined) return next()
      sendPreflight(response)
      return
    }
    if (access === 'secret') return next()
    if (access === 'manifest' && url.token === undefined && gate.signed(url.stream)) {
      const token = queryToken(url.query)
      if (token !== undefined) return redirect(live, token)
    }
    const verdict = live.verdict === undefined ? check(live) : live.verdict.rejection
    if (verdict === undefined) return next()
    onVerdict(verdict, response, log, (rejection) => {
      if (rejection === undefined) next()
      else sendRejection(response, rejection, url.stream)
    })
  }

  return {
    guard,
    viewerOf,
    check,
    whileAllowed: (request, end) => whileAllowed(viewerOf(request), end),
    whileMediaAllowed: (request, end) =>
      behindCdn() && request.url.token === undefined ? () => undefined : whileAllowed(viewerOf(request), end),
  }
}

/** Why somebody may not watch; what is away may be asked for again. */
function sendRejection(response: PlaybackResponse, { code, message, status }: AppError, stream: string): void {
  sendProblem(response, code, { detail: message, more: { stream }, ...(status === 503 ? { retryAfterS: 1 } : {}) })
}

/** Sends a player to the same manifest with the token in its path. */
function redirect({ request, response, url }: LiveRequest, token: string): void {
  const [path = ''] = (request.url ?? '').split('?', 1)
  const query = new URLSearchParams(url.query)
  for (const name of ['token', 'expires', 'key', 'address', 'signature']) query.delete(name)
  const rest = query.size > 0 ? `?${query}` : ''
  response.writeHead(302, {
    'location': `/live/${url.stream}/@${encodeURIComponent(token)}${path.slice(path.lastIndexOf('/'))}${rest}`,
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    'content-length': 0,
  })
  response.end()
}
