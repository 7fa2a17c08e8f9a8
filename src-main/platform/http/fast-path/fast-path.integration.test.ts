import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { integersFrom } from '../../../formats/testing/random.ts'
import { loadCertificate } from '../../certificate.ts'
import type { Logger } from '../../logger.ts'
import { clientOf } from '../client.ts'
import { ClientLimits } from '../client-limits.ts'
import { createHttpServers } from '../http-servers.ts'
import { readTrustedProxies } from '../trusted-proxies.ts'
import type { FastRequest } from './fast-request.ts'
import type { FastResponse } from './fast-response.ts'
import { SharedAnswer } from './shared-answer.ts'

type SomeRequest = IncomingMessage | FastRequest
type SomeResponse = ServerResponse | FastResponse

const shared = new SharedAnswer({ 'content-type': 'text/plain', 'content-length': 6 }, Buffer.from('shared'))

/** Sends what the path names, as media are sent: whole, in chunks, in pieces. */
function answer(request: SomeRequest, response: SomeResponse): void {
  const { url = '', method, headers } = request
  if (url.startsWith('/live/chunked')) {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write(Buffer.from('one,'))
    response.end(Buffer.from('two'))
  } else if (url.startsWith('/live/pieces')) {
    response.writeHead(206, { 'content-length': 6, 'content-range': 'bytes 0-5/9' })
    response.cork()
    response.write(Buffer.from('abc'))
    response.write(Buffer.from('def'))
    response.end()
    response.uncork()
  } else if (url.startsWith('/live/unchanged')) {
    response.writeHead(304, { etag: '"x"' })
    response.end()
  } else if (url.startsWith('/live/nothing')) {
    response.writeHead(204, {})
    response.end()
  } else if (url.startsWith('/live/shared')) {
    if ('sendShared' in response && response.sendShared(shared)) return
    response.writeHead(200, shared.headers)
    response.end(method === 'HEAD' ? undefined : shared.body)
  } else if (url.startsWith('/live/fails')) {
    throw new Error('a fault of ours')
  } else {
    const { remoteAddress, encrypted } = clientOf(request)
    const body = Buffer.from(JSON.stringify({ method, url, headers, remoteAddress, encrypted }))
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(method === 'HEAD' ? undefined : body)
  }
}

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet } as unknown as Logger

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ami-fast-path-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function start(
  isFast: boolean,
  more: { headersTimeoutMs?: number; answer?: typeof answer; secure?: boolean; proxies?: string } = {},
) {
  const logged: string[] = []
  let fast = 0
  /** What was read of each connection, by the client's port. */
  const read = new Map<number, string[]>()
  const used = (request: SomeRequest, response: SomeResponse): void => {
    const { method, url, headers, socket } = request
    const port = socket.remotePort ?? 0
    read.set(port, [...(read.get(port) ?? []), JSON.stringify([method, url, headers])])
    ;(more.answer ?? answer)(request, response)
  }
  const servers = createHttpServers({
    bind: '127.0.0.1',
    httpPort: 0,
    httpsPort: more.secure === true ? 0 : 'off',
    certificate: async () => loadCertificate({ dir: makeFolder(), bind: '127.0.0.1', certFile: '', keyFile: '', logger: quiet }),
    maxConnections: 200,
    clients: new ClientLimits(
      { connections: 100, eventStreams: 1, waitingRequests: 1, flvPlayers: 1, webSockets: 1 },
      { warn: () => undefined },
    ),
    proxies: readTrustedProxies(more.proxies ?? ''),
    headersTimeoutMs: more.headersTimeoutMs ?? 60_000,
    onRequest: used,
    ...(isFast
      ? {
          onFastRequest: (request: FastRequest, response: FastResponse) => {
            if (!request.url.startsWith('/live/')) return false
            fast++
            used(request, response)
            return true
          },
        }
      : {}),
    onUpgrade: (_request, socket) => socket.end('HTTP/1.1 418 Upgrade\r\n\r\n'),
    log: { warn: () => undefined, error: (_fields, message) => void logged.push(String(message)) },
  })
  const { httpPort, httpsPort } = await servers.start()
  onTestFinished(() => servers.stop(0))
  return { httpPort, httpsPort: httpsPort ?? 0, servers, logged, read, fast: () => fast }
}

/** What comes back for texts that are sent one after the other, each once something has come for the one before, until the connection closes. */
function exchange(
  port: number,
  texts: readonly (string | Buffer)[],
  open: () => Socket = () => connect(port, '127.0.0.1'),
): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const left = [...texts]
    const socket = open()
    const next = (): void => {
      const text = left.shift()
      if (text === undefined) socket.end()
      else socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
    }
    socket.once('connect', next)
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
      next()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(heard.replaceAll(/^Date: .*$/gm, 'Date')))
    setTimeout(() => socket.end(), 3000).unref()
  })
}

const get = (path: string, more = '', method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: test/1\r\n${more}\r\n`

describe('the fast path', () => {
  it('sends the bytes that the HTTP server of Node sends', async () => {
    const [fast, full] = [await start(true), await start(false)]
    for (const path of ['/live/chunked', '/live/pieces', '/live/unchanged', '/live/nothing', '/live/shared', '/live/a?b=c&d=%20~'])
      for (const method of ['GET', 'HEAD']) {
        const sent = [get(path, 'Accept: */*\r\nX-A:  b c\t\r\n', method), get(path, '', method)]
        const [ours, nodes] = await Promise.all([exchange(fast.httpPort, sent), exchange(full.httpPort, sent)])
        expect(ours).toBe(nodes)
        expect(ours.match(/HTTP\/1\.1 [23]/g)).toHaveLength(2)
      }
    expect(fast.fast()).toBe(24)
  })

  it('answers requests that come at once in their order, and gives the connection away at the first that is not plain', async () => {
    const [fast, full] = [await start(true), await start(false)]
    const post = 'POST /live/c HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc'
    const sent = [get('/live/a') + get('/live/chunked') + post + get('/live/d') + get('/other')]
    const whole = async (port: number): Promise<string> => {
      const socket = connect(port, '127.0.0.1')
      let heard = ''
      socket.write(sent[0] as string)
      socket.on('data', (bytes) => {
        heard += bytes.toString()
      })
      await expect.poll(() => heard).toContain('"/other"')
      socket.destroy()
      return heard.replaceAll(/^Date: .*$/gm, 'Date')
    }
    expect(await whole(fast.httpPort)).toBe(await whole(full.httpPort))
    expect(fast.fast()).toBe(2)
  })

  it('answers a thousand requests that come at once', async () => {
    const { httpPort } = await start(true)
    const heard = await exchange(httpPort, [`${get('/live/a')}${'GET /live/shared HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000)}`])
    expect(heard.match(/\r\n\r\nshared/g)).toHaveLength(1000)
  })

  it('reads no request differently from the HTTP server of Node', async () => {
    const [fast, full] = [await start(true), await start(false)]
    const random = integersFrom(Number(process.env.FUZZ_SEED ?? 7))
    const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T
    const smuggled = 'GET /live/smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
    const odd = [
      ...[
        `Content-Length: ${smuggled.length}\r\n`,
        'Content-Length: 0\r\n',
        'Content-Length: -1\r\n',
        'Content-Length: 1, 1\r\n',
        'Content-Length:\r\n 5\r\n',
      ],
      ...[
        'Transfer-Encoding: chunked\r\n',
        'Transfer-Encoding : chunked\r\n',
        'Transfer-Encoding: xchunked\r\n',
        'Transfer-Encoding:\x0bchunked\r\n',
        'Transfer-Encoding: identity\r\n',
      ],
      ...[
        'Host: y\r\n',
        'hOST: x\r\n',
        'Host: a b\r\n',
        'Connection: close\r\n',
        'Connection: close, keep-alive\r\n',
        'Connection: Keep-Alive\r\n',
        'Connection: upgrade\r\n',
      ],
      ...[
        'Upgrade: websocket\r\n',
        'Upgrade: h2c\r\n',
        'Expect: 100-continue\r\n',
        'TE: trailers\r\n',
        'Trailer: x\r\n',
        'Keep-Alive: 300\r\n',
      ],
      ...[
        'A: \u00e9\r\n',
        'A\u00e9: x\r\n',
        'A: \u0000\r\n',
        'A: \u0007\r\n',
        ' folded\r\n',
        'A:b\n',
        'A:b\r',
        ': b\r\n',
        'A b: c\r\n',
        'A\r\n',
        '__proto__: x\r\n',
        'constructor: x\r\n',
      ],
      ...[
        'Cookie: a=b\r\n',
        'Cookie: c=d\r\n',
        'Accept: a\r\n',
        'Accept: b\r\n',
        'User-Agent: other\r\n',
        'Range: bytes=0-1\r\n',
        `A: ${'a'.repeat(9000)}\r\n`,
        `B: ${'b'.repeat(17_000)}\r\n`,
      ],
      ...['\r\n', '\n', '\r\n\r\n'],
    ]
    const lines = [
      'GET /live/a HTTP/1.1\r\n',
      'GET /live/a HTTP/1.0\r\n',
      'GET /live/a HTTP/1.2\r\n',
      'GET  /live/a HTTP/1.1\r\n',
      'GET /live/a\r\n',
      'GET http://x/live/a HTTP/1.1\r\n',
    ]
    lines.push(
      'GET /live/a#b HTTP/1.1\r\n',
      'GET /live/\u00e9 HTTP/1.1\r\n',
      'GET /live/a b HTTP/1.1\r\n',
      'get /live/a HTTP/1.1\r\n',
      'OPTIONS * HTTP/1.1\r\n',
      '\r\nGET /live/a HTTP/1.1\r\n',
    )
    lines.push(
      'GET /live/"<>\\^`{|} HTTP/1.1\r\n',
      'HEAD /live/a HTTP/1.1\r\n',
      'GET /live/a HTTP/1.1\n',
      'PRI * HTTP/2.0\r\n',
      'GET /other HTTP/1.1\r\n',
    )
    for (let run = 0; run < 150 * Number(process.env.FUZZ_RUNS ?? 1); run++) {
      let text = run % 3 === 0 ? get('/live/before') : ''
      text += random(3) === 0 ? pick(lines) : (lines[0] as string)
      const headers = ['Host: x\r\n', 'User-Agent: t\r\n']
      for (let count = 1 + random(2); count > 0; count--) headers.splice(random(headers.length + 1), 0, pick(odd))
      text += `${headers.join('')}\r\n`
      if (random(2) === 0) text += smuggled
      // in one piece, in two, or byte by byte as far as the system joins none
      const cut = random(3) === 0 ? random(text.length) : text.length
      const send = (port: number): Promise<string> =>
        new Promise((resolve) => {
          let heard = ''
          let own = 0
          const socket = connect(port, '127.0.0.1', () => {
            own = socket.localPort ?? 0
            for (const { read } of [fast, full]) read.delete(own)
            socket.write(Buffer.from(text.slice(0, cut), 'latin1'))
            setTimeout(() => socket.end(Buffer.from(text.slice(cut), 'latin1')), cut === text.length ? 0 : 5)
          })
          socket.on('data', (bytes) => {
            heard += bytes.toString('latin1')
          })
          socket.on('error', () => undefined)
          socket.on('close', () => {
            const { read } = port === fast.httpPort ? fast : full
            resolve(JSON.stringify({ read: read.get(own), rejected: /HTTP\/1\.1 4../.exec(heard)?.[0], upgraded: heard.includes('418') }))
          })
        })
      const [ours, nodes] = await Promise.all([send(fast.httpPort), send(full.httpPort)])
      expect([text, ours]).toEqual([text, nodes])
    }
    expect(fast.fast()).toBeGreaterThan(10)
  })

  it('ends connections that ask nothing, and leaves slow heads to the server that times them', async () => {
    const { httpPort } = await start(true, { headersTimeoutMs: 300 })
    const [silent, slow] = await Promise.all([
      new Promise((resolve) =>
        connect(httpPort, '127.0.0.1')
          .once('close', () => resolve('closed'))
          .resume(),
      ),
      new Promise((resolve) => {
        let heard = ''
        const socket = connect(httpPort, '127.0.0.1', () => socket.write('GET /live/a HTTP/1.1\r\nHost: x'))
        socket.on('data', (bytes) => {
          heard += bytes.toString()
        })
        socket.on('close', () => resolve(heard))
      }),
    ])
    expect(silent).toBe('closed')
    expect(slow).toContain('408 Request Timeout')
  })

  it('has a handler that fails cost its own connection alone, and a body that is too short break it', async () => {
    const short: typeof answer = (request, response) => {
      if (request.url === '/live/fails') throw new Error('a fault of ours')
      response.writeHead(200, { 'content-length': request.url === '/live/short' ? 5 : 4 })
      response.end(Buffer.from('four'))
    }
    const { httpPort, logged } = await start(true, { answer: short })
    expect(await exchange(httpPort, [get('/live/fails') + get('/live/a')])).toBe('')
    expect(logged).toEqual(['a request handler failed'])
    expect(await exchange(httpPort, [get('/live/short') + get('/live/a')])).not.toContain('four')
    expect(await exchange(httpPort, [get('/live/a')])).toContain('four')
  })

  it('says when a client takes nothing, when it takes more, and when it has left', async () => {
    const said: string[] = []
    let sent = 0
    const { httpPort } = await start(true, {
      answer: (_request, response) => {
        response.writeHead(200, {})
        response.setTimeout(300, () => {
          said.push('stuck')
          response.destroy()
        })
        response.once('close', () => said.push('close'))
        const more = (): void => {
          for (let hasSpace = true; hasSpace && !response.destroyed; sent += 65_536) hasSpace = response.write(Buffer.alloc(65_536))
          if (!response.destroyed) response.once('drain', more)
        }
        more()
      },
    })
    const reader = connect(httpPort, '127.0.0.1', () => reader.write(get('/live/a')))
    reader.on('error', () => undefined)
    let taken = 0
    reader.on('data', (bytes) => {
      taken += bytes.length
      if (taken > 20_000_000) reader.destroy()
    })
    await expect.poll(() => said).toEqual(['close'])
    expect(sent).toBeGreaterThan(19_000_000)
    const stuck = connect(httpPort, '127.0.0.1', () => stuck.write(get('/live/a')))
    stuck.on('error', () => undefined)
    stuck.pause()
    await expect.poll(() => said).toEqual(['close', 'stuck', 'close'])
  })

  it('breaks a connection whose client sends on and on while it waits', async () => {
    let waiting: SomeResponse | undefined
    const { httpPort } = await start(true, {
      answer: (_request, response) => {
        waiting = response
      },
    })
    const socket = connect(httpPort, '127.0.0.1', () => socket.write(get('/live/a')))
    socket.on('error', () => undefined)
    await expect.poll(() => waiting).toBeDefined()
    socket.write(get('/live/a').repeat(200_000))
    await expect.poll(() => waiting?.destroyed).toBe(true)
  })

  it('answers HTTP/1.1 over TLS with Strict-Transport-Security, and leaves HTTP/2 to Node', async () => {
    const { httpsPort, fast } = await start(true, { secure: true })
    const host = 'live.streams.tv'
    const heard = await exchange(
      httpsPort,
      [...['/live/a', '/live/shared'].map((path) => get(path).replace('Host: x', `Host: ${host}`)), get('/live/b')],
      () => connectTls({ port: httpsPort, host: '127.0.0.1', rejectUnauthorized: false }) as unknown as Socket,
    )
    expect(heard.match(/"encrypted":true/g)).toHaveLength(2)
    expect(heard.match(/strict-transport-security: max-age=/g)).toHaveLength(2)
    expect(fast()).toBe(3)
    const session = connectHttp2(`https://127.0.0.1:${httpsPort}`, { rejectUnauthorized: false })
    onTestFinished(() => session.destroy())
    const stream = session.request({ ':path': '/live/a' })
    const [head] = await new Promise<unknown[]>((resolve) => stream.once('response', (...all) => resolve(all)))
    expect((head as { ':status': number })[':status']).toBe(200)
    expect(fast()).toBe(3)
  })

  it('takes the client of a trusted proxy, and nobody else’s word for it', async () => {
    const forwarded = get('/live/a', 'X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n')
    const trusting = await start(true, { proxies: '127.0.0.1' })
    expect(await exchange(trusting.httpPort, [forwarded])).toContain('"remoteAddress":"203.0.113.7","encrypted":true')
    const other = await start(true)
    expect(await exchange(other.httpPort, [forwarded])).toContain('"remoteAddress":"127.0.0.1","encrypted":false')
    // in the name of another process of ours only over the private socket
    const spoofed = get('/live/a', 'X-Streams-Client: s 1 0 1.1 203.0.113.7\r\n')
    expect(await exchange(other.httpPort, [spoofed])).toContain('"remoteAddress":"127.0.0.1"')
    expect(other.fast()).toBe(1)
  })

  it('ends silent connections and those that were answered when the server stops', async () => {
    const { httpPort, servers } = await start(true)
    const socket = connect(httpPort, '127.0.0.1', () => socket.write(get('/live/a')))
    await new Promise((resolve) => socket.once('data', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const startedAt = performance.now()
    await servers.stop(60_000)
    await closed
    expect(performance.now() - startedAt).toBeLessThan(30_000)
  })
})
