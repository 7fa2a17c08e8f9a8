import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { integersFrom } from '../src-main/formats/testing/random.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { smuggled, smugglingRequests, unfinished } from './helpers/smuggling.ts'
import { until } from './helpers/until.ts'
import { workersOf } from './helpers/workers.ts'

interface Connection {
  readonly tcp: Socket
  /** The same, or TLS above it. */
  readonly socket: Socket
  readonly opened: 'connect' | 'secureConnect'
}

/** The same seed makes the same run. */
function generator(seed: number) {
  const random = integersFrom(seed)
  return { random, pick: <T>(list: readonly T[]): T => list[random(list.length)] as T }
}

const targets = [
  '//[',
  '///',
  '//',
  '/',
  '*',
  '//[::1',
  'http://[',
  'http://a:b@[/',
  'x:',
  '/live/show/signal',
  '/live/show/signal?//[',
  '/live/%/signal',
  '/live/%zz/signal?%zz',
  '/live/show/@%/signal',
  '/api/v1/events',
  '/api/v1/events?since=-1&run=%',
  '/api/v1/events?topics=%ff',
  '/api/v1/../../x',
  '/live/show.flv',
  '/%',
  '/?',
  `/${'a'.repeat(9000)}`,
  '[::1]:65536',
  'a:99999999999',
  ':',
]

describe.each([
  ['the host alone', 'off'],
  ['delivery processes', '2'],
])('%s under attack', (_name, processes) => {
  let host: RunningHost
  let token = ''
  let workers: number[] = []
  const pids = (): number[] => [host.process.pid as number, ...workersOf(host, 'delivery-worker')]

  const plain = (): Connection => {
    const tcp = connect(host.httpPort, '127.0.0.1')
    return { tcp, socket: tcp, opened: 'connect' }
  }
  const secure = (...ALPNProtocols: string[]): Connection => {
    const tcp = connect(host.ready.httpsPort as number, '127.0.0.1')
    tcp.on('error', () => undefined)
    return { tcp, socket: connectTls({ socket: tcp, rejectUnauthorized: false, ALPNProtocols }), opened: 'secureConnect' }
  }

  /** Sends bytes over a connection of their own. Resolves with what came back by the time the other side closed, or `enough` had come. */
  const send = (open: () => Connection, text: string, enough = /\r\n\r\n/): Promise<string> =>
    new Promise((resolve) => {
      let heard = ''
      const { socket, opened } = open()
      const end = (): void => {
        socket.destroy()
        resolve(heard)
      }
      socket.once(opened, () => socket.write(text, 'latin1'))
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString('latin1')
        if (enough.test(heard)) end()
      })
      socket.on('error', end)
      socket.on('close', end)
    })

  /** What an admin asks for meanwhile must be what the admin is answered. */
  const askAsAdmin = async (): Promise<void> => {
    const names = Array.from({ length: 6 }, (_, index) => `mine-${index}`)
    const heard = await Promise.all(
      names.map((name) =>
        send(plain, `GET /api/v1/${name} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`, /^$/),
      ),
    )
    for (const [index, text] of heard.entries()) {
      expect(text).toMatch(/^HTTP\/1\.1 404 /)
      expect(text).toContain(names[index])
    }
  }

  const http2 = async (work: (ask: (headers: OutgoingHttpHeaders, body?: string) => Promise<number>) => Promise<void>): Promise<void> => {
    const session = connectHttp2(`https://127.0.0.1:${host.ready.httpsPort}`, { rejectUnauthorized: false })
    session.on('error', () => undefined)
    await work(
      (headers, body) =>
        new Promise((resolve) => {
          const stream = session.request(headers, { endStream: body === undefined })
          let status = 0
          stream.on('response', (answer) => {
            status = Number(answer[':status'])
          })
          stream.on('error', () => undefined)
          stream.on('close', () => resolve(status))
          stream.resume()
          if (body !== undefined) stream.end(body)
        }),
    )
    session.destroy()
  }

  beforeAll(async () => {
    host = await startHost({ name: `attacks-${processes}`, args: ['--auth', 'on', '--delivery-processes', processes] })
    token = JSON.parse(readFileSync(join(host.dataDir, 'host.json'), 'utf8')).token
    if (processes !== 'off') {
      const listening = `streams_delivery_processes ${processes}\n`
      const headers = { authorization: `Bearer ${token}` }
      await until(async () => (await (await fetch(`${host.http}/metrics`, { headers })).text()).includes(listening), 'delivery processes')
    }
    workers = pids()
  })
  afterAll(() => host?.stop())

  it('lets nothing of a stranger become a request of somebody else, over HTTP/1.1 and TLS', async () => {
    await askAsAdmin()
    for (const open of [plain, secure]) {
      for (const path of ['/api/v1/time', '/live/show/index.m3u8']) {
        const texts = smugglingRequests(path)
        for (let at = 0; at < texts.length; at += 8) {
          // several of each: connections are spread over the processes
          await Promise.all(texts.slice(at, at + 8).flatMap((text) => [text, text, text].map((each) => send(open, each))))
          await askAsAdmin()
        }
      }
    }
    const headers = { authorization: `Bearer ${token}` }
    expect(await (await fetch(`${host.http}/api/v1/tokens`, { headers })).text()).not.toContain('smuggled')
  })

  it('lets nothing of a stranger become a request of somebody else, over HTTP/2', async () => {
    for (let round = 0; round < 6; round++) {
      await http2(async (ask) => {
        for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE', 'POST', 'PUT'])
          for (const body of [smuggled, unfinished])
            for (const more of [{}, { 'content-length': body.length }])
              expect(await ask({ ':path': '/api/v1/tokens', ':method': method, ...more }, body)).toBeGreaterThanOrEqual(400)
      })
      await askAsAdmin()
    }
    const headers = { authorization: `Bearer ${token}` }
    expect(await (await fetch(`${host.http}/api/v1/tokens`, { headers })).text()).not.toContain('smuggled')
  })

  it('rejects two Host headers on every front', async () => {
    for (const open of [plain, secure])
      for (const path of ['/', '/api/v1/time', '/live/show/index.m3u8'])
        expect(await send(open, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: elsewhere\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
    await http2(async (ask) => {
      expect(await ask({ ':path': '/api/v1/time', ':authority': '127.0.0.1', host: 'elsewhere' })).toBe(400)
      expect(await ask({ ':path': '/api/v1/time', ':authority': '127.0.0.1' })).toBe(200)
    })
  })

  it('survives upgrades and CONNECT with absurd targets, cut off at any point', async () => {
    const seed = Number(process.env.FUZZ_SEED ?? 1)
    process.stdout.write(`seed ${seed} (FUZZ_SEED)\n`)
    const { random, pick } = generator(seed)
    const one = (): Promise<void> =>
      new Promise((resolve) => {
        const key = pick(['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n', 'Sec-WebSocket-Key: x\r\n', ''])
        const connection = pick(['Connection: Upgrade\r\n', 'Connection: keep-alive, Upgrade\r\n', ''])
        const upgrade = pick(['Upgrade: websocket\r\n', 'Upgrade: WebSocket\r\n', 'Upgrade: h2c\r\n', ''])
        const line = `${pick(['GET', 'GET', 'GET', 'CONNECT', 'POST'])} ${pick(targets)} HTTP/1.1\r\n`
        const version = pick(['Sec-WebSocket-Version: 13\r\n', 'Sec-WebSocket-Version: 99\r\n'])
        const tail = pick(['', '\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff', 'x'.repeat(300), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'])
        const text = `${line}Host: 127.0.0.1\r\n${connection}${upgrade}${key}${version}\r\n${tail}`
        const cut = pick([text.length, text.length, random(text.length)])
        const end = pick(['reset', 'reset on data', 'end', 'wait'])
        const early = random(10) === 0
        const { tcp, socket, opened } = pick([plain, secure])()
        const done = (): void => {
          socket.destroy()
          resolve()
        }
        socket.on('error', done)
        socket.on('close', done)
        // resets in the middle of the TLS handshake, too
        if (early) tcp.once('connect', () => tcp.resetAndDestroy())
        socket.once(opened, () => {
          socket.write(text.slice(0, cut), 'latin1', () => {
            if (end === 'reset') tcp.resetAndDestroy()
            else if (end === 'end') socket.end()
            else setTimeout(done, 50)
          })
        })
        socket.on('data', () => {
          if (end === 'reset on data') tcp.resetAndDestroy()
        })
      })
    for (let round = 0; round < 40; round++) await Promise.all(Array.from({ length: 10 }, one))
    // HTTP/2: CONNECT, streams that are reset at once, and invalid frames
    for (let round = 0; round < 10; round++) {
      const session = connectHttp2(`https://127.0.0.1:${host.ready.httpsPort}`, { rejectUnauthorized: false })
      session.on('error', () => undefined)
      for (let count = 0; count < 5; count++) {
        const headers = random(2) === 0 ? { ':method': 'CONNECT', ':authority': pick(['a:1', '127.0.0.1:22', '[']) } : { ':path': '//[' }
        const stream = session.request(headers, { endStream: random(2) === 0 })
        stream.on('error', () => undefined)
        if (random(2) === 0) stream.close(8)
      }
      const noise = Buffer.from(Array.from({ length: 60 }, () => random(256)))
      await new Promise((resolve) => session.once('connect', resolve))
      const { tcp, socket } = secure('h2')
      socket.on('error', () => undefined)
      socket.resume()
      socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), noise]), () =>
        setTimeout(() => tcp.resetAndDestroy(), 20),
      )
      await new Promise((resolve) => tcp.once('close', resolve))
      session.destroy()
    }
    await askAsAdmin()
    expect(host.process.exitCode).toBeNull()
    expect(pids()).toEqual(workers)
    expect(host.log.filter((line) => line.includes('"level":"error"'))).toEqual([])
    const events = new WebSocket(`ws://127.0.0.1:${host.httpPort}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } })
    await new Promise((resolve, reject) => {
      events.once('message', resolve)
      events.once('error', reject)
    })
    events.terminate()
  })

  it.runIf(process.platform === 'linux')('keeps no connection of requests that were rejected before their body was whole', async () => {
    const sockets = (): number =>
      pids()
        .flatMap((pid) => readdirSync(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`))
        .filter((file) => {
          try {
            return readlinkSync(file).startsWith('socket:')
          } catch {
            // closed meanwhile
            return false
          }
        }).length
    await askAsAdmin()
    const before = sockets()
    const head = 'POST /api/v1/tokens HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{'
    for (let round = 0; round < 10; round++) {
      const heard = await Promise.all(Array.from({ length: 10 }, () => send(plain, head)))
      for (const text of heard) expect(text).toMatch(/^HTTP\/1\.1 401 /)
    }
    await until(
      () => sockets() <= before + 10,
      () => `sockets: ${before} before, ${sockets()} now`,
    )
  })
})
