import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { IceServers } from '../../../media/realtime/ice-servers.ts'
import { AppError } from '../../../platform/errors.ts'
import type { ClientLimits } from '../../../platform/http/client-limits.ts'
import type { Logger } from '../../../platform/logger.ts'
import { createLiveFront } from '../../http/live-front.ts'
import type { LiveUpgrade, ParsedRequest } from '../../http/live-request.ts'
import { ResourceTable } from '../../http/resources.ts'
import { createHttpEndpoint } from './http-endpoint.ts'
import { iceServerRoutes } from './ice-server-routes.ts'
import { OfferLimit } from './offer-limit.ts'
import type { PeerSessions } from './peer-sessions.ts'
import { SignalSocket } from './signal-socket.ts'

const stun = { urls: 'stun:stun.example.com' }
const turn = { urls: 'turn:turn.example.com', username: 'u', credential: 'p' }
const iceServers: IceServers = { open: [stun], ofSession: () => [stun, turn] }
const sessionId = 'a'.repeat(24)
/** Knows the stream `desk` alone. */
const sessions = {
  async play(_offerer: unknown, name: string) {
    if (name !== 'desk') throw new AppError('stream.not_found')
    return { session: { id: sessionId, role: 'play', streamName: name, etag: '"1"', iceUfrag: '', connected: false }, sdp: 'answer' }
  },
  watch() {},
  close() {},
} as unknown as PeerSessions
const log = { error() {} } as unknown as Logger
const clients = { take: () => () => undefined } as unknown as ClientLimits

describe('TURN logins', () => {
  const limit = new OfferLimit(() => performance.now())
  const viewerOf = ({ url }: ParsedRequest) => ({ stream: url.stream, remoteAddress: '', token: undefined })
  const isKey = (key: string, name: string | undefined): boolean => key === 'key-of-desk' && (name ?? 'desk') === 'desk'
  const resources = createHttpEndpoint({ sessions, limit, iceServers, isKey, viewerOf, log })
  const signal = new SignalSocket({ sessions, limit, iceServers, access: { viewerOf, check: () => undefined }, clients, log })
  const upgrades = { signal: (upgrade: LiveUpgrade) => signal.handleUpgrade(upgrade) }
  const front = createLiveFront({ table: new ResourceTable([{ resources, upgrades }]) })
  const server = createServer((request, response) => void front.handle(request, response))
  server.on('upgrade', (request, socket, head) => void front.handleUpgrade(request, socket, head))
  let port = 0
  const link = async (method: string, name: string): Promise<string> => {
    const init = method === 'POST' ? { method, body: 'offer', headers: { 'content-type': 'application/sdp' } } : { method }
    return (await fetch(`http://127.0.0.1:${port}/live/${name}/whep`, init)).headers.get('link') ?? ''
  }
  const signalled = (name: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/live/${name}/signal`)
      let heard = ''
      socket.on('message', (data) => {
        heard += data
        const { type } = JSON.parse(String(data)) as { type: string }
        if (type === 'ice-servers') socket.send(JSON.stringify({ type: 'offer', role: 'play', sdp: 'offer' }))
        else {
          socket.close()
          resolve(heard)
        }
      })
      socket.on('error', reject)
    })

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    signal.stop()
    server.close()
    server.closeAllConnections()
  })

  it('are sent with an accepted offer', async () => {
    expect(await link('POST', 'desk')).toContain('turn:turn.example.com')
    expect(await signalled('desk')).toContain('"credential":"p"')
  })

  it('are not sent without an offer, or for a stream that does not exist', async () => {
    expect(await link('OPTIONS', 'desk')).toContain('stun:stun.example.com')
    for (const answer of [await link('OPTIONS', 'desk'), await link('POST', 'nothing'), await signalled('nothing')]) {
      expect(answer).not.toContain('turn:')
    }
  })

  it('are sent to an encoder that asks before its offer with a stream key, and not with another key', async () => {
    const ask = async (path: string, key: string): Promise<string> => {
      const init = { method: 'OPTIONS', headers: { authorization: `Bearer ${key}` } }
      return (await fetch(`http://127.0.0.1:${port}/live/${path}`, init)).headers.get('link') ?? ''
    }
    for (const path of ['whip', 'desk/whip']) expect(await ask(path, 'key-of-desk')).toContain('turn:')
    for (const path of ['nothing/whip', 'desk/whep', `desk/whip/${sessionId}`])
      expect(await ask(path, 'key-of-desk')).not.toContain('turn:')
    expect(await ask('whip', 'guessed')).not.toContain('turn:')
  })

  it('are answered by the API for a session that runs, and for nothing else', () => {
    const [route] = iceServerRoutes(iceServers, (id) => id === sessionId)
    const handler = route?.handler as unknown as (request: object) => { body: unknown }
    const ask = (query: object) => handler({ query }).body
    expect(ask({})).toEqual({ iceServers: [stun] })
    expect(ask({ session: sessionId })).toEqual({ iceServers: [stun, turn] })
    expect(() => ask({ session: 'invented' })).toThrow(AppError)
  })
})
