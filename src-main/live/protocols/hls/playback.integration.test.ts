import { type ClientRequest, createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { checkMediaPlaylist } from '../../../../e2e/playlist-rules.ts'
import { AppError } from '../../../platform/errors.ts'
import { adoptForwarded } from '../../../platform/http/client.ts'
import { ClientLimits } from '../../../platform/http/client-limits.ts'
import { readTrustedProxies } from '../../../platform/http/trusted-proxies.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { EndPlayback } from '../../audience/viewer-admission.ts'
import { ViewerBook } from '../../audience/viewer-book.ts'
import type { ViewerActivity } from '../../audience/viewer-registry.ts'
import { createLiveFront } from '../../http/live-front.ts'
import { ResourceTable } from '../../http/resources.ts'
import { createPlayback, type Playback } from './playback.ts'
import { awayReloadMs } from './playlist-requests.ts'
import { SyntheticStream } from './testing/packaged-stream.ts'

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  text: string
}

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet }

describe('playback', () => {
  let stream: SyntheticStream
  let playback: Playback
  let server: Server
  let waiting = 0
  let activity: ViewerActivity[] = []
  let onWait: (() => void) | undefined
  let blockTimeoutMs = 5000
  let live = true
  const watched = new Set<EndPlayback>()

  beforeEach(async () => {
    stream = new SyntheticStream()
    live = true
    waiting = 0
    activity = []
    blockTimeoutMs = 5000
    playback = createPlayback({
      find: (name, epoch) => (live && name === 'show' && (epoch === undefined || epoch === stream.epoch) ? stream : undefined),
      status: (name) => (name === 'show' ? { state: live ? 'active' : 'ended', endedAtMs: 0, title: 'Show' } : undefined),
      keyframe: (name) => (name === 'show' ? Buffer.from('picture') : undefined),
      whileAllowed: (_request, end) => {
        watched.add(end)
        return () => watched.delete(end)
      },
      audience: ({ streamId }) => new ViewerBook(streamId, { active: (one) => void activity.push(one), leave() {} }),
      options: {
        cdnPrefix: () => '',
        get blockTimeoutMs() {
          return blockTimeoutMs
        },
      },
      log: quiet,
      metrics: {
        request() {},
        bytes() {},
        waiting(delta) {
          waiting += delta
          onWait?.()
        },
      },
      clients: new ClientLimits({ connections: 9, eventStreams: 9, waitingRequests: 2, flvPlayers: 9, webSockets: 9 }, quiet),
    })
    const front = createLiveFront({ table: new ResourceTable([playback]) })
    const proxies = readTrustedProxies('127.0.0.1')
    server = createServer((incoming, response) => {
      adoptForwarded(incoming, proxies)
      if (!front.handle(incoming, response)) response.writeHead(299).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })

  afterEach(async () => {
    playback.stop()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(stream.listeners).toBe(0)
    expect(watched.size).toBe(0)
  })

  function open(
    path: string,
    options: { method?: string; headers?: Record<string, string> } = {},
  ): { sent: ClientRequest; answer: Promise<Answer> } {
    const { port } = server.address() as AddressInfo
    const sent = request({ port, host: '127.0.0.1', path, agent: false, ...options })
    const answer = new Promise<Answer>((resolve, reject) => {
      sent.on('error', reject)
      sent.on('response', (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', reject)
        response.on('end', () => {
          const body = Buffer.concat(pieces)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() })
        })
      })
      sent.end()
    })
    return { sent, answer }
  }

  const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> => open(path, { headers }).answer

  function parts(count: number): void {
    for (let part = 0; part < count; part++) stream.part()
  }

  /** Resolves when `count` requests wait. */
  /** Time passes only as the test says, for what the host waits for by itself; sockets go on. */
  function fakeTimers(): void {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
  }

  async function waitingFor(count: number): Promise<void> {
    while (waiting !== count) {
      await new Promise<void>((resolve) => {
        onWait = resolve
      })
    }
  }

  it('leaves the URLs of the page and the API alone', async () => {
    for (const path of ['/', '/live', '/live/show', '/live/show/', '/watch/show', '/api/v1/health', '/live/SHOW/index.m3u8'])
      expect((await get(path)).status).toBe(299)
  })

  it('lets two requests of one IP address wait where two may, answers the third as it is, and others as before', async () => {
    parts(5)
    const path = '/live/show/e1/v0/index.m3u8?_HLS_msn=1&_HLS_part=1'
    const from = (address: string) => open(path, { headers: { 'x-forwarded-for': address } }).answer
    const two = [from('203.0.113.7'), from('203.0.113.7')]
    await waitingFor(2)
    const third = await from('203.0.113.7')
    expect([third.status, third.headers['cache-control']]).toEqual([200, 'no-store'])
    const other = from('203.0.113.8')
    await waitingFor(3)
    stream.part()
    for (const { status, text } of await Promise.all([...two, other])) {
      expect(status).toBe(200)
      expect(text.length).toBeGreaterThan(third.text.length)
    }
    const again = from('203.0.113.7')
    stream.part()
    expect((await again).status).toBe(200)
  })

  it('answers a blocked reload as soon as the part is there, to all who wait', async () => {
    parts(5)
    const all = Array.from({ length: 20 }, () => open('/live/show/e1/v0/index.m3u8?_HLS_msn=1&_HLS_part=1').answer)
    await waitingFor(20)
    expect(stream.listeners).toBe(1)
    stream.part()
    for (const answer of await Promise.all(all)) {
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('part-5.m4s')
      expect(answer.headers['cache-control']).toBe('public, max-age=0, s-maxage=12')
      expect(checkMediaPlaylist(answer.text)).toEqual([])
    }
    expect(waiting).toBe(0)
  })

  it('takes a part beyond the end of its segment for the first of the next', async () => {
    parts(7)
    const { answer } = open('/live/show/e1/v0/index.m3u8?_HLS_msn=1&_HLS_part=4')
    await waitingFor(1)
    stream.part()
    expect(waiting).toBe(1)
    stream.part()
    expect((await answer).text).toContain('part-8.m4s')
  })

  it('waits for the whole segment when no part is named', async () => {
    parts(7)
    const { answer } = open('/live/show/e1/v0/index.m3u8?_HLS_msn=1')
    await waitingFor(1)
    stream.part()
    expect((await answer).text).toContain('\nseg-1.m4s\n')
  })

  it('rejects directives that are malformed or too far ahead', async () => {
    parts(5)
    for (const query of ['_HLS_msn=4', '_HLS_msn=x', '_HLS_msn=-1', '_HLS_part=1', '_HLS_msn=1&_HLS_part=', '_HLS_msn=1&_HLS_part=99']) {
      expect((await get(`/live/show/e1/v0/index.m3u8?${query}`)).status, query).toBe(400)
    }
  })

  it('answers a blocked reload with the playlist as it is while nobody publishes, long before its time is over', async () => {
    fakeTimers()
    parts(5)
    blockTimeoutMs = 600_000
    const path = '/live/show/e1/v0/index.m3u8?_HLS_msn=1&_HLS_part=1'
    const avPlayer = open(path, { headers: { 'user-agent': 'AppleCoreMedia/1.0.0.21F90 (iPhone; U; CPU OS 17_5_1 like Mac OS X)' } }).answer
    const hlsJs = get(path)
    await waitingFor(2)
    stream.leave()
    vi.advanceTimersByTime(2000)
    const { status, headers, text } = await hlsJs
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(text).toContain('part-4.m4s')
    expect(checkMediaPlaylist(text)).toEqual([])
    expect(waiting).toBe(1)
    stream.part()
    expect((await avPlayer).text).toContain('part-5.m4s')
    // a waiter may be noticed 250 ms late; hls.js gives up after three parts or 0.8 target durations
    expect(awayReloadMs({ partTargetMs: 300, targetDurationS: 2 }) + 250).toBeLessThan(1600)
    expect(awayReloadMs({ partTargetMs: 1000, targetDurationS: 2 })).toBeGreaterThan(1500)
  })

  it('answers with the playlist as it is when nothing comes in time, and drops who went away', async () => {
    fakeTimers()
    parts(5)
    blockTimeoutMs = 0
    const inTime = async (path: string): Promise<Answer> => {
      const answer = get(path)
      await waitingFor(1)
      vi.advanceTimersByTime(250)
      return answer
    }
    const late = await inTime('/live/show/e1/v0/index.m3u8?_HLS_msn=1&_HLS_part=2')
    expect(late.status).toBe(200)
    expect(late.headers['cache-control']).toBe('no-store')
    expect(late.text).toContain('part-4.m4s')
    expect((await inTime('/live/show/e1/v0/part-5.m4s')).status).toBe(503)
    blockTimeoutMs = 5000
    const { sent, answer } = open('/live/show/e1/v0/index.m3u8?_HLS_msn=1&_HLS_part=2')
    answer.catch(() => {})
    await waitingFor(1)
    sent.destroy()
    await waitingFor(0)
  })

  it('keeps a request for the hinted part waiting until it is there', async () => {
    parts(5)
    const { answer } = open('/live/show/e1/v0/part-5.m4s')
    await waitingFor(1)
    stream.part()
    const { status, text, headers } = await answer
    expect({ status, text }).toEqual({ status: 200, text: 'v0 1.1;' })
    expect(headers['cache-control']).toBe('public, max-age=600, immutable')
    expect((await get('/live/show/e1/v0/part-13.m4s')).status).toBe(404)
  })

  it('answers the hinted part with the first one of the next segment, where the segment ends without it', async () => {
    parts(5)
    const { answer } = open('/live/show/e1/v0/part-5.m4s')
    await waitingFor(1)
    stream.turnOver()
    expect(waiting).toBe(1)
    stream.part()
    const { status, text } = await answer
    expect({ status, text }).toEqual({ status: 200, text: 'v0 2.0;' })
    const playlist = (await get('/live/show/e1/v0/index.m3u8?_HLS_msn=2&_HLS_part=0')).text
    expect(playlist).toContain('URI="part-5.m4s",INDEPENDENT=YES')
    expect(playlist).toContain('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-6.m4s"')
  })

  it('says at once that a hinted part never comes when the stream ends', async () => {
    parts(5)
    const { answer } = open('/live/show/e1/v0/part-5.m4s')
    await waitingFor(1)
    stream.end()
    expect((await answer).status).toBe(404)
  })

  it('sends the segment in the making part by part', async () => {
    parts(5)
    const { sent, answer } = open('/live/show/e1/v0/seg-1.m4s')
    const first = await new Promise<string>((resolve) =>
      sent.once('response', (response) => response.once('data', (piece: Buffer) => resolve(piece.toString()))),
    )
    expect(first).toBe('v0 1.0;')
    parts(3)
    const { text, headers } = await answer
    expect(text).toBe('v0 1.0;v0 1.1;v0 1.2;v0 1.3;')
    expect(headers['transfer-encoding']).toBe('chunked')
  })

  it('ends who waits or is sent a segment bit by bit as soon as it may not watch any more', async () => {
    parts(5)
    const growing = open('/live/show/e1/v0/seg-1.m4s')
    const broken = expect(growing.answer).rejects.toThrow('aborted')
    await new Promise<void>((resolve) => growing.sent.once('response', (response) => response.once('data', () => resolve())))
    const blocked = ['index.m3u8?_HLS_msn=1&_HLS_part=1', 'part-5.m4s'].map((path) => open(`/live/show/e1/v0/${path}`).answer)
    await waitingFor(3)
    for (const end of [...watched]) end(new AppError('play.token_expired'))
    for (const answer of blocked) expect(await answer).toMatchObject({ status: 403, text: expect.stringContaining('play.token_expired') })
    await broken
    expect(waiting).toBe(0)
    parts(1)
  })

  it('sends complete segments whole, in ranges, by their heads, and not again', async () => {
    parts(5)
    const path = '/live/show/e1/v0/seg-0.m4s'
    const whole = await get(path)
    expect(whole.text).toBe('v0 0.0;v0 0.1;v0 0.2;v0 0.3;')
    expect(whole.headers['content-length']).toBe('28')
    const range = await get(path, { range: 'bytes=5-15' })
    expect([range.status, range.text, range.headers['content-range']]).toEqual([206, whole.text.slice(5, 16), 'bytes 5-15/28'])
    expect((await get(path, { range: 'bytes=-3' })).text).toBe('.3;')
    expect((await get(path, { range: 'bytes=28-' })).status).toBe(416)
    expect((await get(path, { range: 'bytes=0-1,4-5' })).status).toBe(200)
    expect((await get(path, { 'if-none-match': String(whole.headers.etag) })).status).toBe(304)
    const head = await open(path, { method: 'HEAD' }).answer
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '28', 0])
    expect((await get('/live/show/e1/v0/init-0.mp4')).text).toBe('init v0 0')
  })

  it('lets pages of any origin read, and nobody write', async () => {
    parts(1)
    const preflight = await open('/live/show/index.m3u8', { method: 'OPTIONS' }).answer
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*'])
    expect((await open('/live/show/index.m3u8', { method: 'POST' }).answer).status).toBe(405)
  })

  it('compresses playlists for those who accept it', async () => {
    parts(30)
    const answer = await get('/live/show/e1/v0/index.m3u8', { 'accept-encoding': 'gzip, br' })
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(checkMediaPlaylist(gunzipSync(answer.body).toString())).toEqual([])
  })

  it('waits for the first parts of a stream that is just starting', async () => {
    const { answer } = open('/live/show/index.m3u8')
    await new Promise<void>((resolve) => server.once('request', () => resolve()))
    parts(1)
    const { status, headers } = await answer
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=60'])
  })

  it('tells why there is nothing to play', async () => {
    live = false
    const ended = await get('/live/show/index.m3u8')
    expect(ended.status).toBe(404)
    expect(ended.headers['cache-control']).toBe('no-store')
    expect(JSON.parse(ended.text)).toMatchObject({
      code: 'play.not_live',
      state: 'ended',
      streamTitle: 'Show',
      endedAt: '1970-01-01T00:00:00.000Z',
    })
    expect(JSON.parse((await get('/live/nobody/manifest.mpd')).text)).toMatchObject({ code: 'stream.not_found', status: 404 })
  })

  it('tells what a name is without ever answering that it is missing', async () => {
    expect(JSON.parse((await get('/live/show/about.json')).text)).toEqual({
      name: 'show',
      title: 'Show',
      state: 'active',
      reconnecting: false,
    })
    const unknown = await get('/live/nobody/about.json')
    expect([unknown.status, JSON.parse(unknown.text).state]).toEqual([200, 'missing'])
  })

  it('tells manifests one clock for all times, though the system clock is set while the stream runs', async () => {
    parts(5)
    const apart = async () => {
      const { text } = await get('/live/show/manifest.mpd')
      const at = (pattern: RegExp) => Date.parse(pattern.exec(text)?.[1] ?? '')
      return at(/utc:direct:2014" value="([^"]+)"/) - at(/availabilityStartTime="([^"]+)"/)
    }
    const before = await apart()
    stream.part()
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
    try {
      expect((await apart()) - before).toBeLessThan(60_000)
    } finally {
      now.mockRestore()
    }
  })

  it('serves images, manifests and the plain playlists of older players', async () => {
    parts(9)
    expect((await get('/live/show/keyframe.mp4')).text).toBe('picture')
    expect((await get('/live/show/manifest.mpd')).headers['content-type']).toBe('application/dash+xml')
    expect((await get('/live/show/hls.m3u8')).text).toContain('e1/v0/hls.m3u8')
    const plain = (await get('/live/show/e1/v0/hls.m3u8')).text
    expect(plain).not.toContain('PART')
    expect(checkMediaPlaylist(plain)).toEqual([])
  })

  it('counts one Low-Latency player once, under the session of its playlist', async () => {
    parts(6)
    await get('/live/show/index.m3u8?session=s1')
    await get('/live/show/e1/v0/index.m3u8?session=s1')
    await get('/live/show/e1/v0/seg-0.m4s')
    expect(activity).toEqual([])
    await get('/live/show/e1/v0/index.m3u8?session=s1&_HLS_msn=1&_HLS_part=0')
    await get('/live/show/e1/v0/part-4.m4s')
    expect(new Set(activity.map((one) => `${one.protocol} ${one.sessionKey}`))).toEqual(new Set(['ll-hls s1']))
    expect(activity.at(-1)).toMatchObject({ rendition: 'v0', bytes: 7 })
  })

  it('ends waiting requests with the last playlist when the stream ends', async () => {
    parts(5)
    const { answer } = open('/live/show/e1/v0/index.m3u8?_HLS_msn=2')
    await waitingFor(1)
    stream.end()
    expect((await answer).text).toContain('#EXT-X-ENDLIST')
  })

  it('speaks HTTP/2', async () => {
    parts(5)
    const second = http2.createServer(
      (incoming, response) => void createLiveFront({ table: new ResourceTable([playback]) }).handle(incoming, response),
    )
    await new Promise<void>((resolve) => second.listen(0, '127.0.0.1', resolve))
    const client = http2.connect(`http://127.0.0.1:${(second.address() as AddressInfo).port}`)
    const read = (path: string) =>
      new Promise<string>((resolve, reject) => {
        let text = ''
        client
          .request({ ':path': path })
          .setEncoding('utf8')
          .on('data', (piece: string) => {
            text += piece
          })
          .on('end', () => resolve(text))
          .on('error', reject)
      })
    const blocked = read('/live/show/e1/v0/index.m3u8?_HLS_msn=1&_HLS_part=1')
    const growing = read('/live/show/e1/v0/seg-1.m4s')
    await waitingFor(2)
    parts(3)
    expect(await blocked).toContain('part-5.m4s')
    expect(await growing).toBe('v0 1.0;v0 1.1;v0 1.2;v0 1.3;')
    client.close()
    await new Promise((resolve) => second.close(resolve))
  })
})
