import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FunctionFetch } from './function-fetch.ts'
import { type FetchReply, maxBodyBytes, maxFetches } from './run-messages.ts'

let server: Server
let port: number
const seen: string[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.host} ${request.headers['x-edge-inside'] ?? '-'}`)
    if (request.url === '/away') response.writeHead(302, { location: 'http://localhost:1/' }).end()
    else if (request.url === '/around') response.writeHead(302, { location: '/' }).end()
    else if (request.url === '/large') response.end(Buffer.alloc(maxBodyBytes + 1))
    else response.end('text')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const fetches = (hosts: readonly string[], site?: string) =>
  new FunctionFetch(
    { hosts, site: (host) => (host === site ? { port, headers: { 'x-edge-inside': 'secret' } } : undefined) },
    new AbortController().signal,
  )
const call = (url: string, more: object = {}) =>
  ({ op: 'fetch', method: 'GET', url, headers: [], body: null, redirect: 'follow', ...more }) as const

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
})
