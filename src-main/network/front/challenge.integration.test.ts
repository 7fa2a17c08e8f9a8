import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger } from '../../platform/telemetry/logger.ts'
import { defaultLimits } from '../limits/limit-settings.ts'
import type { ChallengeOptions } from './challenge/challenge-pass.ts'
import type { FrontSettings } from './front-settings.ts'
import type { SiteRule } from './nginx/front-options.ts'
import { challengeMark } from './nginx/request-configuration.ts'
import { type Front, startFront } from './start-front.ts'

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

describe.runIf(hasScripts && process.platform === 'linux')('viewers that prove work at nginx', () => {
  let asked = 0
  const origin = createServer(({ url }, response) => {
    asked++
    response.setHeader('cache-control', 'max-age=600').end(`it is ${url}`)
  })
  let folder: string
  let mark: string
  let port: number
  let front: Front
  const challenge: ChallengeOptions = { bits: 10, passSeconds: 600, secrets: ['secret-of-now', 'secret-of-before'] }

  const settings = (given: ChallengeOptions | undefined): FrontSettings => ({
    listen: [{ address: '127.0.0.1', port, tls: false }],
    hstsSeconds: 0,
    compress: false,
    // who asks from here is whom the header names
    trustedProxies: ['127.0.0.1'],
    limits: { connectionsPerAddress: 500, headerSeconds: 2, bodySeconds: 2, sendSeconds: 10, headerBytes: 16_384, bodyBytes: 2 ** 20 },
    requests: { limits: { ...defaultLimits, anonymous: { perMinute: 1, burst: 30 } }, allow: ['192.0.2.0/24'], deny: [], challenge: given },
    cache: { folder: join(folder, 'cache'), maxBytes: 2 ** 30, inactiveSeconds: 86_400 },
    sites: [
      {
        ...{ name: 'default', hosts: [], originHost: 'origin.example', ttlSeconds: 60, ttlByType: {}, missingSeconds: 60 },
        origins: [{ url: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`, weight: 1, backup: false }],
        ...{ languages: [], imageFormats: false },
        rules: [
          { ...plainRule, path: '/programs/', challenge: false },
          { ...plainRule, path: '/pass/', cache: 'off' },
        ],
      },
    ],
    signingKeys: [],
  })

  async function get(path: string, viewer: string, headers: Record<string, string> = {}, method = 'GET') {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers: { 'x-forwarded-for': viewer, ...headers }, agent: false })
    request.end(method === 'POST' ? 'text' : undefined)
    const [response] = await once(request, 'response')
    let body = ''
    for await (const chunk of response.setEncoding('utf8')) body += chunk
    return { status: response.statusCode as number, headers: response.headers, body }
  }
  function solved(puzzle: string): string {
    const bits = Number(puzzle.split('.')[1])
    for (let number = 0; ; number++) {
      const hash = createHash('sha256').update(`${puzzle}.${number}`).digest()
      if (Math.clz32(hash.readUInt32BE(0)) >= bits) return `${puzzle}.${number}`
    }
  }
  const puzzleOf = async (viewer: string, agent = ''): Promise<string> => {
    const { status, body } = await get('/a', viewer, { 'user-agent': agent })
    expect(status).toBe(403)
    return JSON.parse(body).challenge.puzzle
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'challenge-'))
    chmodSync(folder, 0o755)
    origin.listen(0, '127.0.0.1')
    await once(origin, 'listening')
    port = await freePort()
    const marks = join(folder, 'cache/marks')
    mkdirSync(marks, { recursive: true })
    mark = join(marks, challengeMark)
    front = await startFront({ folder: join(folder, 'nginx'), settings: settings(challenge), log: silentLogger })
  })
  afterAll(async () => {
    await front?.stop()
    origin.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('nobody is asked without an attack; in one, browsers get the page and programs the puzzle, and nothing reaches the origin', async () => {
    expect((await get('/a', '203.0.113.1')).status).toBe(200)
    writeFileSync(mark, '')
    const before = asked
    const page = await get('/a', '203.0.113.1', { accept: 'text/html,application/xhtml+xml' })
    expect(page).toMatchObject({ status: 403, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } })
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'nonce-[\w-]{22}'/)
    expect(page.body).not.toContain('__')
    for (const [path, method] of [
      ['/a', 'GET'],
      ['/new', 'GET'],
      ['/pass/x', 'POST'],
      ['/film.mp4', 'GET'],
    ] as const) // prettier-ignore
      expect((await get(path, '203.0.113.1', {}, method)).body).toContain('network.challenged')
    expect((await get('/a', '203.0.113.1', {}, 'HEAD')).status).toBe(403)
    expect(asked).toBe(before)
  })

  it('a pass opens everything: as a cookie and, for programs without cookies, as a header', async () => {
    const pass = solved(await puzzleOf('203.0.113.2', 'Browser/1.0'))
    const agent = { 'user-agent': 'Browser/1.0' }
    expect((await get('/a', '203.0.113.2', { ...agent, cookie: `x=y; ami_pass=${pass}` })).body).toBe('it is /a')
    // an older cookie of the same name, signed by a secret that is gone, comes first
    const stale = pass.replace(/[\w-]{22}/, 'a'.repeat(22))
    expect((await get('/a', '203.0.113.2', { ...agent, cookie: `ami_pass=${stale}; ami_pass=${pass}` })).body).toBe('it is /a')
    expect((await get('/a', '203.0.113.2', { ...agent, cookie: `ami_pass=${stale}` })).status).toBe(403)
    expect((await get('/pass/x', '203.0.113.2', { ...agent, 'challenge-pass': pass }, 'POST')).status).toBe(200)
    expect((await get('/film.mp4', '203.0.113.2', { ...agent, cookie: `ami_pass=${pass}` })).status).toBe(200)
  })

  it('an attacker gains nothing by a pass of somebody else, another program, an older secret, less work, or one that is made up', async () => {
    const puzzle = await puzzleOf('203.0.113.3')
    const pass = solved(puzzle)
    const status = async (given: string, viewer = '203.0.113.3', agent = '') =>
      (await get('/a', viewer, { 'user-agent': agent, 'challenge-pass': given })).status
    expect(await status(pass)).toBe(200)
    expect(await status(pass, '203.0.113.4')).toBe(403)
    expect(await status(pass, '203.0.113.3', 'curl')).toBe(403)
    const [expires = '', bits = '', mac = '', number = ''] = pass.split('.')
    for (const given of [
      puzzle,
      `${puzzle}.`,
      `${puzzle}.x`,
      `${puzzle}.${Number(number) + 1}`,
      `${Number(expires) + 9}.${bits}.${mac}.${number}`,
      `${expires}.0.${mac}.${number}`,
      `${expires}.${bits}.${'A'.repeat(22)}.${number}`,
      `${pass}.1`,
      '9'.repeat(3000),
      '....',
      '%00',
    ])
      expect(await status(given), given.slice(0, 80)).toBe(403)
  })

  it('who is exempt, and what a rule says programs fetch, is not asked', async () => {
    expect((await get('/a', '192.0.2.1')).status).toBe(200)
    expect((await get('/programs/feed.json', '203.0.113.5')).body).toBe('it is /programs/feed.json')
  })

  it('challenges are limited as every request is', async () => {
    const statuses = []
    for (let index = 0; index < 32; index++) statuses.push((await get('/a', '203.0.113.6')).status)
    expect(new Set(statuses.slice(0, 29))).toEqual(new Set([403]))
    expect(statuses.at(-1)).toBe(429)
  })

  it('more work asks again, and after the attack nobody is asked; former scripts, which have secrets, are removed', async () => {
    const pass = solved(await puzzleOf('203.0.113.7'))
    const status = async () => (await get('/a', '203.0.113.7', { 'challenge-pass': pass })).status
    await front.change(settings({ ...challenge, secrets: ['another', 'secret-of-now'] }))
    await delay(300)
    expect(await status()).toBe(200)
    await front.change(settings({ ...challenge, bits: 12 }))
    for (const end = performance.now() + 20_000; (await status()) !== 403; await delay(50)) expect(performance.now()).toBeLessThan(end)
    expect(readdirSync(join(folder, 'nginx')).filter((name) => name.startsWith('challenge-'))).toHaveLength(1)
    rmSync(mark)
    expect(await status()).toBe(200)
    await front.change(settings(undefined))
    expect(readdirSync(join(folder, 'nginx')).filter((name) => name.startsWith('challenge-'))).toHaveLength(0)
  })
})
