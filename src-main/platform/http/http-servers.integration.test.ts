import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { clientOf } from './client.ts'
import { ClientLimits } from './client-limits.ts'
import { endSocket, rejectUpgrade } from './end-socket.ts'
import { createHttpServers, Http2Response } from './http-servers.ts'
import { readTrustedProxies } from './trusted-proxies.ts'

const limits = { connections: 2, eventStreams: 1, waitingRequests: 1, flvPlayers: 1, webSockets: 1 }

/** A running server, what it logged, and how to speak to it over raw connections. */
async function start({
  headersTimeoutMs = 60_000,
  ...handlers
}: {
  headersTimeoutMs?: number
  onRequest?: (request: IncomingMessage, response: ServerResponse) => void
  onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  log?: { error: (fields: unknown, message?: string) => void; warn: (fields: unknown, message?: string) => void }
}) {
  const logged: string[] = []
  const servers = createHttpServers({
    bind: '127.0.0.1',
    httpPort: 0,
    httpsPort: 'off',
    certificate: () => Promise.reject(new Error('no TLS here')),
    maxConnections: 10,
    clients: new ClientLimits(limits, { warn: () => undefined }),
    proxies: readTrustedProxies('127.0.0.1'),
    headersTimeoutMs,
    onRequest: (_request, response) => response.end('ordinary'),
    onUpgrade: (_request, socket) => rejectUpgrade(socket, '404 Not Found'),
    log: {
      error: (_fields, message) => void logged.push(message),
      warn: (fields, message) => void logged.push(`${message} ${JSON.stringify(fields)}`),
    },
    ...handlers,
  })
  const { httpPort } = await servers.start()
  onTestFinished(() => servers.stop(0))
  /** Sends text; resolves with what came back once the connection is closed. */
  const send = (text: string) =>
    new Promise<string>((resolve) => {
      let heard = ''
      const socket = connect(httpPort, '127.0.0.1', () => socket.write(text))
      socket.on('data', (bytes) => {
        heard += bytes.toString()
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(heard))
    })
  return { httpPort, send, logged }
}

const get = (headers: string, version = '1.1') => `GET /x HTTP/${version}\r\n${headers}Connection: close\r\n\r\n`
const upgrade = 'GET //[ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'

it('closes a connection that asks nothing without a word, and tells one that asks too slowly', async () => {
  // Long enough for bytes that were sent to be read on a busy machine.
  const { send } = await start({ headersTimeoutMs: 500 })
  const [silent, slow, garbage] = await Promise.all([send(''), send('GET / HTTP/1.1\r\nHost: x'), send('garbage\r\n\r\n')])
  expect(silent).toBe('')
  expect(slow).toContain('408 Request Timeout')
  expect(garbage).toContain('400 Bad Request')
})

it('says once that a port has all its connections, with the option that gives it more', async () => {
  const { send, logged } = await start({ headersTimeoutMs: 500 })
  await Promise.all(Array.from({ length: 14 }, () => send('GET / HTTP/1.1\r\n')))
  expect(logged).toEqual(['a port has all its connections: others are closed {"option":"maxConnections","limit":10,"closedAtOnce":1}'])
})

it('rejects requests without exactly one valid Host', async () => {
  const { send } = await start({})
  const bad = [
    '',
    'Host: a\r\nHost: b\r\n',
    'Host: a\r\nhOST: a\r\n',
    'Host: a b\r\n',
    'Host: a,b\r\n',
    'Host: a/b\r\n',
    'Host: u@a\r\n',
    'Host: a:b\r\n',
  ]
  for (const host of [...bad, 'Host: [::1\r\n', 'Host: [a]\r\n', 'Host: [::1]x\r\n'])
    expect(await send(get(host)), host).toMatch(/^HTTP\/1\.1 400 /)
  expect(await send(get('Host: a\r\nHost: b\r\n'))).toContain('"code":"request.malformed"')
  expect(await send(get('Host: x\r\nTransfer-Encoding: chunked\r\n', '1.0'))).toMatch(/^HTTP\/1\.1 400 /)
  for (const host of ['a', 'a_b.example:8080', '127.0.0.1:80', '[::1]:8080', '[fe80::1%25eth0]', 'xn--bcher-kva.example.', ''])
    expect(await send(get(`Host: ${host}\r\n`)), host).toMatch(/^HTTP\/1\.1 200 /)
  expect(await send(get('', '1.0'))).toMatch(/^HTTP\/1\.1 200 /)
})

it('answers a request that offers a protocol other than WebSocket as an ordinary one', async () => {
  const { send } = await start({})
  expect(await send('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n')).toContain('ordinary')
  expect(await send('POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n')).toContain('ordinary')
  expect(await send(upgrade)).toMatch(/^HTTP\/1\.1 404 /)
})

it('answers 500 where a handler throws, closes an upgrade, and goes on', async () => {
  const fail = (): never => {
    throw new Error('a fault of ours')
  }
  const { send, logged } = await start({ onRequest: fail, onUpgrade: fail })
  expect(await send(get('Host: x\r\n'))).toMatch(/^HTTP\/1\.1 500 [\s\S]*"code":"internal"/)
  expect(await send(upgrade)).toBe('')
  expect(logged).toEqual(['a request handler failed', 'an upgrade handler failed'])
})

it('survives answering an upgrade whose client has reset the connection', async () => {
  let closed = false
  let client: Socket | undefined
  const { httpPort } = await start({
    onUpgrade: (_request, socket) => {
      socket.on('close', () => {
        closed = true
      })
      const write = (): void => {
        if (!socket.destroyed && socket.writable) socket.write('HTTP/1.1 404 Not Found\r\n\r\n', () => setImmediate(write))
      }
      client?.resetAndDestroy()
      write()
    },
  })
  client = connect(httpPort, '127.0.0.1', () => client?.write(upgrade))
  await expect.poll(() => closed).toBe(true)
})

it('closes a connection whose client keeps its own half open', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('close', () => resolve())
    endSocket(socket, 'bye', 20)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void client.destroy())
  const heard = await new Promise((done) => client.once('data', (bytes: Buffer) => done(bytes.toString())))
  expect(heard).toBe('bye')
  await promise
})

it('takes the client from a trusted proxy, and limits what is in progress for each', async () => {
  const open: ServerResponse[] = []
  const { httpPort } = await start({
    onRequest: (request, response) => {
      const { remoteAddress, encrypted } = clientOf(request)
      response.writeHead(200).write(`client ${remoteAddress} ${encrypted}`)
      open.push(response)
    },
    onUpgrade: (request, socket) => rejectUpgrade(socket, '404 Not Found', 'text/plain', `client ${clientOf(request).remoteAddress}`),
  })
  const ask = (headers: string): Promise<string> =>
    new Promise((resolve) => {
      let heard = ''
      const socket = connect(httpPort, '127.0.0.1', () => socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${headers}\r\n`))
      onTestFinished(() => void socket.destroy())
      socket.on('data', (bytes: Buffer) => {
        heard += bytes.toString()
        if (/client \S+|"code"/.test(heard)) resolve(heard)
      })
      socket.on('error', () => undefined)
    })
  const from = (address: string, more = '') => ask(`X-Forwarded-For: ${address}\r\n${more}`)
  expect(await from('203.0.113.7')).toContain('client 203.0.113.7 false')
  expect(await from('198.51.100.1, 203.0.113.7', 'X-Forwarded-Proto: https\r\n')).toContain('client 203.0.113.7 true')
  expect(await from('203.0.113.7')).toMatch(/^HTTP\/1\.1 429 [\s\S]*"option":"perAddress\.connections"/)
  expect(await from('203.0.113.8')).toContain('client 203.0.113.8')
  expect(await from('203.0.113.9', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')).toContain('client 203.0.113.9')
  expect(await ask('')).toContain('client 127.0.0.1')
  for (const response of open) response.end()
  await expect.poll(async () => (await from('203.0.113.7')).includes('client 203.0.113.7')).toBe(true)
})

it('says of an HTTP/2 client that it has left, as of others', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown[]>()
  const server = createHttp2Server({ Http2ServerResponse: Http2Response }, (_request, response) => {
    const before = (response as unknown as ServerResponse).destroyed
    response.on('close', () => resolve([before, (response as unknown as ServerResponse).destroyed]))
    response.write('x')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const stream = session.request()
  stream.on('error', () => undefined)
  stream.once('response', () => session.destroy())
  expect(await promise).toEqual([false, true])
})

it('logs a handler that failed without the tokens in its URL', async () => {
  const fails = (): never => {
    throw new Error('a fault of ours')
  }
  const fields: string[] = []
  const { send } = await start({
    onRequest: fails,
    onUpgrade: fails,
    log: { warn: () => undefined, error: (given) => void fields.push(JSON.stringify(given)) },
  })
  const asks = (line: string): string => `GET ${line} HTTP/1.1\r\nHost: x\r\n`
  await send(`${asks('/overlay/abcdef?token=secret-1')}Connection: close\r\n\r\n`)
  await send(`${asks('/live/show/@secret-2/index.m3u8')}Connection: close\r\n\r\n`)
  await send(`${asks('/api/v1/studio/overlay-feed?token=secret-3')}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
  expect(fields).toHaveLength(3)
  expect(fields.join()).toContain('/live/show/@***/index.m3u8')
  expect(fields.join()).not.toContain('secret')
})
