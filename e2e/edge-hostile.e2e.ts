import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RunningNode } from './helpers/edge-node.ts'
import { GullibleOrigin, type GullibleRequest } from './helpers/gullible-origin.ts'
import { type HostileNode, sendBytes, startHostileNode } from './helpers/hostile-node.ts'
import { sendRawHttp2 } from './helpers/raw-http2.ts'
import { skipBecause } from './helpers/skip.ts'
import { smugglingRequests } from './helpers/smuggling.ts'
import { until } from './helpers/until.ts'

const hasNginx = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].some((file) => existsSync(file))

const answer = (body: string, headers = ''): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`
/** What makes an admin of whoever sends it from the host's own machine, past all proxies. */
const takeOver = [
  'POST /api/v1/tokens HTTP/1.1',
  'Host: 127.0.0.1',
  'Content-Type: application/json',
  'Content-Length: 36',
  '',
  '{"label":"smuggled","role":"admin"} ',
].join('\r\n')

describe('a node whose viewers are hostile', () => {
  let all: HostileNode
  let bare: RunningNode
  const portOf = ({ http }: Pick<RunningNode, 'http'>): number => Number(new URL(http).port)
  const tokens = async (): Promise<number> => (await all.host.api('GET', '/tokens')).body.items.length

  beforeAll(async () => {
    if (!hasNginx) return
    all = await startHostileNode('edge-hostile', {
      shop: [
        { path: '/api/', cache: 'off' },
        { path: '/closed/', denyAddresses: ['127.0.0.0/8'] },
        { path: '/images/', images: { widths: [100], formats: ['webp'] } },
      ],
      other: [
        { path: '/images/', denyAddresses: ['127.0.0.0/8'] },
        { path: '/function/', denyAddresses: ['127.0.0.0/8'] },
        { path: '/every/', denyAddresses: ['127.0.0.0/8'] },
      ],
    })
    bare = await all.bare()
  }, 120_000)
  afterAll(() => all?.stop())
  beforeEach((context) => {
    if (!hasNginx) skipBecause(context, 'nginx is not installed')
    for (const origin of [all.shop, all.other]) {
      origin.requests.length = 0
      origin.answer = (_, socket) => void socket.write(answer('ok'))
    }
  })

  it.each([
    ['length', '/api/x'],
    ['chunks', '/api/x'],
    ['length', '/kept/x'],
    ['chunks', '/kept/x'],
  ] as const)('end at nginx with all that an origin could take for another request (reading by %s, %s)', async (reading, path) => {
    all.shop.reading = reading
    const texts = smugglingRequests(path).map((text) => text.replaceAll('Host: 127.0.0.1\r\n', 'Host: shop.example\r\n'))
    const ofViewers = () => all.shop.requests.filter(({ headers }) => headers.host !== 'shop.origin.example')
    // an origin without nginx before it falls for them
    const alone = await GullibleOrigin.open()
    alone.reading = reading
    for (const text of texts) void sendBytes(Number(new URL(alone.url).port), text)
    await until(() => alone.requests.some(({ target }) => target === '/api/v1/tokens'), 'a request within a request')
    alone.stop()
    for (let at = 0; at < texts.length; at += 8)
      await Promise.all(texts.slice(at, at + 8).map((text) => sendBytes(portOf(all.node), text, /\r\n\r\n/)))
    // whatever came in between, it is answered as what it is
    expect(await all.get('/api/last')).toMatchObject({ status: 200, body: 'ok' })
    // what nginx sends has the host name of the origin: the others are of a viewer's own making
    expect(ofViewers()).toEqual([])
    expect(all.shop.requests.at(-1)?.target).toBe('/api/last')
  })

  it('end at nginx over HTTP/2, too: headers that belong to HTTP/1.1, and lines inside of headers', async () => {
    const { https } = all.node
    const port = Number(new URL(String(https)).port)
    const inside = 'GET /closed/inside HTTP/1.1\r\nHost: shop.example\r\n\r\n'
    const plain = (path: string) =>
      [
        [':method', 'POST'],
        [':scheme', 'https'],
        [':authority', 'shop.example'],
        [':path', path],
      ] as (readonly [string, string])[] // prettier-ignore
    const odd: (readonly [string, string])[] = [
      ['transfer-encoding', 'chunked'],
      ['content-length', '0'],
      ['connection', 'upgrade'],
      ['upgrade', 'h2c'],
      ['host', 'other.example'],
      ['x', `a\r\n\r\n${inside}`],
      ['x', `a\n${inside}`],
      [`x: a\r\n\r\n${inside}y`, 'b'],
    ]
    for (const reading of ['length', 'chunks'] as const) {
      all.shop.reading = reading
      for (const header of odd) await sendRawHttp2(port, [...plain('/api/two'), header], `0\r\n\r\n${inside}`)
      for (const path of [`/api/two HTTP/1.1\r\nHost: shop.example\r\n\r\n${inside}`, `/api/two ${inside}`, 'api/two', '*'])
        await sendRawHttp2(port, plain(path))
    }
    expect(await sendRawHttp2(port, plain('/api/last'), 'x')).toBe('answered')
    expect(all.shop.requests.filter(({ target }) => !['/api/two', '/api/last'].includes(target))).toEqual([])
    expect(all.shop.requests.at(-1)?.target).toBe('/api/last')
    expect(all.other.requests).toEqual([])
  })

  it('become nobody else at the host, through nginx or without it, whatever they upgrade to', async () => {
    const mine = await tokens()
    // who is at the host itself is an admin there: it is what the others are after
    await sendBytes(all.host.httpPort, takeOver, /\r\n\r\n/)
    expect(await tokens()).toBe(mine + 1)
    const attacks: (() => Promise<string>)[] = []
    for (const path of ['/live/show/signal', '/live/show/whep', '/live/show.flv', '/api/v1/time', '/api/v1/network/edge/link', '/x']) {
      const texts = smugglingRequests(path).map((text) => text.replace(/X-Streams-Client: .*\r\n/g, ''))
      for (const protocol of ['h2c', 'websocket', 'other', 'websocket, h2c'])
        for (const more of ['', 'Content-Length: 5\r\n', 'Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: x\r\n'])
          texts.push(
            `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n${more}\r\n${takeOver}${takeOver}`,
          )
      for (const port of [portOf(all.node), portOf(bare)]) attacks.push(...texts.map((text) => () => sendBytes(port, text, /\r\n\r\n/)))
    }
    for (let at = 0; at < attacks.length; at += 100) await Promise.all(attacks.slice(at, at + 100).map((attack) => attack()))
    expect(await tokens()).toBe(mine + 1)
    for (const { log } of [all.node, bare]) expect(log.filter((line) => /"level":"(?:error|fatal)"/.test(line))).toEqual([])
  })

  it('get no tunnel past the rules: nothing but a WebSocket becomes one', async () => {
    all.shop.answer = ({ headers: { upgrade }, target }, socket) => {
      const isWanted = upgrade !== undefined && target !== '/api/not'
      socket.write(isWanted ? `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n` : answer('ok'))
    }
    const behind = 'GET /closed/x HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n'
    const upgrade = (path: string, protocol: string): string =>
      `GET ${path} HTTP/1.1\r\nHost: shop.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`
    for (const [path, protocol] of [
      ['/api/x', 'h2c'],
      ['/api/x', 'websocket, h2c'],
      ['/api/x', 'TLS/1.0'],
      // an origin that does not want to, and a path that is kept
      ['/api/not', 'websocket'],
      ['/kept/socket', 'websocket'],
    ] as const) {
      const text = await all.send(upgrade(path, protocol) + behind)
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
      expect([path, protocol, ...statuses]).toEqual([path, protocol, '200', '403'])
    }
    expect(all.shop.requests.filter(({ target }) => target.startsWith('/closed/'))).toEqual([])
    expect(await sendBytes(portOf(all.node), upgrade('/api/socket', 'WebSocket'), /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 101 /)
  })

  it('cannot name one site and be judged by the rules of another one', async () => {
    const code = "export default { fetch: async (request) => new Response('made of ' + (await (await fetch(request)).text())) }"
    for (const [name, route] of [
      ['shop', 'shop.example/function/*'],
      ['every', '/every/*'],
    ])
      await all.host.api('PUT', `/network/functions/${name}`, { main: 'main.js', files: { 'main.js': code }, routes: [route] })
    for (const path of ['/function/', '/every/'])
      await until(async () => (await all.get(`${path}first`)).body === 'made of ok', `the function at ${path}`)
    all.shop.requests.length = 0
    all.shop.answer = (_, socket) => void socket.write(answer('shop', 'Content-Type: text/plain\r\n'))
    for (const target of ['/images/a.gif?w=100', '/function/x', '/every/x'])
      expect([target, (await all.get(target, '', 'other.example')).status]).toEqual([target, 403])
    // by a target with a host, which goes before that of the header
    expect((await all.get('http://shop.example/images/a.gif?w=100', '', 'other.example')).status).toBe(415)
    expect((await all.get('http://shop.example/function/x', '', 'other.example')).body).toBe('made of shop')
    expect((await all.get('http://other.example/every/x')).status).toBe(403)
    // by a name that is the other's only where a URL is read of it
    for (const host of ['x@other.example', '%6fther.example', 'other.example\\', 'other.example?', 'other.example#', 'x:y@other.example'])
      await all.get('/every/x', '', host)
    expect(all.other.requests).toEqual([])
    // nor leave a function out
    for (const host of ['shop.example.', 'SHOP.EXAMPLE:81', 'shop.example.:81'])
      expect([host, (await all.get('/function/x', '', host)).body]).toEqual([host, 'made of shop'])
    for (const name of ['shop', 'every']) await all.host.api('DELETE', `/network/functions/${name}`)
  })

  it('change nothing of what others get, by headers, bodies, methods and hosts that are not in the key', async () => {
    all.shop.answer = ({ method, head, body }, socket) =>
      void socket.write(answer(`${method} ${head} ${body}`, 'Cache-Control: max-age=600\r\n'))
    const clean = (await all.get('/clean')).body.replace('/clean', '')
    const evil = [
      'X-Forwarded-Host: evil.example\r\n',
      'X-Forwarded-Scheme: http\r\nX-Forwarded-Proto: evil\r\n',
      'X-Original-URL: /evil\r\nX-Rewrite-URL: /evil\r\n',
      'X-HTTP-Method-Override: DELETE\r\nX-Method-Override: evil\r\n',
      'Cookie: evil=1\r\nAuthorization: Basic evil\r\n',
      'User-Agent: evil\r\nReferer: evil\r\nOrigin: https://evil.example\r\n',
      'Accept: evil/evil\r\nAccept-Language: evil\r\nAccept-Encoding: evil\r\n',
      'Content-Type: evil\r\nContent-Length: 4\r\n\r\nevil',
      'Transfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n',
      'If-None-Match: "evil"\r\nIf-Match: "evil"\r\nIf-Range: "evil"\r\nRange: bytes=5-6\r\n',
      'Range: bytes=0-0,2-3,1-9\r\n',
      'Expect: 100-continue\r\nMax-Forwards: 0\r\nTE: trailers\r\n',
      `X-Large: ${'evil'.repeat(3000)}\r\n`,
    ]
    for (const [at, more] of evil.entries()) {
      const target = `/poison/${at}`
      await all.get(target, more)
      expect([more, (await all.get(target)).body.replace(target, '')]).toEqual([more, clean])
    }
    for (const [at, host] of ['shop.example:666', 'SHOP.example', 'shop.example.'].entries()) {
      await all.get(`/host/${at}`, '', host)
      expect([host, (await all.get(`/host/${at}`)).body.replace(`/host/${at}`, '')]).toEqual([host, clean])
    }
    for (const method of ['HEAD', 'POST', 'TRACE', 'PURGE', 'GETX']) {
      await all.send(`${method} /method/${method} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nContent-Length: 4\r\n\r\nevil`)
      expect((await all.get(`/method/${method}`)).body.replace(`/method/${method}`, '')).toBe(clean)
    }
  })

  it('lead an origin to no other path where everything of a request reaches it', async () => {
    const headers = [
      'X-Original-URL',
      'X-Rewrite-URL',
      'X-Forwarded-Prefix',
      'X-Forwarded-Port',
      'X-Original-Host',
      'X-Client-IP',
      'Forwarded',
    ]
    await all.get('/api/x', `${headers.map((name) => `${name}: /closed/x\r\n`).join('')}X-Own: 1\r\n`)
    const { head = '' } = all.shop.requests[0] ?? {}
    expect(head).toContain('X-Own: 1')
    expect(head).not.toContain('/closed/')
    for (const target of [
      '/x#/closed/',
      '/signed/a#b',
      '/closed%2fx',
      '//closed/x',
      '/closed/./x',
      '/closed/%2e/x',
      '/a/..;/closed/x',
      '/a%2f..%2fclosed/x',
    ])
      expect([target, (await all.get(target)).status >= 400]).toEqual([target, true])
    expect(all.shop.requests).toHaveLength(1)
  })

  it('get nothing of what was meant for somebody who signed in, by whatever name it was asked for', async () => {
    const isSignedIn = ({ headers }: GullibleRequest): boolean => (headers.cookie ?? headers.authorization) !== undefined
    all.shop.answer = (request, socket) =>
      void socket.write(answer(isSignedIn(request) ? 'secret' : 'nobody', 'Cache-Control: public, max-age=600\r\n'))
    const targets = [
      '/me',
      '/me/x.css',
      '/me;x.css',
      '/me%3bx.css',
      '/me%2fx.css',
      '/me.css',
      '/me%00.css',
      '/me%0a.css',
      '/me%23.css',
      '/me?x.css',
      '/me/.',
      '/me.',
      '/api/me',
      '/api/me/x.css',
      '/api/me;.mp4',
      '/images/me?w=100&format=webp',
    ] // prettier-ignore
    const lines = 'Cookie: session=1\r\nAuthorization: Bearer 1\r\n'
    for (const target of targets) {
      const { status, body } = await all.get(target, lines)
      // the origin knows who it is only where nothing is kept
      if (target.startsWith('/api/')) expect([target, status, body]).toEqual([target, 200, 'secret'])
      else expect([target, body]).not.toEqual([target, 'secret'])
      for (const again of ['', 'Range: bytes=0-5\r\n', 'Accept-Encoding: br\r\n'])
        expect([target, (await all.get(target, again)).body]).not.toEqual([target, 'secret'])
    }
  })

  it('keep nothing from a purge by another spelling of a URL', async () => {
    let version = 1
    all.shop.answer = (_, socket) => void socket.write(answer(`v${version}`, 'Cache-Control: max-age=600\r\nVary: Accept-Encoding\r\n'))
    const spellings: (readonly [target: string, more?: string, host?: string])[] = [
      ['/a/file%20x'],
      ['/%61/file%20x'],
      ['/a//file%20x'],
      ['//a/%66ile%20x'],
      ['/a/file%20x', 'Accept-Encoding: gzip\r\n'],
      ['/a/file%20x', 'Accept-Encoding: br\r\n'],
      ['/a/file%20x', '', 'SHOP.example:81'],
      ['/a/file%20x', '', 'shop.example.'],
      ['http://shop.example/a/file%20x'],
      ['/a%2Ffile%20x'],
      ['/a%2ffile%20x'],
    ]
    const bodies = async (): Promise<string[]> => await Promise.all(spellings.map(async (each) => (await all.get(...each)).body))
    for (const hosts of ['shop.example', 'SHOP.example.:443']) {
      await bodies()
      expect(new Set(await bodies())).toEqual(new Set([`v${version}`]))
      version++
      // a slash that is part of a name is another one
      const urls = ['/a/file%20x', '/a%2ffile%20x'].map((path) => `https://${hosts}${path}`)
      await all.host.api('POST', '/network/cache/purge', { urls, hard: true })
      expect(new Set(await bodies())).toEqual(new Set([`v${version}`]))
    }
  })

  it('fill no disk with bodies that mean nothing', async () => {
    const length = 4 * 2 ** 20
    const text = await all.send(`GET /kept/body HTTP/1.1\r\nHost: shop.example\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`)
    expect(text).toMatch(/^(?:HTTP\/1\.1 413 |$)/)
    expect(readdirSync(join(all.folder, 'cache', 'temporary', 'client_body'))).toEqual([])
    expect(all.node.log.filter((line) => line.includes('buffered to a temporary file'))).toEqual([])
    expect(all.shop.requests).toEqual([])
  })

  it('go in no circle, and tell origins of kept paths nothing by the header that ends one', async () => {
    const loopAt = () => /^cdn-loop: (.*)$/im.exec(all.shop.requests.at(-1)?.head ?? '')?.[1]
    const ask = async (path: string, loop: string) => (await all.get(path, loop === '' ? '' : `CDN-Loop: ${loop}\r\n`)).status
    const passes = (count: number): string => Array(count).fill('ami-streams').join(', ')
    for (const [loop, passed, counted] of [
      ['', passes(1), passes(1)],
      ['cdn.example; a=1', `cdn.example; a=1, ${passes(1)}`, passes(1)],
      ['x, AMI-Streams;v=1, y', `x, AMI-Streams;v=1, y, ${passes(1)}`, passes(2)],
      [passes(7), passes(8), passes(8)],
    ] as const) {
      expect([loop, await ask('/api/loop', loop), loopAt()]).toEqual([loop, 200, passed])
      expect([loop, await ask(`/kept/loop-${loop.length}`, loop), loopAt()]).toEqual([loop, 200, counted])
    }
    // a proxy between may have written a line of its own before those that it was sent
    for (const first of ['cdn.example', '']) {
      const lines = `CDN-Loop: ${first}\r\ncdn-loop: ${passes(3)}\r\nCDN-Loop: ${passes(1)}\r\n`
      expect([(await all.get('/api/loop', lines)).status, loopAt()]).toEqual([200, `${first}, ${passes(5)}`])
      expect([(await all.get(`/kept/lines-${first}`, lines)).status, loopAt()]).toEqual([200, passes(5)])
    }
    all.shop.requests.length = 0
    const { status: ofLines } = await all.get('/api/loop', `CDN-Loop: x\r\nCDN-Loop: ${passes(5)}\r\nCDN-Loop: ${passes(3)}\r\n`)
    expect([ofLines, all.shop.requests]).toEqual([508, []])
    for (const loop of [passes(8), `${'a, '.repeat(100)}${passes(9)}`]) {
      const { status, body } = await all.get('/api/loop', `CDN-Loop: ${loop}\r\n`)
      expect([status, body]).toEqual([508, expect.stringContaining('leads back')])
    }
    expect(all.shop.requests).toEqual([])
  })

  it('send functions no body without end', async () => {
    const code = 'export default { fetch: async (request) => new Response("got " + (await request.text()).length) }'
    await all.host.api('PUT', '/network/functions/upload', { main: 'main.js', files: { 'main.js': code }, routes: ['shop.example/upload'] })
    const post = (head: string, body: string) =>
      all.send(`POST /upload HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n${head}\r\n\r\n${body}`)
    const megabyte = 'x'.repeat(2 ** 20)
    const fits = () => post(`Content-Length: ${2 ** 20}`, megabyte)
    await until(async () => (await fits()).includes('got 1048576'), 'the function answers')
    for (const [head, body] of [
      [`Content-Length: ${2 ** 20 + 1}`, `${megabyte}x`],
      [`Content-Length: ${2 ** 40}`, megabyte.repeat(3)],
      ['Transfer-Encoding: chunked', `100000\r\n${megabyte}\r\n`.repeat(5)],
    ] as const)
      expect([head, await post(head, body)]).toEqual([head, expect.stringMatching(/^(?:HTTP\/1\.1 413 |$)/)])
    expect(await fits()).toContain('got 1048576')
    expect(readdirSync(join(all.folder, 'cache', 'temporary', 'client_body'))).toEqual([])
    await all.host.api('DELETE', '/network/functions/upload')
  })
})
