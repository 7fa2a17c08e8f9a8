import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { judgeBy } from './judged-connection.ts'
import { fetchJudged } from './judged-fetch.ts'
import type { LookupNames } from './network-policy.ts'

let server: Server
let port: number
/** Requests that arrived. */
let hits: IncomingMessage[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    hits.push(request)
    const to = new URL(request.url ?? '', 'http://x').searchParams.get('to')
    if (to === null) response.end('text')
    else response.writeHead(302, { location: to }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
beforeEach(() => {
  hits = []
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** A name server that says what the test wants; `rebind` answers otherwise from the second time on. */
function dnsDouble(names: Readonly<Record<string, readonly string[]>>, asked: string[] = []): LookupNames {
  return async (host) => {
    asked.push(host)
    const found = names[host]
    if (found === undefined) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
    return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
}

async function get(url: string, { limited = true, allowed = [] as string[], lookup = dnsDouble({}) } = {}): Promise<string> {
  const policy = { editorHosts: allowed, ownHttpPorts: [], ownHttpsPorts: [] }
  const judge = judgeBy(() => policy, limited, lookup)
  const reply = await fetchJudged(new URL(url), { judge, signal: AbortSignal.timeout(5000) })
  let text = ''
  for await (const part of reply) text += part
  return text
}

describe('a URL that an editor named', () => {
  it.each(['127.0.0.1', '127.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', 'localhost', 'inner.example'])(
    'is not asked at %s',
    async (host) => {
      const lookup = dnsDouble({ localhost: ['127.0.0.1', '::1'], 'inner.example': ['127.0.0.1'] })
      await expect(get(`http://${host}:${port}/`, { lookup })).rejects.toThrow(
        /is not on the public internet: editors may not use it unless an admin allows the host/,
      )
      expect(hits).toHaveLength(0)
    },
  )

  it('is not followed from an allowed server to one that is not', async () => {
    const open = { allowed: [`127.0.0.1:${port}`], lookup: dnsDouble({ 'inner.example': ['127.0.0.1'], 'deep.example': ['10.0.0.1'] }) }
    expect(await get(`http://127.0.0.1:${port}/?to=/plain`, open)).toBe('text')
    expect(hits).toHaveLength(2)
    await expect(get(`http://127.0.0.1:${port}/?to=http://deep.example/`, open)).rejects.toThrow(/deep\.example \(10\.0\.0\.1\) is not on/)
    await expect(get(`http://127.0.0.1:${port}/?to=http://127.0.0.2:${port}/`, open)).rejects.toThrow(/127\.0\.0\.2 is not on/)
    await expect(get(`http://127.0.0.1:${port}/?to=file:///etc/passwd`, open)).rejects.toThrow(/redirects to what is no http/)
    await expect(get(`http://127.0.0.1:${port}/?to=%3Fto%3D`, open)).rejects.toThrow(/redirects more than 5 times/)
  })

  it('is asked where an admin opened its host, at the IP address that was judged', async () => {
    const asked: string[] = []
    const lookup = dnsDouble({ 'nas.example': ['127.0.0.1'] }, asked)
    expect(await get(`http://nas.example:${port}/`, { allowed: ['nas.example'], lookup })).toBe('text')
    expect(await get(`http://nas.example:${port}/`, { allowed: ['127.0.0.0/8'], lookup })).toBe('text')
    // Once a request: the connection does not look the name up again.
    expect(asked).toEqual(['nas.example', 'nas.example'])
    expect(hits[0]?.headers).toMatchObject({ host: `nas.example:${port}`, via: expect.stringContaining('ami-streams') })
  })
})

describe('a URL that an admin named', () => {
  it('is asked anywhere, and never counts as the person at this machine', async () => {
    expect(await get(`http://127.0.0.1:${port}/`, { limited: false })).toBe('text')
    expect(hits[0]?.headers.via).toContain('ami-streams')
    await get(`http://user:word@127.0.0.1:${port}/`, { limited: false })
    expect(hits[1]?.headers.authorization).toBe(`Basic ${Buffer.from('user:word').toString('base64')}`)
    await expect(get('http://gone.example/', { limited: false })).rejects.toThrow(/ENOTFOUND/)
  })
})
