import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { Agent, createServer, get as httpGet, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { get as httpsGet } from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadCertificate } from '../../platform/certificate.ts'
import { type LoggedFact, loggedFact } from '../figures/logged-fact.ts'
import { fillLevel } from '../figures/node-report.ts'
import type { LoggedRequest } from '../logged-request.ts'
import type { FrontSettings, FrontSite } from './front-settings.ts'
import type { SiteRule } from './nginx/front-options.ts'
import { nginxProcessesOf } from './nginx/process-group.ts'
import { type Front, startFront } from './start-front.ts'

const hasNginx = spawnSync('nginx', ['-v'], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } }).status === 0
const hasScripts = existsSync('/usr/lib/nginx/modules/ngx_http_js_module.so')
const hasBrotli = existsSync('/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so')
const log = pino({ enabled: false })

const rule = (changes: Partial<SiteRule>): SiteRule => ({
  path: '/',
  cache: 'on',
  slices: false,
  signed: false,
  methods: [],
  referers: [],
  allowAddresses: [],
  denyAddresses: [],
  allowCountries: [],
  denyCountries: [],
  denyAgents: [],
  ...changes,
})

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function until(look: () => unknown, what: string, seconds = 20): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !(await look()); await delay(20)) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
  }
}

/** An origin that counts what it is asked for; `answer` is what it answers with. */
class Origin {
  readonly server: Server
  readonly requests: string[] = []
  version = 1
  answer: (request: IncomingMessage, response: ServerResponse) => void = (request, response) => this.plain(request, response)

  constructor() {
    this.server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`)
      this.answer(request, response)
    })
  }

  plain({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const etag = `"v${this.version}"`
    response.setHeader('etag', etag)
    response.setHeader('cache-tag', `all, tag${url.split('/')[2]}`)
    if (headers['if-none-match'] === etag) response.writeHead(304).end()
    else response.end(`v${this.version} ${url}`)
  }

  count(url: string): number {
    return this.requests.filter((each) => each.endsWith(` ${url}`)).length
  }
}

describe.runIf(hasNginx && process.platform === 'linux')('nginx before an edge', () => {
  const origin = new Origin()
  let folder: string
  let port: number
  let originPort: number
  let front: Front
  let number = 0

  const site = (changes: Partial<FrontSite> = {}): FrontSite => ({
    name: 'default',
    hosts: [],
    origins: [{ url: `http://127.0.0.1:${originPort}`, weight: 1, backup: false }],
    originHost: 'origin.example',
    ttlSeconds: 60,
    ttlByType: { 'text/never': 0 },
    missingSeconds: 60,
    languages: ['en', 'es'],
    imageFormats: false,
    rules: [
      ...(hasScripts ? [rule({ path: '/signed/', signed: true })] : []),
      rule({ path: '/sliced/', slices: true }),
      rule({ path: '/api/', cache: 'off' }),
      rule({ path: '/closed/', denyAddresses: ['127.0.0.0/8'] }),
      rule({ path: '/pages/', referers: ['*.good.example'], denyAgents: ['Bad (bot) 1.0+x'], methods: ['GET'] }),
    ],
    ...changes,
  })
  const settings = (changes: Partial<FrontSettings> = {}): FrontSettings => ({
    listen: [{ address: '127.0.0.1', port, tls: false }],
    hstsSeconds: 0,
    compress: true,
    trustedProxies: [],
    limits: { connectionsPerAddress: 500, headerSeconds: 2, bodySeconds: 2, sendSeconds: 10, headerBytes: 16_384, bodyBytes: 2 ** 20 },
    cache: { folder: join(folder, 'cache'), maxBytes: 2 ** 30, inactiveSeconds: 86_400 },
    sites: [site()],
    signingKeys: [
      { id: 'k1', secret: 'first' },
      { id: 'k2', secret: 'second' },
    ],
    ...changes,
  })
  const lines: LoggedFact[] = []
  const onRequests = (read: readonly LoggedRequest[]) => void lines.push(...read.map(loggedFact))
  const start = () => startFront({ folder: join(folder, 'nginx'), settings: settings(), onRequests, log })

  interface Answer {
    readonly status: number
    readonly cache: string
    readonly body: string
    readonly headers: IncomingMessage['headers']
  }
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET', agent: Agent | false = false) =>
    new Promise<Answer>((resolve, reject) => {
      const request = httpGet({ host: '127.0.0.1', port, path, headers, method, agent }, (response) => {
        let body = ''
        response.setEncoding('latin1').on('data', (text: string) => {
          body += text
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, cache: String(response.headers['x-cache']), body, headers: response.headers }),
        )
        response.on('error', reject)
      })
      request.on('error', reject)
    })
  /** First line of the answer to bytes that are sent as they are. */
  const raw = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text))
      let answer = ''
      socket.setEncoding('latin1').on('data', (more: string) => {
        answer += more
      })
      // nginx resets what it gives up
      socket.on('error', () => undefined).on('close', () => resolve(answer))
    })
  const purge = (selection: Parameters<Front['purge']>[0]['selection'], hard = false) => front.purge({ number: ++number, selection, hard })
  const known = (objects: number) => until(() => front.health().objects >= objects, `${objects} objects in the index`)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'edge-front-'))
    // nginx's workers are another user where the test is root.
    chmodSync(folder, 0o755)
    origin.server.listen(0, '127.0.0.1')
    await once(origin.server, 'listening')
    originPort = (origin.server.address() as AddressInfo).port
    port = await freePort()
    front = await start()
  }, 60_000)
  afterAll(async () => {
    const group = front?.pid
    await front?.stop()
    if (group !== undefined) expect(nginxProcessesOf(group)).toEqual([])
    origin.server.closeAllConnections()
    origin.server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    origin.requests.length = 0
    origin.answer = (request, response) => origin.plain(request, response)
  })

  it('fifty simultaneous misses are one request at the origin', async () => {
    origin.answer = (request, response) => void setTimeout(() => origin.plain(request, response), 200)
    const answers = await Promise.all(Array.from({ length: 50 }, () => get('/fifty/1')))
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['v1 /fifty/1']))
    expect(origin.count('/fifty/1')).toBe(1)
    expect((await get('/fifty/1')).cache).toBe('HIT')
  })

  it('each request of a viewer is a line, and what nginx asks for by itself is not', async () => {
    const file = Buffer.alloc(3 * 2 ** 20 + 7, 'z')
    origin.answer = ({ headers }, response) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(headers.range ?? '') ?? []
      const end = Math.min(Number(to) + 1, file.length)
      response.writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${file.length}` })
      response.end(file.subarray(Number(from), end))
    }
    const headers = { 'user-agent': 'odd\u00ff\tagent" (iPhone) Mobile', 'referer': 'http://10.1.2.3/x' }
    await get('/sliced/counted?token=secret', headers)
    await raw('GET /counted/\u0001 HTTP/1.1\r\nHost: x\r\n\r\n')
    await raw(`GET /counted/${'y'.repeat(9000)}?a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    const counted = () => lines.filter(({ path }) => path.includes('/counted'))
    await until(() => counted().length >= 2, 'lines of both requests')
    // each of nginx's workers writes its own lines
    const large = counted().filter(({ path }) => path === '/sliced/counted')
    expect(large).toEqual([
      expect.objectContaining({ status: 200, hit: false, referer: '(IP address)', device: 'phone', country: undefined }),
    ])
    expect(large[0]?.bytesOut).toBeGreaterThan(file.length)
    expect(counted().every(({ path }) => path.length <= 200 && !path.includes('secret'))).toBe(true)
  })

  /** Words of `Accept-Encoding`, and what is sent by them. */
  const accepted: readonly (readonly [accepts: string, encoding: string | undefined])[] = [
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', hasBrotli ? 'br' : 'gzip'],
    ['br;q=1.0, gzip;q=0.5', hasBrotli ? 'br' : 'gzip'],
    ['br', hasBrotli ? 'br' : undefined],
    ['identity', undefined],
    ['', undefined],
    ['gzip;q=0', undefined],
  ]
  const unpacked = (encoding: string | undefined, body: string): string => {
    const bytes = Buffer.from(body, 'latin1')
    if (encoding === undefined) return body
    return (encoding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes)).toString('latin1')
  }

  it('texts are compressed by what viewers accept, and each form is kept once and purged with the others', async () => {
    let text = 'all work and no play. '.repeat(500)
    origin.answer = (_, response) => response.setHeader('content-type', 'text/css').end(text)
    const sent = async (accepts: string) => {
      const { headers, body, cache } = await get('/packed/1', accepts === '' ? {} : { 'accept-encoding': accepts })
      const encoding = headers['content-encoding']
      return { encoding, isShort: body.length < text.length / 4, text: unpacked(encoding, body), vary: headers.vary, cache }
    }
    for (const round of [1, 2]) {
      for (const [accepts, encoding] of accepted) {
        const expected = { encoding, isShort: encoding !== undefined, text, vary: 'Accept-Encoding' }
        expect(await sent(accepts), `${round}: ${accepts}`).toMatchObject(expected)
      }
    }
    expect(new Set(await Promise.all(accepted.map(async ([accepts]) => (await sent(accepts)).cache)))).toEqual(new Set(['HIT']))
    // plain, gzip and Brotli, however it is said
    expect(origin.count('/packed/1')).toBe(3)
    await known(3)
    text = 'all play and no work. '.repeat(500)
    expect((await purge({ urls: ['https://any.example/packed/1'] }, true)).objects).toBe(3)
    for (const [accepts] of accepted) expect((await sent(accepts)).text, accepts).toBe(text)
    expect(origin.count('/packed/1')).toBe(6)
  })

  it('what is compressed already, or is short, is sent as it is', async () => {
    const bytes = Buffer.alloc(5000, 'x')
    const answers: Record<string, (response: ServerResponse) => void> = {
      '/as-is/image': (response) => response.setHeader('content-type', 'image/png').end(bytes),
      '/as-is/media': (response) => response.setHeader('content-type', 'video/mp4').end(bytes),
      '/as-is/short': (response) => response.setHeader('content-type', 'text/css').end('short'),
    }
    origin.answer = ({ url = '', headers }, response) => {
      const packed = String(headers['accept-encoding'] ?? '').includes('br') ? 'br' : undefined
      if (url !== '/as-is/packed') answers[url]?.(response)
      else if (packed === undefined) response.setHeader('content-type', 'text/css').end(bytes)
      else {
        response.setHeader('content-type', 'text/css').setHeader('content-encoding', packed).setHeader('vary', 'accept-encoding')
        response.end(brotliCompressSync(bytes))
      }
    }
    for (const path of Object.keys(answers)) {
      const { headers, body } = await get(path, { 'accept-encoding': 'gzip, br' })
      expect([headers['content-encoding'], body], path).toEqual([undefined, path === '/as-is/short' ? 'short' : bytes.toString()])
    }
    // by the origin: once, and only for who takes it
    for (let n = 0; n < 2; n++) {
      const { headers, body } = await get('/as-is/packed', { 'accept-encoding': 'gzip, br' })
      expect([headers['content-encoding'], unpacked('br', body)]).toEqual(['br', bytes.toString()])
      expect((await get('/as-is/packed')).body).toBe(bytes.toString())
    }
    expect(origin.count('/as-is/packed')).toBe(2)
  })

  it('an access log in the combined format is written while it is wanted, and is started again in time', async () => {
    const file = join(folder, 'logs', 'access.log')
    await front.change(settings({ accessLog: { file, maxBytes: 200, files: 1 } }))
    await until(async () => {
      await get('/logged', { 'user-agent': 'odd"agent\u00e9' })
      return existsSync(`${file}.1`)
    }, 'a second file')
    expect(readFileSync(`${file}.1`, 'latin1')).toMatch(
      /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/logged HTTP\/1\.1" 200 \d+ "-" "odd\\x22agent\\xE9"\n/,
    )
    expect(statSync(`${file}.1`).mode & 0o077).toBe(0)
    await until(async () => {
      await get('/logged')
      return statSync(file).size > 0
    }, 'lines in the new file')
    await front.change(settings())
    // where nginx's workers are another user they could not open the next file there
    const closed = join(folder, 'closed-logs')
    mkdirSync(closed, { mode: 0o700 })
    if (process.getuid?.() !== 0) return
    const option = 'accessLog.file'
    await expect(front.change(settings({ accessLog: { file: join(closed, 'a.log'), maxBytes: 200, files: 1 } }))).rejects.toMatchObject({
      code: 'config.invalid',
      details: { option },
    })
  })

  it.each([
    ['URL', { urls: ['https://any.example/soft/%31'] }],
    ['prefix', { prefixes: ['/soft'] }],
    ['pattern', { patterns: ['/s*t/*'] }],
    ['tag', { tags: ['tag1'] }],
    ['everything', { everything: true }],
  ])('a soft purge by %s revalidates at the next request, and a hard one fetches again', async (_, selection) => {
    await get('/soft/1')
    await get('/kept/2')
    expect((await get('/soft/1')).cache).toBe('HIT')
    expect(await front.preview(selection)).toMatchObject({ objects: expect.any(Number) })
    origin.requests.length = 0
    origin.version++
    const soft = await purge(selection)
    expect(soft.objects).toBeGreaterThan(0)
    expect(soft.bytes).toBeGreaterThan(0)
    // What was asked for in the very millisecond of the purge counts as older.
    await delay(20)
    // served stale while one request updates it
    expect((await get('/soft/1')).cache).toBe('STALE')
    await until(async () => (await get('/soft/1')).body === `v${origin.version} /soft/1`, 'the new version')
    expect(origin.count('/soft/1')).toBe(1)
    if (!('everything' in selection)) expect((await get('/kept/2')).cache).toBe('HIT')
    origin.version++
    expect((await purge(selection, true)).objects).toBeGreaterThan(0)
    expect(await get('/soft/1')).toMatchObject({ cache: 'MISS', body: `v${origin.version} /soft/1` })
  })

  it('a file that workers keep open is gone at once when it is purged or replaced, and one in slices is not kept open', async () => {
    // one connection has one worker
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (path: string) => get(path, {}, 'GET', agent)
    /** Files of the cache that some worker has open, whose key names the target. */
    const opened = (target: string) =>
      nginxProcessesOf(front.pid as number).flatMap((pid) =>
        readdirSync(`/proc/${pid}/fd`).filter((fd) => {
          const file = `/proc/${pid}/fd/${fd}`
          try {
            return (
              readlinkSync(file).startsWith(join(folder, 'cache/files')) && readFileSync(file, 'latin1').includes(`KEY: default ${target} `)
            )
          } catch {
            return false
          }
        }),
      )
    for (const cache of ['MISS', 'HIT', 'HIT', 'HIT']) expect((await ask('/open/1')).cache).toBe(cache)
    expect(opened('/open/1')).toHaveLength(1)
    origin.version++
    await purge({ urls: ['/open/1'] }, true)
    // What was asked for in the very millisecond of the purge counts as older.
    await delay(20)
    for (const cache of ['MISS', 'HIT', 'HIT']) expect(await ask('/open/1')).toMatchObject({ cache, body: `v${origin.version} /open/1` })
    origin.version++
    await purge({ urls: ['/open/1'] })
    await delay(20)
    expect((await ask('/open/1')).cache).toBe('STALE')
    await until(async () => (await ask('/open/1')).body === `v${origin.version} /open/1`, 'the new version')
    expect(opened('/open/1')).toHaveLength(1)
    for (let n = 0; n < 4; n++) await ask('/open/large.zip')
    expect(opened('/open/large.zip')).toEqual([])
    agent.destroy()
  })

  it.each([true, false])('an answer that is in flight while its tag is purged is purged when it is stored (hard: %s)', async (hard) => {
    const path = `/flight/${hard}`
    let release = (): void => undefined
    origin.answer = (_, response) => {
      release = () => {
        response.setHeader('cache-tag', 'flight')
        response.end('old')
      }
    }
    const asked = get(path)
    await until(() => origin.count(path) === 1, 'the request at the origin')
    expect(await purge({ tags: ['flight'] }, hard)).toEqual({ objects: 0, bytes: 0 })
    await delay(20)
    release()
    expect((await asked).body).toBe('old')
    origin.answer = (_, response) => void response.end('new')
    await until(async () => (await get(path)).body === 'new', 'the new answer')
  })

  it('with the origin away what is stale is served, and a request for anything else fails', async () => {
    await get('/away/1')
    await known(1)
    await purge({ tags: ['all'] })
    origin.answer = ({ socket }) => socket.destroy()
    expect(await get('/away/1')).toMatchObject({ status: 200, cache: 'STALE' })
    expect((await get('/away/new')).status).toBe(502)
    origin.answer = (_, response) => void response.writeHead(503).end()
    expect(await get('/away/1')).toMatchObject({ status: 200, cache: 'STALE' })
  })

  it('what is missing is remembered, and what varies by something else, sets a cookie or is private is not', async () => {
    origin.answer = ({ url }, response) => {
      if (url === '/not/found') response.writeHead(404)
      if (url === '/not/vary') response.setHeader('vary', 'Cookie')
      if (url === '/not/cookie') response.setHeader('set-cookie', 'a=b')
      if (url === '/not/private') response.setHeader('cache-control', 'private')
      if (url === '/not/never') response.setHeader('content-type', 'text/never')
      if (url === '/not/hidden') response.setHeader('x-accel-redirect', '/fifty/1')
      response.end('x')
    }
    await get('/not/found')
    expect(await get('/not/found')).toMatchObject({ status: 404, cache: 'HIT' })
    for (const path of ['/not/vary', '/not/cookie', '/not/private']) {
      await get(path)
      expect((await get(path)).cache).not.toBe('HIT')
    }
    await get('/not/never')
    await until(async () => (await get('/not/never')).cache === 'MISS', 'a type that is not kept')
    expect((await get('/not/hidden')).body).toBe('x')
  })

  it('headers that are not in the key do not reach the origin, and those that are make variants', async () => {
    let seen: IncomingMessage['headers'] = {}
    origin.answer = ({ headers }, response) => {
      seen = headers
      response.setHeader('vary', 'Accept-Language, Accept-Encoding')
      response.end(String(headers['accept-language']))
    }
    const evil = {
      'x-forwarded-host': 'evil',
      'x-forwarded-for': '1',
      'host': 'evil.example',
      'cookie': 'a',
      'x-original-url': '/b',
      'range': 'bytes=0-1',
    }
    await get('/poison', { ...evil, 'accept-language': 'de' })
    expect(Object.keys(seen).filter((name) => name in evil)).toEqual(['host'])
    expect(seen.host).toBe('origin.example')
    expect((await get('/poison', { 'accept-language': 'fr,en' })).body).toBe('en')
    expect(await get('/poison', { 'accept-language': 'es-MX,en' })).toMatchObject({ cache: 'MISS', body: 'es' })
    expect(await get('/poison', { 'accept-language': 'es' })).toMatchObject({ cache: 'HIT', body: 'es' })
    expect((await get('/poison', {}, 'POST')).status).toBe(405)
    await get('/api/x', { cookie: 'a=b', 'x-forwarded-for': '6.6.6.6' }, 'POST')
    expect(seen).toMatchObject({ 'cookie': 'a=b', 'x-forwarded-for': '127.0.0.1' })
    // by its user agent a node knows what it fetches ahead of players: nobody else is to have it
    for (const [path, agent, there] of [
      ['/poison2', 'Browser/1', undefined],
      ['/poison3', 'ami-streams-prefetch/0123abcd', undefined],
      ['/api/x', 'Browser/1', 'Browser/1'],
      ['/api/x', 'ami-streams-prefetch/0123abcd', 'ami-streams-prefetch'],
    ] as const) {
      await get(path, { 'user-agent': agent })
      expect([path, agent, seen['user-agent']]).toEqual([path, agent, there])
    }
    await get('/api/x')
    expect(seen['user-agent']).toBeUndefined()
  })

  it('targets that two programs could read differently, and smuggled requests, end at nginx', async () => {
    for (const path of ['/a/../b', '/a/%2e%2e/b', '/a/..%2fb', '/a%5c..%5cb', '/a%00', '/a/.%2e', '/.']) {
      expect([path, (await get(path)).status]).toEqual([path, 400])
    }
    const close = 'Host: a\r\nConnection: close\r\n'
    const chunked = await raw(`POST /api/s HTTP/1.1\r\n${close}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`)
    expect(chunked).toMatch(/^HTTP\/1\.1 400 /)
    expect(await raw(`GET /s HTTP/1.1\r\n${close}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
    expect(await raw('GET http://evil.example@/x HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
    expect(origin.requests).toEqual([])
  })

  it('a thousand ranges, and as many ways to ask for the same, cost no more than what is asked for', async () => {
    origin.answer = ({ headers }, response) => {
      response.setHeader('vary', 'Accept-Encoding, Accept-Language')
      response.end(String(headers['accept-language']).padEnd(4096, 'x'))
    }
    for (const path of ['/ranges/1', '/sliced/list']) {
      const first = await get(path)
      for (const each of ['0-', '-4096', '0-0,1-']) {
        const { status, body } = await get(path, { range: `bytes=${Array(1000).fill(each).join(',')}` })
        expect([path, each, status, body.length]).toEqual([path, each, first.status, first.body.length])
      }
    }
    for (let way = 0; way < 300; way++) {
      const encoding = ['gzip', 'br', 'deflate', 'zstd'].map((name, index) => `${name};q=0.${1 + ((way * (index + 3)) % 9)}`).join(', ')
      const answer = await get('/ways/1', { 'accept-encoding': encoding, 'accept-language': `x-way-${way}, es;q=0.${way}` })
      expect(answer.status).toBe(200)
    }
    // two languages, each plain, by gzip and by Brotli
    expect(origin.count('/ways/1')).toBeLessThanOrEqual(6)
  })

  it('a pattern that fits in endless ways is compared in one, and what it does not name stays', async () => {
    const path = `/many/${'a'.repeat(4000)}`
    await get(path)
    await until(async () => (await front.preview({ prefixes: ['/many/'] })).objects === 1, 'the object in the index')
    const pattern = `/many/${'*a'.repeat(7)}*b`
    expect(await front.preview({ patterns: [pattern] })).toEqual({ objects: 0, bytes: 0 })
    expect((await purge({ patterns: [pattern] }, true)).objects).toBe(0)
    expect((await get(path)).cache).toBe('HIT')
    expect((await purge({ patterns: [`/many/${'*a'.repeat(8)}`] }, true)).objects).toBe(1)
  })

  it('rules keep IP addresses, pages, user agents and methods out', async () => {
    expect((await get('/closed/1')).status).toBe(403)
    expect((await get('/pages/1', { referer: 'https://a.good.example/x' })).status).toBe(200)
    expect((await get('/pages/1', { referer: 'https://bad.example/x' })).status).toBe(403)
    expect((await get('/pages/1', { 'user-agent': 'a bad (BOT) 1.0+x b' })).status).toBe(403)
    expect((await get('/pages/1', {}, 'HEAD')).status).toBe(405)
    expect((await get('/pages/1')).status).toBe(200)
  })

  it.runIf(hasScripts)('signed URLs are checked, each key counts, and the signature is no part of what is kept', async () => {
    const url = (
      path: string,
      { secret = 'first', key = 'k1', expires = Math.floor(Date.now() / 1000) + 60, address = '', scope = '' } = {},
    ) => {
      const signature = createHmac('sha256', secret)
        .update(`${scope || path}\n${expires}\n${address}`)
        .digest('base64url')
      return `${path}?key=${key}&expires=${expires}&signature=${signature}${address && `&address=${address}`}${scope && `&scope=${scope}`}`
    }
    expect((await get(url('/signed/a'))).cache).toBe('MISS')
    expect((await get(url('/signed/a', { secret: 'second', key: 'k2' }))).cache).toBe('HIT')
    expect((await get(url('/signed/a', { address: '127.0.0.1' }))).status).toBe(200)
    expect((await get(url('/signed/a', { scope: '/signed/' }))).status).toBe(200)
    expect(origin.requests).toEqual(['GET /signed/a'])
    const wrong = [
      '/signed/a',
      url('/signed/a', { secret: 'second' }),
      url('/signed/a', { key: '__proto__' }),
      url('/signed/a', { expires: 1 }),
      url('/signed/a', { address: '127.0.0.2' }),
      url('/signed/a', { scope: '/other/' }),
      url('/signed/a', { scope: '/signed' }),
      url('/signed/b').replace('/signed/b', '/signed/a'),
      `${url('/signed/a')}&key=k2`,
    ]
    for (const each of wrong) expect([each, (await get(each)).status]).toEqual([each, 403])
    await front.change(settings({ signingKeys: [{ id: 'k2', secret: 'second' }] }))
    await until(async () => (await get(url('/signed/a'))).status === 403, 'the first key is no longer valid')
    expect((await get(url('/signed/a', { secret: 'second', key: 'k2' }))).status).toBe(200)
  })

  it('of a large file only the slices that are asked for are fetched, and a purge takes all of them', async () => {
    const file = Buffer.alloc(5 * 2 ** 20, 'x')
    const ranges: (string | undefined)[] = []
    origin.answer = ({ headers: { range } }, response) => {
      ranges.push(range)
      const [, from = '0', to = String(file.length - 1)] = /bytes=(\d+)-(\d+)/.exec(range ?? '') ?? []
      const end = Math.min(Number(to), file.length - 1)
      response.setHeader('etag', '"f"')
      response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${file.length}` }).end(file.subarray(Number(from), end + 1))
    }
    const part = await get('/sliced/f', { range: 'bytes=2097152-4194303' })
    expect([part.status, part.body.length]).toEqual([206, 2 * 2 ** 20])
    expect(ranges).toEqual(['bytes=2097152-3145727', 'bytes=3145728-4194303'])
    expect(await front.preview({ urls: ['/sliced/f'] })).toMatchObject({ objects: 2 })
    expect((await get('/sliced/f')).body.length).toBe(file.length)
    expect(ranges).toHaveLength(5)
    await until(async () => (await front.preview({ urls: ['/sliced/f'] })).objects === 5, 'the last slice is kept')
    expect((await purge({ urls: ['/sliced/f'] }, true)).objects).toBe(5)
    expect(await front.preview({ urls: ['/sliced/f'] })).toEqual({ objects: 0, bytes: 0 })
  })

  it('an origin that lies about ranges breaks that answer alone, and what is kept is what it said of the file asked for', async () => {
    const mib = 2 ** 20
    const file = Buffer.concat([Buffer.alloc(mib, 'a'), Buffer.alloc(100, 'b')])
    const slice = (lie: (from: number) => { range?: string; etag?: string }) => {
      origin.answer = ({ headers }, response) => {
        const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1])
        const end = Math.min(from + mib, file.length)
        const { range = `bytes ${from}-${end - 1}/${file.length}`, etag = '"v1"' } = lie(from)
        response.writeHead(206, { 'content-range': range, etag }).end(file.subarray(from, end))
      }
    }
    const outcome = async (path: string) =>
      get(path).then(
        ({ status, body }) => ({ status, isWhole: body === file.toString('latin1') }),
        () => 'cut off' as const,
      )
    const whole = { status: 200, isWhole: true }
    // bytes of another place of the file, and a length that nothing has
    for (const [path, range] of [
      ['/sliced/moved', `bytes 7-${mib + 6}/${file.length}`],
      ['/sliced/huge', `bytes 0-${mib - 1}/9999999999999999999999`],
    ] as const) {
      slice(() => ({ range }))
      expect(await outcome(path)).toBe('cut off')
      slice(() => ({}))
      expect(await outcome(path)).toEqual(whole)
    }
    // a file that is replaced between two of its slices
    slice((from) => ({ etag: from === 0 ? '"v1"' : '"v2"' }))
    expect(await outcome('/sliced/mixed')).toBe('cut off')
    slice(() => ({ etag: '"v2"' }))
    await until(async () => JSON.stringify(await outcome('/sliced/mixed')) === JSON.stringify(whole), 'one version of the file')
    slice(() => ({}))
    for (const [range, status, length] of [
      ['bytes=0-1', 206, 2],
      ['bytes=-1', 206, 1],
      ['bytes=5-2', 416, undefined],
      ['bytes=99999999999999999999-', 416, undefined],
      // several at once are answered with the whole file
      [`bytes=${'0-0,'.repeat(500)}1-1`, 200, file.length],
    ] as const) {
      const { status: answered, body } = await get('/sliced/ranges', { range })
      expect([range.slice(0, 30), answered, length ?? body.length]).toEqual([range.slice(0, 30), status, body.length])
    }
    expect(await outcome('/sliced/ranges')).toEqual(whole)
  })

  it('a change of the configuration in mid-download keeps the download', async () => {
    let more = (_last: boolean): void => undefined
    origin.answer = (_, response) => {
      response.write('start ')
      more = (last) => void (last ? response.end('end') : response.write('x'))
    }
    const download = get('/api/long')
    await until(() => origin.count('/api/long') === 1, 'the download')
    await front.change(settings({ limits: { ...settings().limits, headerSeconds: 3 } }))
    more(false)
    await front.renewCertificates()
    more(true)
    expect((await download).body).toBe('start xend')
  })

  it('an object with more tags than are kept goes with every purge by tag, and a larger header does no harm', async () => {
    let tags = Array.from({ length: 500 }, (_, n) => `bomb${n}`).join()
    origin.answer = (_, response) => void response.setHeader('cache-tag', tags).end('x')
    await get('/bomb/1')
    expect((await get('/bomb/1')).cache).toBe('HIT')
    expect(await get('/bomb/1').then(({ headers }) => headers['cache-tag'])).toBeUndefined()
    expect((await purge({ tags: ['bomb499'] }, true)).objects).toBe(1)
    expect((await get('/bomb/1')).cache).toBe('MISS')
    tags = 'y'.repeat(100_000)
    expect((await get('/bomb/2')).status).toBe(502)
    expect((await get('/bomb/1')).cache).toBe('HIT')
  })

  it('answers over TLS 1.2 and 1.3 and HTTP/2, with HSTS', async () => {
    const tlsPort = await freePort()
    await loadCertificate({ dir: join(folder, 'tls'), bind: '127.0.0.1', certFile: '', keyFile: '', logger: log })
    const certificate = { certFile: join(folder, 'tls/cert.pem'), keyFile: join(folder, 'tls/key.pem') }
    const listen = [...settings().listen, { address: '127.0.0.1', port: tlsPort, tls: true }]
    await front.change(settings({ listen, certificate, hstsSeconds: 1000 }))
    const meet = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
      new Promise<string>((resolve) => {
        const options = { port: tlsPort, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'], ciphers: 'DEFAULT@SECLEVEL=0' }
        const socket = connectTls({ ...options, minVersion: version, maxVersion: version }, () => {
          resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`)
          socket.destroy()
        })
        socket.on('error', () => resolve('rejected'))
      })
    expect([await meet('TLSv1.1'), await meet('TLSv1.2'), await meet('TLSv1.3')]).toEqual(['rejected', 'TLSv1.2 h2', 'TLSv1.3 h2'])
    const hsts = await new Promise<unknown>((resolve, reject) => {
      const request = { host: '127.0.0.1', port: tlsPort, path: '/tls/1', rejectUnauthorized: false, agent: false } as const
      httpsGet(request, (response) => resolve(response.resume().headers['strict-transport-security'])).on('error', reject)
    })
    expect(hsts).toBe('max-age=1000')
    expect((await get('/tls/1')).headers['strict-transport-security']).toBeUndefined()
    // compressed by HTTP/2 as by HTTP/1.1, from what is kept for both
    const text = 'all work and no play. '.repeat(500)
    origin.answer = (_, response) => response.setHeader('content-type', 'text/css').end(text)
    await get('/tls/packed', { 'accept-encoding': 'gzip, br' })
    const session = connectHttp2(`https://127.0.0.1:${tlsPort}`, { rejectUnauthorized: false })
    const stream = session.request({ ':path': '/tls/packed', 'accept-encoding': 'gzip, deflate, br' })
    const [headers] = (await once(stream, 'response')) as [Record<string, string>]
    const body = Buffer.concat(await stream.toArray())
    session.close()
    const encoding = hasBrotli ? 'br' : 'gzip'
    expect(headers).toMatchObject({ 'content-encoding': encoding, 'x-cache': 'HIT', 'vary': 'Accept-Encoding' })
    expect(unpacked(encoding, body.toString('latin1'))).toBe(text)
  })

  it('a setting that is not valid changes nothing', async () => {
    await expect(front.change(settings({ sites: [site({ hosts: ['a;b'] })] }))).rejects.toMatchObject({ code: 'config.invalid' })
    const certificate = { certFile: '/nowhere/c.pem', keyFile: '/nowhere/k.pem' }
    await expect(front.change(settings({ listen: [{ address: '127.0.0.1', port, tls: true }], certificate }))).rejects.toMatchObject({
      code: 'network.nginx_rejected',
      details: { option: 'tls.certificate' },
    })
    expect((await get('/valid/1')).status).toBe(200)
  })

  // nginx does not know for a minute what is left by one that was killed: before that
  it('a cache that fills reaches 80, 90 and 95 %, and its figures follow what nginx removes', async () => {
    const maxBytes = 40 * 2 ** 20
    origin.answer = (_, response) => response.end(Buffer.alloc(2 ** 20, 'f'))
    await front.change(settings({ cache: { ...settings().cache, maxBytes } }))
    const megabytes = () => Math.round(front.health().bytes / 2 ** 20)
    const isRemoved = () => front.health().bytes < 0.9 * maxBytes
    await until(isRemoved, 'what was kept before to go', 60)
    let stored = 0
    /** Fills it again where nginx removed something meanwhile: it looks when it likes. */
    const fill = (level: number, wanted: number) =>
      until(
        async () => {
          for (let missing = wanted - megabytes(); missing > 0; missing--) await get(`/fill/${++stored}`)
          for (let looks = 0; looks < 150 && megabytes() < wanted; looks++) await delay(100)
          return fillLevel({ bytes: front.health().bytes, maxBytes }) === level
        },
        `${level} %`,
        60,
      )
    await fill(80, 34)
    await fill(90, 37)
    await fill(95, 39)
    await until(isRemoved, 'nginx to remove what was used least', 60)
    await front.change(settings())
  }, 180_000)

  it('a master that was killed is back with what was kept, and its workers are gone', async () => {
    await get('/killed/1')
    const killed = front.pid as number
    expect(nginxProcessesOf(killed).length).toBeGreaterThan(1)
    process.kill(killed, 'SIGKILL')
    await until(() => front.pid !== undefined && front.pid !== killed, 'another master')
    await until(
      () =>
        get('/killed/1').then(
          ({ cache }) => cache === 'HIT',
          () => false,
        ),
      'an answer',
    )
    expect(nginxProcessesOf(killed)).toEqual([])
  })

  it('a slow head of a request is cut off', async () => {
    expect(await raw('GET / HTTP/1.1\r\nHost: x\r\nX-A: ')).toBe('')
  })

  it('a slow body of a request is cut off', async () => {
    let isWhole = false
    origin.answer = (request, response) => {
      request.resume().on('end', () => {
        isWhole = true
        response.end()
      })
    }
    const answer = await raw('POST /api/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of')
    expect([answer === '' || answer.startsWith('HTTP/1.1 408 '), isWhole]).toEqual([true, false])
  })

  it('a viewer who reads nothing is cut off, and others are served meanwhile', async () => {
    const file = Buffer.alloc(64 * 2 ** 20, 'z')
    origin.answer = (_, response) => response.end(file)
    expect((await get('/unread/1')).body).toHaveLength(file.length)
    await front.change(settings({ limits: { ...settings().limits, sendSeconds: 2 } }))
    const logged = () => lines.filter(({ path }) => path === '/unread/1').map(({ bytesOut }) => bytesOut)
    await until(() => logged().length === 1, 'the line of who read everything')
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /unread/1 HTTP/1.1\r\nHost: x\r\n\r\n'))
    // nginx resets what it gives up
    const closed = new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve))
    await once(socket, 'readable')
    const { cache, body } = await get('/unread/1')
    expect([cache, body.length]).toEqual(['HIT', file.length])
    await until(() => logged().length === 3, 'the line of who read nothing')
    expect(logged().filter((bytes) => bytes < file.length)).toHaveLength(1)
    expect((await get('/unread/1')).status).toBe(200)
    socket.resume()
    await closed
    expect(socket.bytesRead).toBeLessThan(file.length)
    await front.change(settings())
  })

  it('after a restart purges that were missed are carried out before anybody is served', async () => {
    await get('/missed/1')
    await get('/missed/2')
    await known(2)
    await purge({ tags: ['nobody'] })
    const last = front.lastPurge as number
    await front.stop()
    const history = {
      last: last + 2,
      orders: [
        { number: last + 1, selection: { tags: ['tag1'] }, hard: true },
        { number: last + 2, selection: { tags: ['x'] }, hard: true },
      ],
    } // prettier-ignore
    front = await startFront({ folder: join(folder, 'nginx'), settings: settings(), history: async () => history, log })
    expect((await get('/missed/1')).cache).toBe('MISS')
    expect((await get('/missed/2')).cache).toBe('HIT')
    expect(front.lastPurge).toBe(last + 2)
    // The origin no longer knows all that was missed: nothing counts as fresh.
    await front.catchUp({ last: last + 20, orders: [{ number: last + 20, selection: { tags: ['x'] }, hard: true }] })
    expect((await get('/missed/2')).cache).not.toBe('HIT')
    number = last + 20
  })

  it('a port that is taken, and a folder that cannot be written, are named', async () => {
    const other = { folder: join(folder, 'other'), log }
    const taken = { ...settings(), cache: { ...settings().cache, folder: join(folder, 'other-cache') } }
    await expect(startFront({ ...other, settings: taken })).rejects.toMatchObject({
      code: 'port.in_use',
      details: { port, option: 'httpPort' },
    })
    const file = join(folder, 'nginx', 'nginx.conf')
    await expect(startFront({ ...other, settings: { ...taken, cache: { ...taken.cache, folder: file } } })).rejects.toMatchObject({
      code: 'network.cache_folder',
    })
    if (process.getuid?.() === 0) {
      const closed = join(folder, 'closed')
      mkdirSync(closed, { mode: 0o700 })
      const inside = { ...taken, cache: { ...taken.cache, folder: join(closed, 'cache') } }
      await expect(startFront({ ...other, settings: inside })).rejects.toThrow(/may not enter/)
    }
    await expect(startFront({ ...other, settings: taken, nginx: '/nowhere/nginx' })).rejects.toMatchObject({
      code: 'network.nginx_missing',
    })
  })
})
