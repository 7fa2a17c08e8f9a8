import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isRecord } from '../../../../../platform/routes/schema-faults.ts'

export interface ServiceDouble {
  readonly url: string
  /** Requests, e.g. `PATCH /helix/channels?broadcaster_id=7`, with their bodies. */
  readonly requests: { readonly line: string; readonly body: unknown }[]
  /** What Twitch has. */
  readonly twitch: { title: string; game_id: string }
  /** The snippet of the video at YouTube. */
  youtube: Record<string, unknown>
  /** What became of the code that was shown: `pending` until the user has entered it. */
  grant: 'pending' | 'slow_down' | 'granted' | 'denied' | 'expired' | 'without scope'
  /** Access tokens that are valid, `good` at first; each sign-in and each renewal adds one. */
  readonly tokens: Set<string>
  /** Refresh tokens that can be used; those of Twitch once. */
  readonly refreshTokens: Set<string>
  /** Life of access tokens, s. */
  tokenLifeS: number
  /** Answers everything like this instead. */
  broken: { readonly status: number; readonly body: string } | undefined
  stop(): Promise<void>
}

const games: Readonly<Record<string, string>> = { '509658': 'Just Chatting', '26936': 'Music', '27471': 'Minecraft' }

/**
 * A stand-in for the APIs of Twitch and YouTube, as their references describe them, with the token `good` for both. It signs in by codes as
 * both document it: Twitch says what is wrong in `message` and takes no secret, Google in `error`, with `verification_url` and a secret.
 */
export async function startServiceDouble(): Promise<ServiceDouble> {
  const state = {
    requests: [] as { line: string; body: unknown }[],
    twitch: { title: 'First title', game_id: '509658' },
    youtube: { title: 'First broadcast', description: 'About it', categoryId: '24', tags: ['one'] } as Record<string, unknown>,
    broken: undefined as ServiceDouble['broken'],
    grant: 'pending' as ServiceDouble['grant'],
    tokens: new Set(['good']),
    refreshTokens: new Set<string>(),
    tokenLifeS: 14_400,
  }
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://double')
      state.requests.push({ line: `${request.method} ${request.url}`, body })
      const fields = isRecord(body) ? body : {}
      const { status, answer } = signInAnswer(state, url, fields) ?? answerTo(state, request, url, fields)
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  })
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  if (pieces.length === 0) return undefined
  const text = Buffer.concat(pieces).toString()
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  return isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text)
}

interface Answer {
  readonly status: number
  readonly answer: unknown
}

/** Answers of the servers that sign in; undefined for other paths. */
function signInAnswer(
  state: Pick<ServiceDouble, 'broken' | 'grant' | 'tokens' | 'refreshTokens' | 'tokenLifeS'>,
  { pathname }: URL,
  body: Readonly<Record<string, unknown>>,
): Answer | undefined {
  const isTwitch = pathname.startsWith('/oauth2/')
  const fault = (status: number, code: string): Answer => ({
    status,
    answer: isTwitch ? { status, message: code } : { error: code, error_description: `It is ${code}` },
  })
  const isKnown = body.client_id === 'client' && (isTwitch || pathname === '/device/code' || body.client_secret === 'secret')
  const scope = isTwitch ? 'channel:manage:broadcast' : 'https://www.googleapis.com/auth/youtube'
  const tokens = (given: string): Answer => {
    const number = state.tokens.size
    state.tokens.add(`access-${number}`)
    if (isTwitch) state.refreshTokens.add(`refresh-${number}`)
    const refresh = isTwitch
      ? { refresh_token: `refresh-${number}` }
      : body.grant_type === 'refresh_token'
        ? {}
        : { refresh_token: 'lasting' }
    if (!isTwitch) state.refreshTokens.add('lasting')
    const common = { access_token: `access-${number}`, expires_in: state.tokenLifeS, token_type: 'bearer', ...refresh }
    return { status: 200, answer: { ...common, scope: isTwitch ? [given] : given } }
  }
  if (!['/oauth2/device', '/oauth2/token', '/oauth2/revoke', '/device/code', '/token', '/revoke'].includes(pathname)) return undefined
  if (state.broken !== undefined) return { status: state.broken.status, answer: state.broken.body }
  if (pathname.endsWith('/revoke')) {
    const had = state.tokens.delete(String(body.token)) || state.refreshTokens.delete(String(body.token))
    return had ? { status: 200, answer: '' } : fault(400, 'invalid_token')
  }
  if (!isKnown) return isTwitch ? fault(400, 'invalid client') : fault(401, 'invalid_client')
  if (pathname === '/oauth2/device' || pathname === '/device/code') {
    if ((isTwitch ? body.scopes : body.scope) !== scope) return fault(400, 'invalid_scope')
    const page = isTwitch
      ? { verification_uri: 'http://127.0.0.1:9/activate?device-code=WXYZ' }
      : { verification_url: 'http://127.0.0.1:9/device' }
    return { status: 200, answer: { device_code: 'device', user_code: 'WXYZ', expires_in: 1800, interval: 0.2, ...page } }
  }
  if (body.grant_type === 'refresh_token') {
    const had = isTwitch ? state.refreshTokens.delete(String(body.refresh_token)) : state.refreshTokens.has(String(body.refresh_token))
    return had ? tokens(scope) : fault(400, isTwitch ? 'Invalid refresh token' : 'invalid_grant')
  }
  if (body.device_code !== 'device') return fault(400, isTwitch ? 'invalid device code' : 'invalid_grant')
  if (state.grant === 'granted') return tokens(scope)
  if (state.grant === 'without scope') return tokens('other')
  if (state.grant === 'denied') return fault(403, 'access_denied')
  if (state.grant === 'expired') return isTwitch ? fault(400, 'invalid device code') : fault(400, 'expired_token')
  return state.grant === 'slow_down' ? fault(403, 'slow_down') : fault(isTwitch ? 400 : 428, 'authorization_pending')
}

function answerTo(
  state: Pick<ServiceDouble, 'twitch' | 'youtube' | 'broken' | 'tokens'>,
  { method, headers }: IncomingMessage,
  { pathname, searchParams }: URL,
  body: Readonly<Record<string, unknown>>,
): Answer {
  const ok = (answer: unknown): Answer => ({ status: 200, answer })
  if (state.broken !== undefined) return { status: state.broken.status, answer: state.broken.body }
  if (pathname === '/oauth2/validate') {
    return state.tokens.has(headers.authorization?.replace(/^OAuth /, '') ?? '')
      ? ok({ client_id: 'client', user_id: '7', scopes: ['channel:manage:broadcast'] })
      : { status: 401, answer: { status: 401, message: 'invalid access token' } }
  }
  if (!state.tokens.has(headers.authorization?.replace(/^Bearer /, '') ?? ''))
    return { status: 401, answer: { error: { code: 401, message: 'Invalid Credentials' } } }
  if (pathname.startsWith('/helix/') && headers['client-id'] !== 'client')
    return { status: 400, answer: { message: 'Client-Id is missing' } }
  if (pathname === '/helix/channels') {
    if (searchParams.get('broadcaster_id') !== '7') return { status: 400, answer: { message: 'The broadcaster is another one' } }
    if (method === 'GET') return ok({ data: [{ ...state.twitch, game_name: games[state.twitch.game_id] }] })
    Object.assign(state.twitch, body)
    return { status: 204, answer: '' }
  }
  if (pathname === '/helix/search/categories') {
    const text = searchParams.get('query')?.toLowerCase() ?? ''
    return ok({ data: Object.entries(games).flatMap(([id, name]) => (name.toLowerCase().includes(text) ? { id, name } : [])) })
  }
  if (pathname === '/youtube/v3/liveBroadcasts') {
    return ok({
      items: [
        { id: 'old', status: { lifeCycleStatus: 'complete' } },
        { id: 'next', status: { lifeCycleStatus: 'ready' } },
        { id: 'now', status: { lifeCycleStatus: 'live' } },
      ],
    })
  }
  if (pathname === '/youtube/v3/videos') {
    if (method === 'PUT') {
      if (body.id !== 'now') return { status: 404, answer: { error: { message: 'The video is not found' } } }
      state.youtube = { ...(body.snippet as object) }
      return ok({})
    }
    return ok({ items: searchParams.get('id') === 'now' ? [{ id: 'now', snippet: state.youtube }] : [] })
  }
  if (pathname === '/youtube/v3/videoCategories') {
    return ok({
      items: [
        { id: '20', snippet: { title: 'Gaming', assignable: true } },
        { id: '24', snippet: { title: 'Entertainment', assignable: true } },
        { id: '30', snippet: { title: 'Movies', assignable: false } },
      ],
    })
  }
  return { status: 404, answer: { message: 'Not Found' } }
}
