import { clientOf } from '../../../platform/http/client.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { WatchRequest, WhileAllowed, WhileRequestAllowed } from '../../audience/viewer-admission.ts'
import { asPlaybackResponse, onVerdict, sendPreflight, sendProblem } from '../../http/response.ts'
import type { AnyRequest, AnyResponse } from '../../live-part.ts'
import type { AccessGate } from './access-gate.ts'
import { writeAddressToken } from './signed-address.ts'

/** Cookie of the operator's own page; it holds a pass for every stream. */
export const passCookie = 'streams-watch'

/** A request for something of a stream, taken apart. */
interface Wanted {
  readonly stream: string
  /** Path and query as the doors behind know it: without the token that stood in the path. */
  readonly url: string
  readonly file: string
  /** The query with its mark, or empty as for most media, where nothing needs taking apart. */
  readonly rest: string
  readonly pathToken: string | undefined
}

const manifests = new Set(['index.m3u8', 'hls.m3u8', 'manifest.mpd'])
/** Addresses without a file's name that are watched too; pages have such addresses as well. */
const endpoints = new Set(['whep', 'beacon', 'events'])
const streamPath = /^\/live\/([a-z0-9][a-z0-9_-]{0,63})\/(?:@([^/]{1,4096})\/)?([^?]{1,300})$/
const flvPath = /^\/live\/([a-z0-9][a-z0-9_-]{0,63})(\.flv)$/

/** Undefined for what is not a stream's: pages, and addresses that no door has. */
function readWanted(url: string): Wanted | undefined {
  if (!url.startsWith('/live/')) return undefined
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const rest = mark < 0 ? '' : url.slice(mark)
  const flv = flvPath.exec(path)
  if (flv) return { stream: flv[1] as string, url, file: 'stream.flv', rest, pathToken: undefined }
  const match = streamPath.exec(path)
  if (!match) return undefined
  const [, stream = '', token, file = ''] = match
  const last = file.slice(file.lastIndexOf('/') + 1)
  // Pages have addresses below a stream's too; only files and doors are watched.
  if (token === undefined && !last.includes('.') && !endpoints.has(file.split('/')[0] as string)) return undefined
  return {
    stream,
    url: token === undefined ? url : `/live/${stream}/${file}${rest}`,
    file,
    rest,
    pathToken: token === undefined ? undefined : decodeToken(token),
  }
}

function decodeToken(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The token of a query: `token=`, or the parts of a signed address. */
function queryToken(rest: string): string | undefined {
  if (rest === '') return undefined
  const query = new URLSearchParams(rest)
  const token = query.get('token')
  if (token !== null) return token
  const signature = query.get('signature')
  if (signature === null) return undefined
  const address = query.get('address')
  const expires = Number(query.get('expires'))
  return writeAddressToken({ keyId: query.get('key') ?? '', expires, signature, ...(address ? { address } : {}) })
}

/** The token that a request carries for a stream: in its query, as a signed address, in Authorization or in the pass cookie. */
function tokenOf(request: AnyRequest): string | undefined {
  const url = request.url ?? ''
  const mark = url.indexOf('?')
  return (mark < 0 ? undefined : queryToken(url.slice(mark))) ?? headerToken(request)
}

function headerToken(request: AnyRequest): string | undefined {
  const { authorization, cookie } = request.headers
  if (authorization?.startsWith('Bearer ')) return authorization.slice('Bearer '.length).trim()
  const pass = cookie?.split(';').find((each) => each.trim().startsWith(`${passCookie}=`))
  return pass?.slice(pass.indexOf('=') + 1).trim()
}

/** The rules of access before what is fetched over HTTP. */
export interface AccessHttp {
  /** Lets a request for something of a stream through to `next`, or refuses it. True where it was taken over. */
  guard(request: AnyRequest, response: AnyResponse, next: () => boolean): boolean
  /** Who watches by a request, whether it passed `guard` or not (as a WebSocket's does not). */
  viewerOf(request: AnyRequest, stream: string): WatchRequest
  /** Ends what goes on after a request where the rules do not allow it any more. */
  readonly whileAllowed: WhileRequestAllowed
  /** The same for playlists and media below an epoch, which a CDN may ask for without a viewer's token. */
  readonly whileMediaAllowed: WhileRequestAllowed
}

export interface AccessHttpDependencies {
  readonly gate: AccessGate
  readonly whileAllowed: WhileAllowed
  /** True while a CDN stands before media: it asks for them without a viewer's token. */
  readonly behindCdn: () => boolean
  readonly log: Logger
}

/**
 * Stands before everything below `/live/NAME/`. A token in a manifest's query moves into its path, so that every address
 * that the manifest lists relative to itself carries it too. `next` is told of requests that may go on.
 */
export function createAccessHttp({ gate, whileAllowed, behindCdn, log }: AccessHttpDependencies): AccessHttp {
  /** Tokens that stood in the path, which the parts behind do not see. */
  const pathTokens = new WeakMap<AnyRequest, string>()
  const viewerOf = (request: AnyRequest, stream: string): WatchRequest => ({
    stream,
    remoteAddress: clientOf(request).remoteAddress,
    token: pathTokens.get(request) ?? tokenOf(request),
  })

  const guard = (request: AnyRequest, response: AnyResponse, next: () => boolean): boolean => {
    const url = request.url ?? ''
    if (!gate.restricted && !url.includes('/@')) return next()
    const wanted = readWanted(url)
    if (wanted === undefined) return next()
    const answer = asPlaybackResponse(response)
    if (request.method === 'OPTIONS') {
      // a preflight never carries the token that the request behind it will
      if (wanted.pathToken === undefined) return next()
      sendPreflight(answer)
      return true
    }
    const fromQuery = queryToken(wanted.rest)
    if (fromQuery !== undefined && wanted.pathToken === undefined && manifests.has(wanted.file) && gate.signed(wanted.stream)) {
      const query = new URLSearchParams(wanted.rest)
      for (const name of ['token', 'expires', 'key', 'address', 'signature']) query.delete(name)
      const rest = query.size > 0 ? `?${query}` : ''
      answer.writeHead(302, {
        location: `/live/${wanted.stream}/@${encodeURIComponent(fromQuery)}/${wanted.file}${rest}`,
        'cache-control': 'no-store',
        'access-control-allow-origin': '*',
        'content-length': 0,
      })
      answer.end()
      return true
    }
    request.url = wanted.url
    if (wanted.pathToken !== undefined) pathTokens.set(request, wanted.pathToken)
    // a session's address is a secret of its own, told to those who were let in
    if (wanted.file.startsWith('whep/')) return next()
    // Media behind an epoch are the CDN's to guard: it asks once for all viewers.
    if (behindCdn() && wanted.pathToken === undefined && wanted.file.includes('/')) return next()
    const verdict = gate.check(viewerOf(request, wanted.stream))
    if (verdict === undefined) return next()
    onVerdict(verdict, answer, log, (refusal) => {
      if (refusal !== undefined) sendProblem(answer, refusal.code, { detail: refusal.message, more: { stream: wanted.stream } })
      else if (!next()) sendProblem(answer, 'request.not_found')
    })
    return true
  }

  return {
    guard,
    viewerOf,
    whileAllowed: (request, stream, end) => whileAllowed(viewerOf(request, stream), end),
    whileMediaAllowed: (request, stream, end) =>
      behindCdn() && !pathTokens.has(request) ? () => undefined : whileAllowed(viewerOf(request, stream), end),
  }
}
