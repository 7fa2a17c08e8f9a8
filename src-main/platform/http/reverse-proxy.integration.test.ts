import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest'
import { clientHeader, clientOf, readClient, writeClient } from './client.ts'
import { openPrivateEndpoint } from './private-endpoint.ts'
import { createReverseProxy, privateTarget } from './reverse-proxy.ts'

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly remoteAddress: string
  readonly remotePort: number
  readonly httpVersion: string
  readonly header: unknown
  readonly host: string | undefined
  readonly body: string
}

/** A host behind its private listener, a process in front of it, and the requests that the host saw. */
async function startPair() {
  const host = await openPrivateEndpoint({
    log: { error: (_fields, message) => expect.unreachable(message) },
    onRequest: (request, response) => {
      if (request.url === '/rejected') {
        connections.add(request.socket)
        request.socket.once('close', () => connections.delete(request.socket))
        response.writeHead(401).end('not you')
        return
      }
      const { remoteAddress, remotePort, httpVersion } = clientOf(request)
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('latin1')
      })
      request.on('end', () => {
        const each = {
          method: request.method,
          url: request.url,
          remoteAddress,
          remotePort,
          httpVersion,
          header: request.headers[clientHeader],
          host: request.headers.host,
          body,
        }
        seen.push(each)
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(each))
      })
    },
    onUpgrade: (request, socket, head) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n${clientOf(request).remotePort}:${head}`,
      )
      socket.pipe(socket)
    },
  })
  const proxy = createReverseProxy(privateTarget(host))
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => proxy.request(request, response)
  const front = createServer(onRequest)
  front.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    proxy.upgrade(request, socket, head)
  })
  front.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'))
  const front2 = createHttp2Server(onRequest as never)
  await Promise.all([front, front2].map((each) => new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))))
  const stop = async (): Promise<void> => {
    proxy.stop()
    front.closeAllConnections()
    front.close()
    front2.close()
    await host.stop()
  }
  return { host, stop, port: (front.address() as AddressInfo).port, port2: (front2.address() as AddressInfo).port }
}

const seen: Seen[] = []
/** Connections to the host that carried a rejected request. */
const connections = new Set<Socket>()
let pair: Awaited<ReturnType<typeof startPair>>
beforeAll(async () => {
  pair = await startPair()
})
afterAll(() => pair.stop())
beforeEach(async () => {
  // So that a pooled connection is there.
  await ask('/before')
  seen.length = 0
})

/**
 * Sends bytes over a connection of their own. Resolves with the port they came from and the response, once it is closed or contains
 * `until`.
 */
function sendRaw(text: string, until: RegExp): Promise<{ from: number; heard: string }> {
  return new Promise((resolve) => {
    let heard = ''
    let from = 0
    const socket = connect(pair.port, '127.0.0.1', () => {
      from = socket.localPort ?? 0
      socket.write(text, 'latin1')
    })
    const end = (): void => {
      socket.destroy()
      resolve({ from, heard })
    }
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
      if (until.test(heard)) end()
    })
    socket.on('error', end)
    socket.on('close', end)
  })
}

/** A request of somebody else, through the same pooled connections. Resolves with what the host saw of it. */
async function ask(path: string): Promise<Seen> {
  const { heard } = await sendRaw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, /^$/)
  return JSON.parse(/\{.*\}/.exec(heard)?.[0] ?? '{}') as Seen
}

it('passes a request on with its body and as its own client, whatever that one says about itself', async () => {
  const claim = { remoteAddress: '203.0.113.9', remotePort: 1, encrypted: true, httpVersion: '1.1' }
  for (const [secret, httpVersion] of [
    ['', '1.1'],
    ['guess', '1.0'],
    [pair.host.secret, '1.1'],
  ] as const) {
    const claimed = `${clientHeader}: ${writeClient(secret, claim)}\r\n`
    const { from, heard } = await sendRaw(`POST /x?y=z HTTP/${httpVersion}\r\nHost: x\r\n${claimed}Content-Length: 5\r\n\r\nhello`, /\}/)
    expect(heard).toMatch(/^HTTP\/1\.1 201 /)
    const own = {
      url: '/x?y=z',
      method: 'POST',
      body: 'hello',
      remoteAddress: '127.0.0.1',
      remotePort: from,
      httpVersion,
      header: undefined,
      host: 'x',
    }
    expect(seen.splice(0)).toEqual([own])
  }
})

const smuggled = `GET /smuggled HTTP/1.1\r\nHost: x\r\n${clientHeader}: 1 0 203.0.113.9\r\n\r\n`
const half = 'GET /smuggled HTTP/1.1\r\nX: '
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
const methods = ['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE', 'POST', 'PUT', 'PATCH', 'QUERY']

it.each(methods)('keeps the body of %s inside the request, however it is delimited', async (method) => {
  for (const body of [smuggled, half]) {
    for (const framed of [`Content-Length: ${body.length}\r\n\r\n${body}`, `Transfer-Encoding: chunked\r\n\r\n${chunked(body)}`]) {
      seen.length = 0
      const { from, heard } = await sendRaw(`${method} /first HTTP/1.1\r\nHost: x\r\n${framed}`, /\r\n\r\n/)
      expect(heard).toMatch(/^HTTP\/1\.1 201 /)
      expect(seen).toEqual([expect.objectContaining({ method, url: '/first', remotePort: from, body })])
      const others = await Promise.all([1, 2, 3].map((each) => ask(`/mine/${each}`)))
      expect(others.map(({ url }) => url)).toEqual(['/mine/1', '/mine/2', '/mine/3'])
      expect(seen.map(({ url }) => url)).not.toContain('/smuggled')
    }
  }
})

it.each(['GET', 'HEAD', 'OPTIONS'])('answers requests that follow the body of %s on one connection as the same client', async (method) => {
  const text = `${method} /first HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /second HTTP/1.1\r\nHost: x\r\n\r\n`
  const { from } = await sendRaw(text, /second/)
  expect(seen.map(({ url, remotePort }) => [url, remotePort]).sort()).toEqual([
    ['/first', from],
    ['/second', from],
  ])
})

const post = 'POST /first HTTP/1.1\r\nHost: x\r\n'
const size = `Content-Length: ${smuggled.length}\r\n`
const coding = 'Transfer-Encoding: chunked\r\n'
const malformed: readonly (readonly [name: string, text: string])[] = [
  ['CL.TE', `${post}${size}${coding}\r\n0\r\n\r\n${smuggled}`],
  ['TE.CL', `${post}${coding}Content-Length: 3\r\n\r\n${chunked(smuggled)}`],
  ['two codings', `${post}${coding}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`],
  ['a coding that is not one', `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['chunked that is not last', `${post}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n${smuggled}`],
  ['a space before the colon', `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['a folded coding', `${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['a folded length', `${post}Content-Length:\r\n ${smuggled.length}\r\n\r\n${smuggled}`],
  ['two lengths', `${post}Content-Length: 0\r\n${size}\r\n${smuggled}`],
  ['the same length twice', `${post}${size}${size}\r\n${smuggled}`],
  ['a list of lengths', `${post}Content-Length: 0, ${smuggled.length}\r\n\r\n${smuggled}`],
  ['a length with a sign', `${post}Content-Length: +${smuggled.length}\r\n\r\n${smuggled}`],
  ['a length with a control character', `${post}Content-Length: \x0b${smuggled.length}\r\n\r\n${smuggled}`],
  ['bare line feeds', `${post.replaceAll('\r', '')}${size}\n${smuggled}`],
  ['one bare line feed', `${post}X: y\n${size}\r\n${smuggled}`],
  ['a bare carriage return', `${post}X: y\r${size}\r\n${smuggled}`],
  ['a line feed in a chunk extension', `${post}${coding}\r\n2;\nxx\r\n${smuggled.length.toString(16)}\r\n0\r\n\r\n${smuggled}`],
  ['a chunk size with a prefix', `${post}${coding}\r\n0x0\r\n\r\n${smuggled}`],
  ['a chunk size that overflows', `${post}${coding}\r\n10000000000000000\r\n\r\n${smuggled}`],
  ['chunks that end with line feeds', `${post}${coding}\r\n0\n\n${smuggled}`],
]

it('rejects requests that two parsers could delimit differently, and passes on nothing of them', async () => {
  for (const [name, text] of malformed) {
    const { heard } = await sendRaw(text, /^$/)
    expect(heard, name).toMatch(/^HTTP\/1\.1 400 /)
    expect((await ask('/mine')).url, name).toBe('/mine')
    expect(
      seen.splice(0).filter(({ url }) => url === '/smuggled'),
      name,
    ).toEqual([])
  }
})

it('takes chunk extensions, trailers and thousands of headers for no more than they are', async () => {
  const many = 'a:b\r\n'.repeat(2500)
  const texts = [
    `${post}${coding}\r\n5;x="${'GET /smuggled'}"\r\nhello\r\n0\r\n\r\n`,
    `${post}${coding}\r\n5\r\nhello\r\n0\r\n${clientHeader}: 1 0 203.0.113.9\r\nContent-Length: 50\r\n\r\n`,
    `${post}${many}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    `GET /first HTTP/1.1\r\nHost: x\r\n${many}${coding}\r\n${chunked(smuggled)}`,
  ]
  for (const text of texts) {
    await sendRaw(text, /\r\n\r\n/)
    expect((await ask('/mine')).url).toBe('/mine')
  }
  expect(seen.filter(({ url, remoteAddress }) => url === '/smuggled' || remoteAddress !== '127.0.0.1')).toEqual([])
})

it('keeps bodies of HTTP/2 inside their requests, with and without a length', async () => {
  const session = connectHttp2(`http://127.0.0.1:${pair.port2}`)
  onTestFinished(() => session.destroy())
  const send = (headers: Record<string, string>, body?: string): Promise<string> =>
    new Promise((resolve) => {
      let heard = ''
      const stream = session.request({ ':path': '/first', ...headers }, { endStream: body === undefined })
      stream.on('data', (chunk: Buffer) => {
        heard += chunk.toString()
      })
      stream.on('error', () => undefined)
      stream.on('close', () => resolve(heard))
      if (body !== undefined) stream.end(body)
    })
  for (const method of methods) {
    for (const headers of [{ ':method': method }, { ':method': method, 'content-length': String(smuggled.length) }]) {
      seen.length = 0
      await send(headers, smuggled)
      const own = JSON.parse(await send({ ':path': '/mine' })) as Seen
      expect(own.url).toBe('/mine')
      expect(seen).toMatchObject([{ url: '/first', method, body: smuggled }, { url: '/mine' }])
    }
  }
})

it('passes a request without Host on without one, and rejects what HTTP/1.1 cannot carry', async () => {
  expect((await sendRaw('GET /first HTTP/1.0\r\n\r\n', /^$/)).heard).toMatch(/^HTTP\/1\.1 201 /)
  expect(seen).toMatchObject([{ url: '/first', host: '' }])
  const session = connectHttp2(`http://127.0.0.1:${pair.port2}`)
  onTestFinished(() => session.destroy())
  const status = (headers: Record<string, string>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers)
      stream.on('response', (answer) => resolve(answer[':status']))
      stream.on('error', reject)
    })
  expect(await status({ ':path': '/€' })).toBe(400)
  expect(await status({ ':path': '/first' })).toBe(201)
})

it.each([
  ['leaves in the middle of the body', true],
  ['stays without sending the rest', false],
])('keeps no connection to the host for a rejected request whose client %s', async (_name, leaves) => {
  const text = 'POST /rejected HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nonly this'
  const open: Socket[] = []
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
  })
  const answers = await Promise.all(
    Array.from(
      { length: 5 },
      () =>
        new Promise<string>((resolve) => {
          let heard = ''
          const socket = connect(pair.port, '127.0.0.1', () => socket.write(text))
          open.push(socket)
          socket.on('error', () => undefined)
          socket.on('data', (chunk: Buffer) => {
            heard += chunk.toString()
            if (heard.includes('not you')) resolve(heard)
          })
        }),
    ),
  )
  for (const heard of answers) expect(heard).toMatch(/^HTTP\/1\.1 401 /)
  if (leaves) for (const socket of open) socket.destroy()
  await expect.poll(() => connections.size).toBe(0)
})

it('passes an upgrade on, bytes both ways', async () => {
  const upgrade = 'GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nping'
  const { heard } = await sendRaw(upgrade, /ping$/)
  expect(heard.split('\r\n\r\n')[1]).toMatch(/^\d{2,5}:ping$/)
})

it('rejects requests on the private socket that do not carry its secret', async () => {
  const { host } = pair
  const client = { remoteAddress: '127.0.0.1', remotePort: 1, encrypted: false, httpVersion: '1.1' }
  const status = (header?: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      openRequest({ socketPath: host.path, headers: header === undefined ? {} : { [clientHeader]: header } }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end()
    })
  expect(await status()).toBe(400)
  expect(await status(writeClient('guess', client))).toBe(400)
  expect(await status('1 0 127.0.0.1')).toBe(400)
  expect(seen).toEqual([])
  expect(await status(writeClient(host.secret, client))).toBe(201)
})

it('reads only what it writes of a client', () => {
  const client = { remoteAddress: '::ffff:10.0.0.1', remotePort: 443, encrypted: true, httpVersion: '2.0' }
  expect(readClient('s', writeClient('s', client))).toEqual(client)
  for (const text of [
    undefined,
    ['s 1 0 1.1 ::1'],
    '',
    's 1 2 1.1 ::1',
    's 1 0 1.1 a b',
    's 999999 0 1.1 ::1',
    `s 1 0 1.1 ${'a'.repeat(65)}`,
    't 1 0 1.1 ::1',
    's 1 0 ::1',
  ]) {
    expect(readClient('s', text)).toBeUndefined()
  }
})

it('drops what the host answers to a request that was given another answer, though the client has not taken that yet', async () => {
  const proxy = createReverseProxy(privateTarget(pair.host))
  // Answers leave in the order of the requests: the second waits for the first, and is not over meanwhile.
  const first = Promise.withResolvers<ServerResponse>()
  const front = createServer((request, response) => {
    if (request.url === '/first') return first.resolve(response)
    proxy.request(request, response)
    response.writeHead(503).end('given up')
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    proxy.stop()
    front.closeAllConnections()
    front.close()
  })
  const socket = connect((front.address() as AddressInfo).port, '127.0.0.1')
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
  })
  socket.write('GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n')
  const response = await first.promise
  await expect.poll(() => seen.map(({ url }) => url)).toContain('/second')
  // The host has answered by now.
  await ask('/third')
  response.end('first')
  await expect.poll(() => heard).toMatch(/first[\s\S]*503[\s\S]*given up/)
  expect(heard).not.toContain('201')
  socket.destroy()
})
