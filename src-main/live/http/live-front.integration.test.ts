import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createLiveFront, type LiveFrontDependencies } from './live-front.ts'
import { parseLiveUrl, type ResourceKind } from './live-url.ts'
import { accessOf, ResourceTable, resourceFacts } from './resources.ts'
import type { PlaybackResponse } from './response.ts'
import { createUnknownResource } from './unknown-resource.ts'

function end(response: PlaybackResponse, status: number): void {
  response.writeHead(status, {})
  response.end()
}

const kinds = Object.keys(resourceFacts) as ResourceKind[]

/** A URL as the table writes it, filled in. */
const filled = (url: string): string =>
  url
    .replace('NAME', 'show')
    .replace('SESSION', 'a'.repeat(24))
    .replace('EPOCH', 'e1')
    .replace('RENDITION', 'v0')
    .replace('ts-VIDEO-AUDIO', 'ts-v0-a0')
    .replace('-N.', '-7.')

describe('the table of resources', () => {
  it('lists each kind with URLs that are read as that kind, with a token before them too', () => {
    for (const kind of kinds) {
      for (const url of resourceFacts[kind].urls) {
        expect([url, parseLiveUrl(filled(url))]).toMatchObject([url, { resource: { kind }, token: undefined, query: '' }])
        if (!url.startsWith('/live/NAME/')) continue
        const withToken = `${filled(url).replace('/show/', '/show/@a%20b/')}?session=s&x=/@y/`
        expect(parseLiveUrl(withToken)).toMatchObject({ stream: 'show', resource: { kind }, token: 'a b', query: 'session=s&x=/@y/' })
      }
    }
  })

  it('is the table of docs/architecture.md', () => {
    const text = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8')
    const documented = [...text.matchAll(/^\| (`\/live\/.*?) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`@]+)`/g)].map(([, url]) => url),
    )
    expect(documented.sort()).toEqual(kinds.flatMap((kind) => resourceFacts[kind].urls).sort())
  })

  it('takes a handler for a kind once', () => {
    const part = { resources: { flv: () => undefined } }
    expect(() => new ResourceTable([part, part])).toThrow('two parts handle flv')
  })
})

describe('what is below a stream without being anything of it', () => {
  it('is left to the page where it is a word, and is otherwise unknown: watched where it looks like a file', () => {
    for (const url of [
      '/live',
      '/live/',
      '/live/show',
      '/live/show/',
      '/live/show/recordings',
      '/live/Show/index.m3u8',
      '/live//x.m3u8',
      '/watch/show',
    ])
      expect([url, parseLiveUrl(url)]).toEqual([url, undefined])
    for (const [path, access] of [
      ['nothing.txt', 'watched'],
      ['@/x', 'own'],
      ['whep/short', 'own'],
      ['e1/v0/seg-01.m4s', 'media'],
      ['e1/v0/', 'own'],
      ['e.1/v0/x', 'own'],
      [`${'x'.repeat(430)}.ts`, 'watched'],
    ] as const) {
      const resource = parseLiveUrl(`/live/show/${path}`)?.resource
      expect(resource).toEqual({ kind: 'unknown', path })
      expect([path, resource && accessOf(resource)]).toEqual([path, access])
    }
    expect(parseLiveUrl(`/live/show/${'x'.repeat(510)}.ts`)).toBeUndefined()
  })
})

describe('a request', () => {
  const closing: (() => void)[] = []
  afterEach(() => {
    for (const close of closing.splice(0)) close()
  })

  /** Requests for what no stream has. */
  let unknown = 0

  /** Serves by a front and says what became of a request. */
  async function serve(dependencies: Partial<LiveFrontDependencies>): Promise<(method: string, path: string) => Promise<string>> {
    const table = new ResourceTable([
      {
        resources: {
          'multivariant': ({ response }) => end(response, 200),
          'whip-by-key': ({ response }) => end(response, 201),
        },
        upgrades: { signal: ({ socket }) => socket.end('HTTP/1.1 418 x\r\n\r\n') },
      },
      createUnknownResource(() => void unknown++),
    ])
    const front = createLiveFront({ table, ...dependencies })
    const server = createServer((request, response) => {
      if (!front.handle(request, response)) response.writeHead(299).end()
    })
    server.on('upgrade', (request, socket, head) => {
      if (!front.handleUpgrade(request, socket, head)) socket.end('HTTP/1.1 299 x\r\n\r\n')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closing.push(
      () => void server.close(),
      () => server.closeAllConnections(),
    )
    return (method, path) =>
      new Promise((resolve, reject) => {
        const upgrade = method === 'UPGRADE' ? 'Connection: Upgrade\r\nUpgrade: websocket\r\n' : 'Connection: close\r\n'
        const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
          socket.write(`${method === 'UPGRADE' ? 'GET' : method} ${path} HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`)
        })
        socket.once('data', (bytes) => resolve(bytes.toString('latin1').slice(9, 12)))
        socket.on('error', reject)
      })
  }

  it('passes access, then the sources on demand, then reaches its resource', async () => {
    const passed: string[] = []
    const ask = await serve({
      access: ({ url }, next) => {
        passed.push(`access to ${url.stream} by ${url.token}`)
        setImmediate(next)
      },
      onDemand: (live, next) => {
        passed.push('source')
        if (live.url.query === 'never') end(live.response, 503)
        else next()
      },
    })
    expect(await ask('GET', '/live/show/@t/index.m3u8')).toBe('200')
    expect(await ask('GET', '/live/show/index.m3u8?never')).toBe('503')
    expect(passed).toEqual(['access to show by t', 'source', 'access to show by undefined', 'source'])
  })

  it('is rejected for what no stream has, once it has passed access, and counted', async () => {
    unknown = 0
    const ask = await serve({
      access: (live, next) => {
        if (live.url.token === 'good') next()
        else end(live.response, 403)
      },
    })
    const answers: string[] = []
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) answers.push(await ask(method, '/live/show/@good/other.m3u8'))
    expect(answers).toEqual(['404', '404', '204', '405'])
    expect(await ask('GET', '/live/show/@good/e1/v0/seg-01.m4s')).toBe('404')
    expect(await ask('GET', '/live/show/@bad/other.m3u8')).toBe('403')
    expect(unknown).toBe(5)
  })

  it('is left alone where no part has its resource, where the page has its URL, and where this process does not answer it', async () => {
    const ask = await serve({ answers: ({ stream }) => stream !== 'other' })
    expect(await ask('GET', '/live/show/manifest.mpd')).toBe('299')
    expect(await ask('GET', '/live/other/index.m3u8')).toBe('299')
    expect([await ask('GET', '/live/whip'), await ask('HEAD', '/live/whip'), await ask('POST', '/live/whip')]).toEqual([
      '299',
      '299',
      '201',
    ])
  })

  it('for a WebSocket reaches its handler without a token in its path alone', async () => {
    const ask = await serve({ access: () => expect.unreachable() })
    expect(await ask('UPGRADE', '/live/show/signal')).toBe('418')
    for (const path of ['/live/show/@t/signal', '/live/show/index.m3u8', '//[', '/live/Show/signal'])
      expect(await ask('UPGRADE', path)).toBe('299')
  })
})
