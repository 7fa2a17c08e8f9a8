import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isRecord } from '../../../../../platform/schema-faults.ts'

export interface ServiceDouble {
  readonly url: string
  /** Requests, e.g. `PATCH /helix/channels?broadcaster_id=7`, with their bodies. */
  readonly requests: { readonly line: string; readonly body: unknown }[]
  /** What Twitch has. */
  readonly twitch: { title: string; game_id: string }
  /** The snippet of the video at YouTube. */
  youtube: Record<string, unknown>
  /** Answers everything like this instead. */
  broken: { readonly status: number; readonly body: string } | undefined
  stop(): Promise<void>
}

const games: Readonly<Record<string, string>> = { '509658': 'Just Chatting', '26936': 'Music', '27471': 'Minecraft' }

/** A stand-in for the APIs of Twitch and YouTube, as their references describe them, with the token `good` for both. */
export async function startServiceDouble(): Promise<ServiceDouble> {
  const state = {
    requests: [] as { line: string; body: unknown }[],
    twitch: { title: 'First title', game_id: '509658' },
    youtube: { title: 'First broadcast', description: 'About it', categoryId: '24', tags: ['one'] } as Record<string, unknown>,
    broken: undefined as ServiceDouble['broken'],
  }
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://double')
      state.requests.push({ line: `${request.method} ${request.url}`, body })
      const { status, answer } = answerTo(state, request, url, isRecord(body) ? body : {})
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
  return pieces.length === 0 ? undefined : JSON.parse(Buffer.concat(pieces).toString())
}

interface Answer {
  readonly status: number
  readonly answer: unknown
}

function answerTo(
  state: Pick<ServiceDouble, 'twitch' | 'youtube' | 'broken'>,
  { method, headers }: IncomingMessage,
  { pathname, searchParams }: URL,
  body: Readonly<Record<string, unknown>>,
): Answer {
  const ok = (answer: unknown): Answer => ({ status: 200, answer })
  if (state.broken !== undefined) return { status: state.broken.status, answer: state.broken.body }
  if (pathname === '/oauth2/validate') {
    return headers.authorization === 'OAuth good'
      ? ok({ client_id: 'client', user_id: '7', scopes: ['channel:manage:broadcast'] })
      : { status: 401, answer: { status: 401, message: 'invalid access token' } }
  }
  if (headers.authorization !== 'Bearer good') return { status: 401, answer: { error: { code: 401, message: 'Invalid Credentials' } } }
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
