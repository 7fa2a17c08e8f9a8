import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { ViewerAnswer } from '../../media/edge-delivery.ts'
import { ClientLimits } from '../../platform/http/client-limits.ts'
import { FastResponse } from '../../platform/http/fast-path/fast-response.ts'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { SyntheticStream } from '../protocols/hls/testing/packaged-stream.ts'
import { createEdgeDelivery } from './edge-delivery.ts'
import { feedStream } from './stream-feed.ts'

/** The engine starts with the first offer that is taken, and no offer is taken here. */
const webrtc = {
  ...{ webrtcPort: 0, webrtcEngine: 'node-datachannel', webrtcAddresses: '', bind: '127.0.0.1', iceServers: '' },
  turn: { urls: '', secret: '', lifetimeSeconds: 3600 },
}

const rejected = { allowed: false, code: 'play.token_missing', message: 'a token is needed' }
const allowed = { allowed: true, forMs: 1000 }

it.each(
  ['whep', 'index.m3u8', 'manifest.mpd', 'e1/v0/index.m3u8', 'e1/v0/init-0.mp4', 'e1/v0/seg-1.m4s', 'e1/v0/part-1.m4s'].flatMap((path) => [
    { path, answer: rejected, wanted: [] },
    { path, answer: new Error('away'), wanted: [] },
    { path, answer: allowed, wanted: ['closed'] },
  ]),
)('wants a stream for those alone who may watch it: %j', async ({ path, answer, wanted }) => {
  const wants: string[] = []
  let handedOn = 0
  const want = (stream: string): boolean => {
    wants.push(stream)
    return false
  }
  const delivery = createEdgeDelivery({
    source: {
      want,
      wantPackets: want,
      async ask() {
        if (answer instanceof Error) throw answer
        return answer as ViewerAnswer
      },
      report: () => undefined,
    },
    handOn: () => handedOn++,
    clients: new ClientLimits({ connections: 10, waitingRequests: 10, eventStreams: 1, flvPlayers: 1, webSockets: 1 }, silentLogger),
    webrtc: webrtc as never,
    log: silentLogger,
  })
  const method = path === 'whep' ? 'POST' : 'GET'
  const request = { url: `/live/closed/${path}`, method, headers: {}, socket: { remoteAddress: '203.0.113.1' } }
  const response = () => Object.assign(new EventEmitter(), { destroyed: false }) as never
  const asked = [() => expect(delivery.handle(request as never, response())).toBe(true)]
  if (delivery.isPlayed(request.url)) asked.push(() => delivery.handleFast(request as never, response()))
  for (const ask of asked) {
    ask()
    for (let round = 0; round < 5; round++) await turn()
  }
  expect(delivery.isPlayed(request.url)).toBe(path !== 'whep')
  expect([wants, handedOn]).toEqual([asked.flatMap(() => wanted), asked.length])
  await delivery.stop()
})

it('asks nobody about viewers of a host without rules', async () => {
  const wants: string[] = []
  const delivery = createEdgeDelivery({
    source: {
      want: (stream) => wants.push(stream) === 0,
      wantPackets: () => false,
      ask: () => Promise.reject(new Error('nobody is asked')),
      report: () => undefined,
    },
    handOn: () => undefined,
    clients: new ClientLimits({ connections: 10, waitingRequests: 10, eventStreams: 1, flvPlayers: 1, webSockets: 1 }, silentLogger),
    log: silentLogger,
  })
  delivery.setSettings({ restricted: false, cdnPrefix: '', container: 'fmp4' })
  const request = { url: '/live/open/index.m3u8', method: 'GET', headers: {}, socket: { remoteAddress: '203.0.113.1' } }
  delivery.handleFast(request as never, Object.assign(new EventEmitter(), { destroyed: false }) as never)
  expect(wants).toEqual(['open'])
  await delivery.stop()
})

it('ends the response alone where its answer fails behind a verdict that took time', async () => {
  const delivery = createEdgeDelivery({
    source: { want: () => false, wantPackets: () => false, ask: async () => rejected as ViewerAnswer, report: () => undefined },
    handOn: () => {
      throw new Error('the connection to the origin cannot be opened')
    },
    clients: new ClientLimits({ connections: 10, waitingRequests: 10, eventStreams: 1, flvPlayers: 1, webSockets: 1 }, silentLogger),
    webrtc: webrtc as never,
    log: silentLogger,
  })
  for (const [method, path, remoteAddress] of [
    ['GET', 'index.m3u8', '203.0.113.1'],
    ['POST', 'whep', '203.0.113.2'],
  ]) {
    const request = { url: `/live/closed/${path}`, method, headers: {}, socket: { remoteAddress } }
    let destroyed = 0
    const response = Object.assign(new EventEmitter(), { destroyed: false, destroy: () => void destroyed++ })
    delivery.handle(request as never, response as never)
    for (let round = 0; round < 5; round++) await turn()
    expect(destroyed).toBe(1)
  }
  await delivery.stop()
})

it('asks about each request once, also where the answer is not valid any longer than that', async () => {
  const stream = new SyntheticStream({ windowSegments: 4 })
  for (let part = 0; part < 6; part++) stream.part()
  let asked = 0
  const delivery = createEdgeDelivery({
    source: {
      want: () => true,
      wantPackets: () => false,
      async ask() {
        asked++
        return { allowed: true, forMs: 0 }
      },
      report: () => undefined,
    },
    handOn: () => undefined,
    clients: new ClientLimits({ connections: 10, waitingRequests: 10, eventStreams: 1, flvPlayers: 1, webSockets: 1 }, silentLogger),
    log: silentLogger,
  })
  const feed = feedStream(
    'show',
    {
      onRun: (listener: (run: SyntheticStream) => () => void) => listener(stream),
      stateOf: () => ({ title: 'Show', guarded: false }),
      ...{ clockOffsetOf: () => 0, held: {}, nextRun: () => 0 },
    },
    { hasSpace: () => true, write: (json, data = new Uint8Array()) => delivery.take(json, data) },
  )
  const [rendition] = stream.renditions
  const statuses: number[] = []
  for (const path of [`e1/${rendition?.track.id}/index.m3u8`, `e1/${rendition?.track.id}/init-0.mp4`]) {
    const request = { url: `/live/show/${path}`, method: 'GET', headers: {}, socket: { remoteAddress: '203.0.113.1' } }
    const output = { send: () => true, cork: () => undefined, uncork: () => undefined, destroy: () => undefined, closes: false }
    const response = new FastResponse(output, false)
    delivery.handleFast(request as never, response)
    for (let round = 0; round < 5; round++) await turn()
    statuses.push(response.statusCode)
  }
  expect([statuses, asked]).toEqual([[200, 200], 2])
  feed.stop()
  await delivery.stop()
})

it('keeps a guarded stream for what its run was asked for, and not for who the origin has yet to decide about', async () => {
  const stream = new SyntheticStream({ windowSegments: 4 })
  for (let part = 0; part < 6; part++) stream.part()
  const wants: string[] = []
  let url = ''
  let handedOn = 0
  const delivery = createEdgeDelivery({
    source: {
      want: () => wants.push(url) > 0,
      wantPackets: () => false,
      ask: async () => ({ allowed: true, forMs: 60_000 }),
      report: () => undefined,
    },
    handOn: () => handedOn++,
    clients: new ClientLimits({ connections: 10, waitingRequests: 10, eventStreams: 1, flvPlayers: 1, webSockets: 1 }, silentLogger),
    log: silentLogger,
  })
  const ask = async (path: string): Promise<void> => {
    url = `/live/show/${path}`
    const request = { url, method: 'GET', headers: {}, socket: { remoteAddress: '203.0.113.1' } }
    const output = { send: () => true, cork: () => undefined, uncork: () => undefined, destroy: () => undefined, closes: false }
    delivery.handleFast(request as never, new FastResponse(output, false))
    for (let round = 0; round < 5; round++) await turn()
  }
  const [rendition] = stream.renditions
  const media = `e1/${rendition?.track.id}/index.m3u8`
  await ask('index.m3u8').catch(() => undefined)
  expect(wants).toEqual(['/live/show/index.m3u8'])
  const feed = feedStream(
    'show',
    {
      onRun: (listener: (run: SyntheticStream) => () => void) => listener(stream),
      stateOf: () => ({ title: 'Show', guarded: true }),
      ...{ clockOffsetOf: () => 0, held: {}, nextRun: () => 0 },
    },
    { hasSpace: () => true, write: (json, data = new Uint8Array()) => delivery.take(json, data) },
  )
  wants.length = 0
  handedOn = 0
  for (const path of ['index.m3u8', 'manifest.mpd', 'guessed/v0/index.m3u8']) await ask(path)
  expect([wants, handedOn]).toEqual([[], 3])
  await ask(media)
  expect(wants).toEqual([`/live/show/${media}`])
  feed.stop()
  await delivery.stop()
})
