import { once } from 'node:events'
import { Agent, createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FunctionFetch } from './function-fetch.ts'
import { type FetchReply, maxBodyBytes, maxFetches } from './run-messages.ts'

let server: Server
let port: number
const seen: string[] = []
let passed: string | string[] | undefined
let onEndless: () => void = () => undefined
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.host} ${request.headers['x-edge-inside'] ?? '-'}`)
    passed = request.headers['cdn-loop']
    if (request.url === '/away') response.writeHead(302, { location: 'http://localhost:1/' }).end()
    else if (request.url === '/around') response.writeHead(302, { location: '/' }).end()
    else if (request.url === '/large') response.end(Buffer.alloc(maxBodyBytes + 1))
    else if (request.url === '/endless') {
      const timer = setInterval(() => response.write('x'), 10)
      response.once('close', () => {
        clearInterval(timer)
        onEndless()
      })
    } else response.end('text')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const fetches = (hosts: readonly string[], site?: string, loop = '') =>
  new FunctionFetch(
    { hosts, site: (host) => (host === site ? { port, headers: { 'x-edge-inside': 'secret' } } : undefined), loop },
    new AbortController().signal,
  )
const call = (url: string, more: object = {}) =>
  ({ op: 'fetch', method: 'GET', url, headers: [], body: null, redirect: 'follow', ...more }) as const

it('keeps connections to the site, and sends again what met one that was closing', async () => {
  const connections = new Agent({ keepAlive: true })
  const asked: string[] = []
  const perConnection = new WeakMap<object, number>()
  let breaksSecond: 'before' | 'in' | undefined
  const site = createServer((request, response) => {
    const count = (perConnection.get(request.socket) ?? 0) + 1
    perConnection.set(request.socket, count)
    asked.push(`${request.method} ${count}`)
    if (count !== 2 || breaksSecond === undefined) response.end('text')
    else if (breaksSecond === 'before') request.socket.destroy()
    else {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half', () => (request.socket as Socket).resetAndDestroy())
    }
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  const target = { port: (site.address() as AddressInfo).port, headers: {}, connections }
  const one = new FunctionFetch({ hosts: [], site: () => target, loop: '' }, new AbortController().signal)
  let number = 0
  const textOf = async (more: object = {}) => {
    await one.call(++number, call('http://site.example/', more))
    return Buffer.from((await one.call(0, { op: 'read', fetch: number })) as Uint8Array).toString()
  }
  // what is read to its end gives its connection back in a turn of its own
  const free = async () => expect.poll(() => Object.keys(connections.freeSockets).length).toBe(1)
  expect(await textOf()).toBe('text')
  await free()
  expect(await textOf()).toBe('text')
  await free()
  // what changes something goes over a connection of its own
  expect(await textOf({ method: 'POST', body: new Uint8Array(1) })).toBe('text')
  expect(asked).toEqual(['GET 1', 'GET 2', 'POST 1'])
  connections.destroy()
  asked.length = 0
  breaksSecond = 'before'
  expect(await textOf()).toBe('text')
  await free()
  expect(await textOf()).toBe('text')
  expect(asked).toEqual(['GET 1', 'GET 2', 'GET 1'])
  connections.destroy()
  asked.length = 0
  breaksSecond = 'in'
  expect(await textOf()).toBe('text')
  await free()
  // what was answered in part is not sent again: nobody would read the second answer
  await expect(textOf()).rejects.toThrow()
  await delay(100)
  expect(asked).toEqual(['GET 1', 'GET 2'])
  connections.destroy()
  site.closeAllConnections()
  site.close()
})

describe('a function fetches', () => {
  it.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://127.1:PORT/',
    'http://2130706433:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://0.0.0.0:PORT/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
    'http://user:secret@example.com/',
    'no URL',
  ])('nothing of this machine or its network unless it is listed: %s', async (url) => {
    const before = seen.length
    // a name alone opens no private network, whatever it leads to
    for (const hosts of [[], ['localhost', '*.com', 'example.org']]) {
      await expect(fetches(hosts).call(1, call(url.replace('PORT', String(port))))).rejects.toThrow()
    }
    expect(seen.length).toBe(before)
  })

  it('public IP addresses only where they are listed', async () => {
    await expect(fetches([]).call(1, call('http://93.184.215.14/'))).rejects.toThrow('not on the list')
  })

  it('what an admin listed by IP address, and reads it within limits', async () => {
    const open = fetches([`127.0.0.1:${port}`])
    expect(await open.call(1, call(`http://127.0.0.1:${port}/around`))).toMatchObject({ status: 200 } satisfies Partial<FetchReply>)
    expect(String(Buffer.from((await open.call(2, { op: 'read', fetch: 1 })) as Uint8Array))).toBe('text')
    await expect(open.call(3, { op: 'read', fetch: 1 })).rejects.toThrow('not there')
    await expect(open.call(4, call(`http://127.0.0.1:${port}/away`))).rejects.toThrow('redirects to')
    await open.call(5, call(`http://127.0.0.1:${port}/large`))
    await expect(open.call(6, { op: 'read', fetch: 5 })).rejects.toThrow('bytes')
    open.end()
    const many = fetches([`127.0.0.1:${port}`])
    for (let count = 0; count < maxFetches; count++) await many.call(count, call(`http://127.0.0.1:${port}/`))
    await expect(many.call(100, call(`http://127.0.0.1:${port}/`))).rejects.toThrow(String(maxFetches))
    many.end()
  })

  it('the site itself, whose secret no header of a function can replace', async () => {
    const own = fetches([], 'site.example')
    const headers = [
      ['x-edge-inside', 'other'],
      ['host', 'elsewhere.example'],
      ['x-edge-viewer', '192.0.2.7'],
    ] as const
    expect(await own.call(1, call('https://site.example/', { headers }))).toMatchObject({ status: 200 })
    expect(seen.at(-1)).toBe('GET site.example secret')
    own.end()
  })

  it('with the networks that its request has passed, and can neither change nor leave that out', async () => {
    const url = `http://127.0.0.1:${port}/`
    for (const headers of [[], [['cdn-loop', 'other']], [['cdn-loop', '']]] as const) {
      const other = fetches([`127.0.0.1:${port}`], undefined, 'cdn.example, ami-streams')
      await other.call(1, call(url, { headers }))
      expect(passed).toBe('cdn.example, ami-streams, ami-streams')
      other.end()
      const own = fetches([], 'site.example', 'cdn.example')
      await own.call(1, call('https://site.example/', { headers }))
      // nginx adds the node
      expect(passed).toBe('cdn.example')
      own.end()
    }
  })

  it('by a name that leads elsewhere the second time what was checked, and nothing else', async () => {
    let reached = 0
    const inner = createServer((_, response) => response.end(String(++reached))).listen(port, '127.0.0.2')
    await once(inner, 'listening')
    const before = seen.length
    let lookups = 0
    const first = (address: string) => async () => [{ address: lookups++ === 0 ? address : '127.0.0.2', family: 4 }]
    const rebinding = (lookup: ReturnType<typeof first>) =>
      new FunctionFetch(
        { hosts: ['rebinding.example', '127.0.0.1'], site: () => undefined, loop: '', lookup },
        new AbortController().signal,
      )
    try {
      const open = rebinding(first('127.0.0.1'))
      expect(await open.call(1, call(`http://rebinding.example:${port}/`))).toMatchObject({ status: 200 })
      expect([lookups, seen.length - before, seen.at(-1)]).toEqual([1, 1, `GET rebinding.example:${port} -`])
      await expect(open.call(2, call(`http://rebinding.example:${port}/`))).rejects.toThrow('leads to this machine')
      open.end()
      lookups = 0
      // a redirect is looked up and judged again
      await expect(rebinding(first('127.0.0.1')).call(3, call(`http://rebinding.example:${port}/around`))).rejects.toThrow('leads to this')
      // of several IP addresses those that are not allowed are left out
      const both = rebinding(async () => ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 })))
      expect(await both.call(4, call(`http://rebinding.example:${port}/`))).toMatchObject({ status: 200 })
      both.end()
      expect(reached).toBe(0)
    } finally {
      inner.closeAllConnections()
      inner.close()
    }
  })

  it('no body for longer than somebody waits for its answer', async () => {
    const closed = new Promise<void>((resolve) => {
      onEndless = resolve
    })
    const endless = fetches([`127.0.0.1:${port}`])
    await endless.call(1, call(`http://127.0.0.1:${port}/endless`))
    const read = endless.call(2, { op: 'read', fetch: 1 })
    read.catch(() => undefined)
    endless.end()
    await closed
    await expect(read).rejects.toThrow()
  })
})
