import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { judgeBy } from './judged-connection.ts'
import { type JudgedProxy, openJudgedProxy } from './judged-proxy.ts'
import type { LookupNames } from './network-policy.ts'
import { isOverlayPath } from './own-pages.ts'

let server: Server
let port: number
let hits: IncomingMessage[]
let proxy: JudgedProxy | undefined

beforeAll(async () => {
  server = createServer((request, response) => {
    hits.push(request)
    if (request.url === '/list.m3u8') response.end('#EXTM3U\nhttps://cdn.example/one.ts\n')
    else if (request.url === '/away') response.writeHead(302, { location: 'https://cdn.example/' }).end()
    else response.writeHead(200, { 'x-asked': request.url }).end(`${request.method} ${request.headers.host}`)
  })
  server.on('upgrade', (request, socket, head) => {
    hits.push(request)
    socket.on('error', () => undefined)
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n')
    socket.write(head)
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
beforeEach(() => {
  hits = []
})
afterEach(() => {
  proxy?.stop()
  proxy = undefined
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** A name server that knows two names of this machine. */
const dnsDouble: LookupNames = async (host) => {
  if (!['open.example', 'inner.example', 'localhost'].includes(host)) throw new Error(`getaddrinfo ENOTFOUND ${host}`)
  return [{ address: '127.0.0.1', family: 4 }]
}

async function open({ limited = true, own = [] as number[], ownHttps = [] as number[] } = {}): Promise<JudgedProxy> {
  const policy = { editorHosts: ['open.example'], ownHttpPorts: own, ownHttpsPorts: ownHttps }
  proxy = await openJudgedProxy({
    judge: judgeBy(() => policy, limited, dnsDouble),
    translator: { toOrigin: (url) => url, toProgram: (text) => text.replace('https://cdn.example', 'http://by-name.example') },
  })
  return proxy
}

/** Asks the proxy for a URL, or for a path of its own. */
function ask(
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = 'GET',
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = requestHttp({ host: '127.0.0.1', port: proxy?.port, path, method, headers, agent: false }, (reply) => {
      let text = ''
      reply.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text }))
      reply.on('error', reject)
    })
    asking.on('error', reject)
    asking.end(method === 'POST' ? 'body' : undefined)
  })
}

/** What comes back on a connection by CONNECT, for what is said on it. */
function tunnel(authority: string, say: string, until: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(proxy?.port ?? 0, '127.0.0.1')
    let text = ''
    let said = false
    socket.on('connect', () => socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`))
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (!said && text.startsWith('HTTP/1.1 200')) {
        said = true
        socket.write(say)
      }
      if (until.test(text)) socket.destroy()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

describe('a program behind the proxy', () => {
  it('reaches what its user may, marked, by the IP addresses that were judged', async () => {
    await open()
    expect(await ask(`http://open.example:${port}/a?b=c`, { 'proxy-connection': 'keep-alive', 'x-own': 'kept' })).toMatchObject({
      status: 200,
      text: `GET open.example:${port}`,
      headers: { 'x-asked': '/a?b=c' },
    })
    expect(hits[0]?.headers).toMatchObject({ 'x-own': 'kept', via: expect.stringContaining('ami-streams') })
    expect(hits[0]?.headers).not.toHaveProperty('proxy-connection')
    expect((await ask(`http://open.example:${port}/`, {}, 'POST')).text).toBe(`POST open.example:${port}`)
    const said = await tunnel(`open.example:${port}`, `GET /t HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`, /GET x$/)
    expect(said).toMatch(/^HTTP\/1\.1 200 OK\r\n\r\nHTTP\/1\.1 200 OK/)
  })

  it('is denied the rest by request and by CONNECT, with the reason', async () => {
    const { takeRejection } = await open()
    for (const host of [`inner.example:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, '169.254.169.254']) {
      expect(await ask(`http://${host}/`), host).toMatchObject({
        status: 403,
        text: expect.stringMatching(/is not on the public internet/),
      })
      expect(await tunnel(host, 'x', /internet/), host).toMatch(/^HTTP\/1\.1 403 .*is not on the public internet/s)
    }
    expect(takeRejection()).toMatch(/169\.254\.169\.254 is not on the public internet/)
    expect(takeRejection()).toBeUndefined()
    expect((await ask('http://gone.example/')).status).toBe(502)
    expect(hits).toEqual([])
  })

  it('comes to no other host by asking the proxy as if it were a server', async () => {
    await open({ limited: false })
    expect((await ask('/', { host: `127.0.0.1:${port}` })).status).toBe(403)
    expect((await ask('ftp://open.example/')).status).toBe(403)
    expect(hits).toEqual([])
  })

  it('is translated URLs of redirects and playlists', async () => {
    await open()
    expect((await ask(`http://open.example:${port}/list.m3u8`)).text).toBe('#EXTM3U\nhttp://by-name.example/one.ts\n')
    expect((await ask(`http://open.example:${port}/away`)).headers.location).toBe('http://by-name.example/')
  })
})

describe('a page that an admin named', () => {
  it('never counts as the owner of this host: over HTTP, in a tunnel, by WebSocket', async () => {
    await open({ limited: false, own: [port] })
    await ask('/api', { host: `localhost:${port}` })
    await ask(`http://localhost:${port}/api`)
    await tunnel(`127.0.0.1:${port}`, `GET /api HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`, /GET 127\.0\.0\.1:\d+$/)
    const upgrade = `GET /events HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`
    expect(await tunnel(`127.0.0.1:${port}`, `${upgrade}hello`, /hello$/)).toMatch(/101 Switching Protocols.*hello$/s)
    expect(hits.map(({ url }) => url)).toEqual(['/api', '/api', '/api', '/events'])
    for (const { headers } of hits) expect(headers.via).toContain('ami-streams')
  })

  it.each([
    ['GET', 'h2c'],
    ['POST', 'websocket'],
  ])('stays unable to act as the owner behind %s with Upgrade: %s, which is not a WebSocket', async (method, protocol) => {
    const { port: proxyPort } = await open({ limited: false, own: [port] })
    const head = `host: 127.0.0.1:${port}\r\n`
    const socket = connect(proxyPort, '127.0.0.1')
    let said = ''
    socket
      .on('error', () => undefined)
      .on('data', (bytes) => {
        said += bytes
      })
    socket.write(`${method} /first HTTP/1.1\r\n${head}content-length: 0\r\nconnection: upgrade\r\nupgrade: ${protocol}\r\n\r\n`)
    await expect.poll(() => said).toContain('HTTP/1.1')
    socket.write(`GET /second HTTP/1.1\r\n${head}\r\n`)
    await expect.poll(() => hits.map(({ url }) => url)).toEqual(['/first', '/second'])
    socket.destroy()
    for (const { headers } of hits) expect(headers.via).toContain('ami-streams')
  })

  it('does not reach this host by HTTPS, where its requests could not be marked', async () => {
    await open({ limited: false, ownHttps: [port] })
    expect(await tunnel(`localhost:${port}`, 'x', /owner/)).toMatch(/^HTTP\/1\.1 403 .*open its pages by http/s)
  })
})

describe('a page that an editor named', () => {
  it('reaches overlays of this host and their files, and nothing else of it', async () => {
    const policy = { editorHosts: [], ownHttpPorts: [port], ownHttpsPorts: [] }
    const own = { host: `127.0.0.1:${port}`, judge: judgeBy(() => policy, false, dnsDouble), mayAsk: isOverlayPath }
    proxy = await openJudgedProxy({ judge: judgeBy(() => policy, true, dnsDouble), own })
    const at = `http://127.0.0.1:${port}`
    for (const path of ['/overlay/abcdef?token=x', '/assets/overlay-1a.js']) expect((await ask(at + path)).status, path).toBe(200)
    const denied = [
      '/',
      '/api/v1/studio',
      '/overlay',
      '/overlay/abcdef/../../api/v1/studio',
      '/overlay/%2e%2e/api/v1/studio',
      '/assets/../api/v1/studio',
      '/api/v1/studio/overlay-feed/',
    ]
    for (const path of denied) expect((await ask(at + path)).status, path).toBe(403)
    // By the name of another host that is this machine, and as if the proxy were the host.
    expect((await ask(`http://localhost:${port}/overlay/abcdef`)).status).toBe(403)
    expect((await ask('/api/v1/studio', { host: `127.0.0.1:${port}` })).status).toBe(403)
    const upgrade = (path: string): string =>
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`
    const feed = '/api/v1/studio/overlay-feed?id=abcdef&token=x'
    expect(await tunnel(`127.0.0.1:${port}`, `${upgrade(feed)}hello`, /hello$/)).toMatch(/101 Switching Protocols.*hello$/s)
    expect(await tunnel(`127.0.0.1:${port}`, upgrade('/api/v1/events'), /internet/)).toMatch(/ 403 /)
    expect(await tunnel(`127.0.0.1:${port}`, upgrade('/overlay/abcdef/../../api/v1/events'), /internet/)).toMatch(/ 403 /)
    expect(hits.map(({ url }) => url)).toEqual(['/overlay/abcdef?token=x', '/assets/overlay-1a.js', feed])
    for (const { headers } of hits) expect(headers.via).toContain('ami-streams')
  })
})
