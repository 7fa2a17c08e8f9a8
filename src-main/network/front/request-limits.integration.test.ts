import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, get as httpGet, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { type CountedRequest, countedRequest } from '../limits/counted-request.ts'
import { defaultLimits, type LimitSettings } from '../limits/limit-settings.ts'
import type { FrontSettings } from './front-settings.ts'
import type { SiteRule } from './nginx/front-options.ts'
import type { RequestOptions } from './nginx/request-configuration.ts'
import { type Front, startFront } from './start-front.ts'

const hasNginx = spawnSync('nginx', ['-v'], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } }).status === 0
const hasScripts = existsSync('/usr/lib/nginx/modules/ngx_http_js_module.so')

const plainRule: Omit<SiteRule, 'path'> = {
  ...{ cache: 'on', slices: false, signed: false, methods: [], referers: [] },
  ...{ allowAddresses: [], denyAddresses: [], allowCountries: [], denyCountries: [], denyAgents: [] },
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function until(look: () => unknown, what: string): Promise<void> {
  for (const end = performance.now() + 20_000; !(await look()); await delay(20))
    if (performance.now() > end) throw new Error(`not within 20 s: ${what}`)
}

/** Rates are so low that hardly anything comes back while a test runs. */
const limits: LimitSettings = {
  ...defaultLimits,
  anonymous: { perMinute: 1, burst: 5 },
  signedIn: { perMinute: 1, burst: 8 },
  live: { perMinute: 1, burst: 3 },
  routes: [{ path: '/search/', perMinute: 1, burst: 2, per: 'address' }],
}

describe.runIf(hasNginx && process.platform === 'linux')('limits of requests at nginx', () => {
  const size = 3 * 2 ** 20
  const origin = createServer(({ url = '', headers }, response) => {
    if (!url.startsWith('/slow/')) return void response.setHeader('cache-control', 'max-age=600').end(`it is ${url}`)
    const [from = 0, to = size - 1] = (/bytes=(\d+)-(\d+)?/.exec(headers.range ?? '') ?? []).slice(1).map((each) => Number(each))
    const end = Math.min(to, size - 1)
    response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${size}`, 'content-length': end - from + 1, 'etag': '"1"' })
    response.end(Buffer.alloc(end - from + 1, 'x'))
  })
  const lines: CountedRequest[] = []
  let marks: string
  let folder: string
  let port: number
  let front: Front
  let requests: RequestOptions

  const settings = (changes: Partial<RequestOptions> = {}): FrontSettings => ({
    listen: [{ address: '127.0.0.1', port, tls: false }],
    hstsSeconds: 0,
    compress: false,
    // who asks from here is whom the header names
    trustedProxies: ['127.0.0.1'],
    limits: { connectionsPerAddress: 500, headerSeconds: 2, bodySeconds: 2, sendSeconds: 10, headerBytes: 16_384, bodyBytes: 2 ** 20 },
    requests: { ...requests, ...changes },
    cache: { folder: join(folder, 'cache'), maxBytes: 2 ** 30, inactiveSeconds: 86_400 },
    sites: [
      {
        ...{ name: 'default', hosts: [], originHost: 'origin.example', ttlSeconds: 60, ttlByType: {}, missingSeconds: 60 },
        origins: [{ url: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`, weight: 1, backup: false }],
        ...{ languages: [], imageFormats: false },
        rules: [{ ...plainRule, path: '/slow/', slices: true }, ...(hasScripts ? [{ ...plainRule, path: '/signed/', signed: true }] : [])],
      },
    ],
    // In place of the node's process, which answers requests of live streams.
    live: { port: (origin.address() as AddressInfo).port },
    signingKeys: [{ id: 'k1', secret: 'the-secret-of-it' }],
  })

  const open = (path: string, viewer: string, headers: Record<string, string> = {}) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      httpGet({ host: '127.0.0.1', port, path, headers: { 'x-forwarded-for': viewer, ...headers }, agent: false }, resolve).on(
        'error',
        reject,
      )
    })
  const get = async (path: string, viewer: string) => {
    const response = await open(path, viewer)
    let body = ''
    for await (const chunk of response.setEncoding('latin1')) body += chunk
    return { status: response.statusCode, headers: response.headers, body }
  }
  const statuses = async (count: number, path: string, viewer: (index: number) => string) => {
    const all: (number | undefined)[] = []
    for (let index = 0; index < count; index++) all.push((await get(path, viewer(index))).status)
    return all
  }
  const signedPath = (name: string, secret = 'the-secret-of-it') => {
    const expires = Math.floor(Date.now() / 1000) + 600
    const signature = createHmac('sha256', secret).update(`/signed/${name}\n${expires}\n`).digest('base64url')
    return `/signed/${name}?key=k1&expires=${expires}&signature=${signature}`
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'request-limits-'))
    chmodSync(folder, 0o755)
    origin.listen(0, '127.0.0.1')
    await once(origin, 'listening')
    port = await freePort()
    marks = join(folder, 'cache/marks')
    mkdirSync(marks, { recursive: true })
    requests = {
      limits,
      allow: ['192.0.2.0/25'],
      deny: ['192.0.2.0/24', '2001:db8:bad::/48'],
    }
    front = await startFront({
      folder: join(folder, 'nginx'),
      settings: settings(),
      onRequests: (more) => lines.push(...more.flatMap((each) => countedRequest(each) ?? [])),
      log: silentLogger,
    })
  })
  afterAll(async () => {
    await front?.stop()
    origin.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('a burst passes, what follows is answered with 429 that says when to come again, and others are not concerned', async () => {
    expect(await statuses(7, '/a', () => '203.0.113.1')).toEqual([200, 200, 200, 200, 200, 429, 429])
    const answer = await get('/a', '203.0.113.1')
    expect(answer.headers).toMatchObject({
      'retry-after': '5',
      'ratelimit-policy': '"address";q=1;w=60',
      'ratelimit': '"address";r=0;t=5',
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    })
    expect(JSON.parse(answer.body)).toMatchObject({ status: 429, code: 'network.rate_limited' })
    expect((await get('/a', '203.0.113.2')).status).toBe(200)
  })

  it('another X-Forwarded-For before the own one, or many IPv6 addresses of a network, are no other client', async () => {
    expect((await statuses(7, '/a', (index) => `198.51.100.${index}, 203.0.113.3`)).filter((each) => each === 429)).toHaveLength(2)
    expect((await statuses(7, '/a', (index) => `2001:db8:1:2:${index}::${index + 1}`)).filter((each) => each === 429)).toHaveLength(2)
    expect((await get('/a', '2001:db8:1:3::1')).status).toBe(200)
  })

  it('lists: who is denied gets 403, who is allowed has no limit, and this machine has none', async () => {
    expect((await get('/a', '192.0.2.200')).status).toBe(403)
    expect((await get('/a', '2001:db8:bad::1')).status).toBe(403)
    expect(new Set(await statuses(8, '/a', () => '192.0.2.1'))).toEqual(new Set([200]))
    expect(new Set(await statuses(8, '/a', () => '127.0.0.1'))).toEqual(new Set([200]))
  })

  it('a route has its own limit besides', async () => {
    expect(await statuses(3, '/search/x', () => '203.0.113.4')).toEqual([200, 200, 429])
    expect(await statuses(3, '/%73earch/x?y', () => '203.0.113.4')).toEqual([429, 429, 429])
    expect((await get('/a', '203.0.113.4')).status).toBe(200)
    expect((await get('/search/x', '203.0.113.5')).status).toBe(200)
  })

  it('a live stream has its own limit, which names itself', async () => {
    expect(await statuses(4, '/live/show/index.m3u8', () => '203.0.113.6')).toEqual([200, 200, 200, 429])
    const { headers } = await get('/live/show/index.m3u8', '203.0.113.6')
    expect(headers).toMatchObject({ 'ratelimit-policy': '"live";q=1;w=60', 'ratelimit': '"live";r=0;t=5' })
    expect((await get('/a', '203.0.113.6')).status).toBe(200)
  })

  it.runIf(hasScripts)('a valid signed URL counts by itself, one that is not valid for its IP address', async () => {
    const path = signedPath('film')
    expect(await statuses(9, path, (index) => `203.0.113.${10 + index}`)).toEqual([...Array(8).fill(200), 429])
    expect((await get(path, '203.0.113.20')).headers['ratelimit-policy']).toBe('"user";q=1;w=60')
    expect((await get(signedPath('other'), '203.0.113.1')).status).toBe(200)
    expect((await get(signedPath('other', 'another-secret-of-it'), '203.0.113.21')).status).toBe(403)
    await until(() => lines.some(({ network, status }) => network === '203.0.113.21' && status === 403), 'its line')
    expect(lines.find(({ network }) => network === '203.0.113.21')?.user).toMatch(/^[\w-]{43}$/)
  })

  it('writes one line for each request, whatever requests are within it', async () => {
    const response = await get('/slow/film.bin', '2001:db8:9::7')
    expect(response.body).toHaveLength(size)
    const own = () => lines.filter(({ network }) => network === '2001:db8:9:0')
    await until(() => own().some(({ status }) => status === 200), 'its line')
    expect(own()).toHaveLength(1)
    expect(own().at(-1)).toMatchObject({ path: '/slow/film.bin', agent: '', country: '', user: '' })
    expect(lines.some(({ network }) => network === '127.0.0.1' || network === '192.0.2.1')).toBe(false)
  })

  it('whom the process marks is rejected from the next request on, but nothing that runs is cut off', async () => {
    const mark = join(marks, '203.0.113.30')
    const running = await open('/slow/other.bin', '203.0.113.30')
    let length = 0
    for await (const chunk of running) {
      if (length === 0) writeFileSync(mark, '')
      length += (chunk as Buffer).length
    }
    expect(length).toBe(size)
    expect((await get('/a', '203.0.113.30')).status).toBe(429)
    rmSync(mark)
    expect((await get('/a', '203.0.113.30')).status).toBe(200)
    mkdirSync(mark)
    expect((await get('/a', '203.0.113.30')).status).toBe(403)
    rmSync(mark, { recursive: true })
    writeFileSync(join(marks, '2001:db8:5:0'), '')
    expect((await get('/a', '2001:db8:5::1')).status).toBe(429)
    expect((await get('/a', '2001:db8:5:1::1')).status).toBe(200)
    writeFileSync(join(marks, 'r0-203.0.113.31'), '')
    expect([(await get('/search/', '203.0.113.31')).status, (await get('/a', '203.0.113.31')).status]).toEqual([429, 200])
  })

  it('other limits and long lists are used without dropping a connection', async () => {
    const deny = Array.from({ length: 20_000 }, (_, index) => `10.${(index >> 8) & 255}.${index & 255}.0/24`)
    const running = await open('/slow/third.bin', '203.0.113.40')
    await front.change(settings({ limits: { ...limits, enabled: false }, deny }))
    // workers of the former configuration may take connections for a moment
    await until(async () => (await get('/a', '10.1.2.3')).status === 403, 'the other list')
    await until(async () => (await statuses(8, '/a', () => '203.0.113.1')).every((status) => status === 200), 'no limit')
    let length = 0
    for await (const chunk of running) length += (chunk as Buffer).length
    expect(length).toBe(size)
  })
})
