import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, get as httpGet, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import type { FrontSettings, OriginUrl } from './front-settings.ts'
import type { SiteRule } from './nginx/front-options.ts'
import { type Front, startFront } from './start-front.ts'

const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
const hasNginx = spawnSync('nginx', ['-v'], { env }).status === 0

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
  for (const end = performance.now() + 60_000; !(await look()); await delay(50))
    if (performance.now() > end) throw new Error(`not within 60 s: ${what}`)
}

describe.runIf(hasNginx && process.platform === 'linux')('origins of a site', () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
  })
  const folder = mkdtempSync(join(tmpdir(), 'site-origins-'))
  chmodSync(folder, 0o755)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let starts = 0

  async function openOrigin(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    const server = createServer(answer)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    ends.push(() => {
      server.closeAllConnections()
      server.close()
    })
    return { server, port, url: `http://127.0.0.1:${port}` }
  }

  async function open(origins: readonly OriginUrl[], changes: Partial<FrontSettings> = {}): Promise<{ front: Front; port: number }> {
    const port = await freePort()
    const own = join(folder, String(starts++))
    mkdirSync(own)
    const front = await startFront({
      folder: join(own, 'nginx'),
      settings: {
        listen: [{ address: '127.0.0.1', port, tls: false }],
        ...{ hstsSeconds: 0, compress: false, trustedProxies: [] },
        limits: { connectionsPerAddress: 500, headerSeconds: 5, bodySeconds: 5, sendSeconds: 10, headerBytes: 16_384, bodyBytes: 2 ** 20 },
        cache: { folder: join(own, 'cache'), maxBytes: 2 ** 30, inactiveSeconds: 86_400 },
        sites: [
          {
            ...{ name: 'default', hosts: [], origins, originHost: 'origin.example', healthPath: '/up' },
            ...{ ttlSeconds: 60, ttlByType: {}, missingSeconds: 60, languages: [], imageFormats: false },
            rules: [{ ...plainRule, path: '/live-data/', cache: 'off' }],
          },
        ],
        signingKeys: [],
        ...changes,
      },
      log: silentLogger,
      checkMs: 500,
    })
    ends.push(() => front.stop())
    return { front, port }
  }
  const get = (port: number, path: string) =>
    new Promise<{ status: number; body: string; isWhole: boolean }>((resolve, reject) => {
      httpGet({ host: '127.0.0.1', port, path, agent: false }, (response) => {
        let body = ''
        response.setEncoding('latin1').on('data', (text: string) => {
          body += text
        })
        response.on('error', () => undefined)
        response.on('close', () => resolve({ status: response.statusCode ?? 0, body, isWhole: response.complete }))
      }).on('error', reject)
    })

  it('share requests by weight; who fails is left out and comes back, and a backup answers meanwhile', async () => {
    let isUp = true
    const asked = { a: 0, b: 0, c: 0 }
    const named = (name: keyof typeof asked) => (request: IncomingMessage, response: ServerResponse) => {
      if (!isUp && name !== 'c') return void response.writeHead(503).end()
      if (request.url !== '/up') asked[name]++
      response.end(name)
    }
    const [a, b, c] = [await openOrigin(named('a')), await openOrigin(named('b')), await openOrigin(named('c'))]
    const { front, port } = await open([
      { url: a.url, weight: 3, backup: false },
      { url: b.url, weight: 1, backup: false },
      { url: c.url, weight: 1, backup: true },
    ])
    for (let n = 0; n < 40; n++) await get(port, `/weights/${n}`)
    expect(asked).toEqual({ a: 30, b: 10, c: 0 })
    isUp = false
    expect((await get(port, '/failed')).body).toBe('c')
    await until(() => front.health().origins.filter(({ up }) => !up).length === 2, 'two are down')
    expect(front.health().origins[0]?.reason).toMatch(/503/)
    isUp = true
    await until(() => front.health().origins.every(({ up }) => up), 'all are up again')
    await until(async () => (await get(port, `/again/${Math.random()}`)).body !== 'c', 'the backup rests')
  }, 90_000)

  it('answer WebSockets where the cache is off', async () => {
    const origin = await openOrigin((_, response) => response.end())
    origin.server.on('upgrade', (request, socket) => {
      socket.on('error', () => undefined)
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nx-path: ${request.url}\r\n\r\n`)
      socket.on('data', (data: Buffer) => socket.write(`you said ${data}`))
    })
    const { port } = await open([{ url: origin.url, weight: 1, backup: false }])
    const headers = { 'connection': 'Upgrade', 'upgrade': 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'x'.repeat(24) }
    const request = httpRequest({ host: '127.0.0.1', port, path: '/live-data/socket?room=1', headers })
    request.end()
    const [response, socket] = await once(request, 'upgrade')
    socket.on('error', () => undefined)
    expect(response.headers['x-path']).toBe('/live-data/socket?room=1')
    socket.write('hello')
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toBe('you said hello')
    socket.destroy()
    // elsewhere an upgrade is an ordinary request
    const other = httpRequest({ host: '127.0.0.1', port, path: '/kept', headers })
    other.end()
    const [plain] = await once(other, 'response')
    expect(plain.statusCode).toBe(200)
    plain.resume()
  })

  it.runIf(process.getuid?.() === 0)('with a full disk nothing more is kept, every answer is whole, and the health says so', async () => {
    const size = 4 * 2 ** 20
    const origin = await openOrigin(({ url = '' }, response) => {
      response.setHeader('cache-control', 'max-age=600')
      response.end(Buffer.alloc(url.startsWith('/large/') ? size : 100, 'x'))
    })
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'tmpfs', disk])
    expect(String(mounted.stderr)).toBe('')
    ends.push(() => spawnSync('umount', ['-l', disk]))
    // it may take more than there is
    const cache = { folder: join(disk, 'cache'), maxBytes: 2 ** 30, inactiveSeconds: 86_400 }
    const { front, port } = await open([{ url: origin.url, weight: 1, backup: false }], { cache })
    await get(port, '/large/kept')
    const filler = join(disk, 'filler')
    // of another program: what is left takes some of the files, for workers of the configuration before answer for another moment, and not all
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M', 'count=130'])
    await until(() => front.health().problem?.message.includes('nearly full'), 'the health says it')
    for (let n = 0; n < 10; n++) {
      const { status, body, isWhole } = await get(port, `/large/${n}`)
      expect([status, body.length, isWhole]).toEqual([200, size, true])
    }
    expect((await get(port, '/small/1')).body).toHaveLength(100)
    rmSync(filler)
    await until(() => front.health().problem === undefined, 'there is space again')
    await until(async () => (await get(port, '/large/new')).isWhole && front.health().objects > 0, 'it is kept again')
  })
})
