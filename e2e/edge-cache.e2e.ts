import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type CuttableProxy, type RunningNode, startNode, startProxy } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { publishTestStream } from './helpers/publish.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const hasNginx = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].some((file) => existsSync(file))

const trusted = ['--trusted-proxies', '127.0.0.1']
/** nginx that reloads may close an idle connection at the moment in which it is used again (RFC 9112, section 9.5): each request has its own. */
const ownConnection = { connection: 'close' }

describe('a node with a cache', () => {
  let host: RunningHost
  let proxy: CuttableProxy
  let node: RunningNode
  let folder: string
  let args: readonly string[]
  /** A file of the page, which keeps its name for ever. */
  let asset: string

  const get = async (path: string) => {
    const response = await fetch(node.http + path, { headers: ownConnection })
    return { status: response.status, cache: response.headers.get('x-cache'), text: await response.text() }
  }
  const purge = async (body: object) => (await host.api('POST', '/network/cache/purge', body)).body
  /** nginx's former workers may answer for a moment. */
  const untilAll = (path: string, text: string) =>
    until(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => get(path)))
      return answers.every((answer) => answer.text === text)
    }, `${text} at ${path}`)
  const nginxPid = () => Number(readFileSync(join(node.dataDir, 'node/nginx/nginx.pid'), 'utf8'))
  const untilConnected = (connected = true) =>
    until(
      async () => (await host.api('GET', '/network/nodes')).body.items.every((each) => each.connected === connected),
      `connected: ${connected}`,
    )

  beforeAll(async () => {
    if (!hasNginx) return
    folder = mkdtempSync(join(tmpdir(), 'edge-cache-'))
    // nginx's workers are another user where the node is root.
    chmodSync(folder, 0o755)
    // requests of this machine are those of whom they name
    args = ['--cache', join(folder, 'cache'), '--cache-size', '500M', ...trusted]
    host = await startHost({ name: 'edge-cache' })
    proxy = await startProxy(host.httpPort)
    const { token } = (await host.api('POST', '/network/join-tokens', {})).body
    node = await startNode({
      origin: `http://127.0.0.1:${proxy.port}`,
      token,
      name: 'edge-cache-node',
      dataDir: join(folder, 'data'),
      args,
    })
    await untilConnected()
    const page = await (await fetch(`${host.http}/`)).text()
    asset = /(?:src|href)="(\/[^"]+\.js)"/.exec(page)?.[1] as string
    expect(asset).toBeDefined()
  })
  let clipId = ''
  afterAll(async () => {
    await node?.stop()
    proxy?.stop()
    await host?.stop()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (!hasNginx) skipBecause(context, 'nginx is not installed')
  })

  it('keeps files of the page, and fifty who ask at once for a new one are one request at the origin', async () => {
    const before = proxy.bytes()
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(asset)))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text.length}`)).size).toBe(1)
    expect(answers.filter(({ cache }) => cache === 'MISS')).toHaveLength(1)
    expect(proxy.bytes() - before).toBeLessThan(2 * (answers[0]?.text.length ?? 0))
    expect(await get(asset)).toMatchObject({ status: 200, cache: 'HIT' })
  })

  it('delivers live streams from memory through nginx, with reloads that wait', async () => {
    const key = await host.key('show')
    const publisher = await publishTestStream({ url: `${host.rtmp}/${key}`, width: 320, height: 180, videoKbps: 300 })
    try {
      await host.until('show', (state) => state.state === 'active')
      const master = await get('/live/show/index.m3u8')
      const path = `/live/show/${master.text.split('\n').find((line) => /^[^#].*\/v0\/index\.m3u8/.test(line))}`
      const { text } = await get(path)
      const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1])
      const next = first + (text.match(/^#EXTINF/gm)?.length ?? 0) + 1
      const reload = await get(`${path}?_HLS_msn=${next}&_HLS_part=0`)
      expect(reload.status).toBe(200)
      expect(reload.text).toContain('#EXT-X-PART:')
      expect((await host.api('POST', '/live/streams/show/recording')).status).toBe(200)
      const ordered = await host.api('POST', '/live/streams/show/clips', { lastSeconds: 2 })
      expect(ordered.status).toBe(202)
      clipId = ordered.body.id
      const file = async () => (await host.api('GET', '/live/recordings?stream=show')).body.items[0]
      await until(async () => ((await file())?.bytes ?? 0) > 50_000, 'some of a recording')
      await host.api('DELETE', '/live/streams/show/recording')
      await until(async () => (await file())?.state === 'complete', 'the recording')
      await until(async () => (await host.api('GET', `/live/clips/${clipId}`)).body.state === 'ready', 'the clip')
    } finally {
      await publisher.stop('SIGKILL')
    }
  })

  it('is purged by its origin, soft and hard, and acknowledges it; a dry run changes nothing', async () => {
    await get(asset)
    expect((await get(asset)).cache).toBe('HIT')
    const url = `http://any.example${asset}`
    expect(await purge({ urls: [url], dryRun: true })).toMatchObject({ number: null, objects: 1, nodes: [{ state: 'done', objects: 1 }] })
    expect((await get(asset)).cache).toBe('HIT')
    const soft = await purge({ prefixes: [asset.slice(0, 5)] })
    expect(soft).toMatchObject({ number: 1, nodes: [{ name: 'edge-cache-node', state: 'done' }] })
    expect(soft.objects).toBeGreaterThan(0)
    expect((await get(asset)).cache).toBe('STALE')
    await until(async () => (await get(asset)).cache === 'HIT', 'it is fresh again')
    expect((await purge({ everything: true, hard: true })).number).toBe(2)
    expect((await get(asset)).cache).toBe('MISS')
    expect((await host.api('POST', '/network/cache/purge', { urls: ['x'] })).body.code).toBe('network.purge_invalid')
    expect((await host.api('POST', '/network/cache/purge', {})).body.code).toBe('network.purge_invalid')
    expect((await host.api('GET', '/network/cache/purges')).body.items.map(({ number }) => number)).toEqual([2, 1])
  })

  it('keeps recordings that are published, in ranges, for whoever may watch the stream', async () => {
    const [recording] = (await host.api('GET', '/live/recordings?stream=show')).body.items
    const id = recording?.id ?? ''
    const path = `/live/show/recordings/${id}.mp4`
    expect((await get(path)).status).toBe(404)
    const whole = Buffer.from(await (await fetch(`${host.http}/api/v1/live/recordings/${id}/file`)).arrayBuffer())
    expect((await host.api('PATCH', `/live/recordings/${id}`, { published: true })).body).toMatchObject({ publicUrl: path })
    const purged = async () => (await host.api('GET', '/network/cache/purges')).body.items
    // what nodes may have had under this name is purged first
    await until(async () => (await purged()).some(({ selection }) => selection.tags?.includes(`recording-${id}`)), 'the purge of the host')
    await until(async () => (await get(path)).status === 200, 'it is published')
    const range = async (at: string, value: string, more: Record<string, string> = {}) => {
      const reply = await fetch(at, { headers: { range: value, ...more } })
      return { status: reply.status, cache: reply.headers.get('x-cache'), bytes: Buffer.from(await reply.arrayBuffer()) }
    }
    // what one viewer asks for in an odd way is not what others are given
    for (const value of ['bytes=0-0', 'bytes=5-3', 'bytes=-7', `bytes=${whole.length}-`, 'bytes=0-1,4-5', 'bytes=x', 'lines=1-2'])
      await range(node.http + path, value, { 'if-range': '"other"', 'x-forwarded-host': 'evil.example', 'accept-encoding': 'br' })
    for (const [from, to] of [
      [0, 99],
      [1000, 20_000],
      [whole.length - 10, whole.length + 100],
    ] as const) {
      const part = await range(node.http + path, `bytes=${from}-${to}`)
      expect([part.status, part.bytes.equals(whole.subarray(from, to + 1))]).toEqual([206, true])
    }
    const kept = async (url: string) => {
      const reply = await fetch(url)
      const bytes = Buffer.from(await reply.arrayBuffer())
      return reply.headers.get('x-cache') === 'HIT' ? { status: reply.status, isWhole: bytes.equals(whole) } : undefined
    }
    expect(await until(() => kept(node.http + path), 'it is kept')).toEqual({ status: 200, isWhole: true })
    // slices are in the index a little later
    await until(
      async () => (await get(path)).status === 200 && (await purge({ tags: [`recording-${id}`], dryRun: true })).objects > 0,
      'its tag',
    )
    // each viewer is asked about, also for what is kept
    await host.api('PUT', '/live/streams/show/access', { mode: 'signed', allow: [], deny: [] })
    await until(async () => (await get(path)).status === 403, 'the rule of the stream')
    const { body } = await host.api('POST', '/live/streams/show/signed-addresses', { expiresInS: 600 })
    const signed = `${node.http}${path}?token=${encodeURIComponent(body.token)}`
    expect(await until(() => kept(signed), 'it is kept for who may see it')).toEqual({ status: 200, isWhole: true })
    expect((await fetch(`${node.http}/edge-playback-access`, { headers: { 'x-edge-asked-url': path } })).status).toBe(404)
    await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: [] })
    await host.api('PATCH', `/live/recordings/${id}`, { published: false })
    await until(async () => (await get(path)).status === 404, 'it is withdrawn, and the host purges it by itself')
  })

  it('keeps clips that are published, and has none of them once they are withdrawn or in the trash', async () => {
    const path = `/live/show/clips/${clipId}.mp4`
    expect((await get(path)).status).toBe(404)
    const whole = Buffer.from(await (await fetch(`${host.http}/api/v1/live/clips/${clipId}/file`)).arrayBuffer())
    const isKept = async (): Promise<boolean> => {
      const reply = await fetch(node.http + path)
      return Buffer.from(await reply.arrayBuffer()).equals(whole) && reply.headers.get('x-cache') === 'HIT'
    }
    for (const withdraw of [
      () => host.api('PATCH', `/live/clips/${clipId}`, { published: false }),
      () => host.api('DELETE', `/live/clips/${clipId}`),
    ]) {
      expect((await host.api('PATCH', `/live/clips/${clipId}`, { published: true })).body).toMatchObject({ publicUrl: path })
      await until(isKept, 'it is kept')
      const part = await fetch(node.http + path, { headers: { range: 'bytes=100-199' } })
      expect([part.status, Buffer.from(await part.arrayBuffer()).equals(whole.subarray(100, 200))]).toEqual([206, true])
      expect((await get(path.replace('/show/', '/other/'))).status).toBe(404)
      await withdraw()
      await until(async () => (await get(path)).status === 404, 'it is gone at the node')
    }
  })

  it('serves what it has while the origin is away, and purges what it missed when it is back', async () => {
    await get(asset)
    proxy.cut()
    await untilConnected(false)
    expect((await get(asset)).cache).toBe('HIT')
    expect(await purge({ urls: [asset] })).toMatchObject({ nodes: [{ state: 'away' }] })
    expect((await get('/nothing-of-it-is-kept.js')).status).toBeGreaterThanOrEqual(500)
    proxy.join()
    await untilConnected()
    await until(async () => (await get(asset)).cache !== 'HIT', 'the missed purge')
    await until(async () => (await get(asset)).cache === 'HIT', 'it is fresh again')
    // stale, and the origin away again
    proxy.cut()
    await untilConnected(false)
    await purge({ urls: [asset] })
    proxy.join()
    await untilConnected()
  })

  it('carries out what it missed before it serves after a restart, and ends nginx with itself', async () => {
    await until(async () => (await get(asset)).cache === 'HIT', 'it is kept')
    const master = nginxPid()
    const port = Number(new URL(node.http).port)
    await node.kill()
    await until(() => !existsSync(`/proc/${master}`), 'nginx has ended')
    await untilConnected(false)
    expect(await purge({ tags: ['another'], urls: [asset] })).toMatchObject({ nodes: [{ state: 'away' }] })
    node = await startNode({ name: 'edge-cache-node', dataDir: join(folder, 'data'), httpPort: port, args })
    expect((await get(asset)).cache).not.toBe('HIT')
  })

  it('has nginx back after it was killed', async () => {
    await until(async () => (await get(asset)).cache === 'HIT', 'it is kept')
    const killed = nginxPid()
    process.kill(killed, 'SIGKILL')
    await until(async () => nginxPid() !== killed && (await get(asset).catch(() => undefined))?.cache === 'HIT', 'another nginx')
    const health = await (await fetch(`${node.http}/api/v1/cdn/health`)).json()
    expect(health).toMatchObject({ status: 'ok', cache: { running: true, origins: [{ up: true }] } })
    expect(health.cache.objects).toBeGreaterThan(0)
  })

  it('denies who is on the list from its first answer on when it starts again after a kill, also while its origin is away', async () => {
    const statusOf = async (address: string) => {
      const response = await fetch(node.http + asset, { headers: { 'x-forwarded-for': address } })
      await response.arrayBuffer()
      return response.status
    }
    const denied = '198.51.100.0/24'
    await host.api('POST', '/network/lists/deny', { text: denied })
    try {
      await until(async () => (await statusOf('198.51.100.7')) === 403, 'it is denied')
      proxy.cut()
      await node.kill()
      node = await startNode({ name: 'edge-cache-node', dataDir: join(folder, 'data'), args })
      expect([await statusOf('198.51.100.7'), await statusOf('198.51.101.7')]).toEqual([403, 200])
    } finally {
      proxy.join()
      await host.api('DELETE', `/network/lists/deny?network=${encodeURIComponent(denied)}`)
    }
    await untilConnected()
    await until(async () => (await statusOf('198.51.100.7').catch(() => 0)) === 200, 'it is allowed again')
  })

  it('takes another site from its file without a restart, and goes on with the former one where the file is not valid', async () => {
    const file = join(folder, 'edge.yaml')
    const cache = `cache: {folder: ${join(folder, 'cache')}, size: 500M}`
    writeFileSync(file, `${cache}\nrules:\n  - path: /closed/\n    denyAddresses: [127.0.0.1]\n`)
    await node.stop()
    node = await startNode({ name: 'edge-cache-node', dataDir: join(folder, 'data'), args: ['--config', file, ...trusted] })
    expect((await get('/closed/x')).status).toBe(403)
    const master = nginxPid()
    writeFileSync(file, `${cache}\nrules:\n  - path: /other/\n    denyAddresses: [127.0.0.1]\n`)
    await until(async () => (await get('/other/x')).status === 403, 'the changed rule')
    // a worker that ends may answer as the site was before
    await until(async () => (await get('/closed/x')).status !== 403, 'the former rule is gone')
    writeFileSync(file, `${cache}\nrules:\n  - path: /other/\n  - path: '/other/ { return 200; }'\n`)
    await until(() => node.log.some((line) => line.includes('is not used') && line.includes('edge.yaml:4:11')), 'the reason')
    expect((await get('/other/x')).status).toBe(403)
    expect(nginxPid()).toBe(master)
  })

  it('fetches what a playlist lists before its player does, and what share of that was asked for is shown', async () => {
    const asked: string[] = []
    const origin = createServer(({ url = '' }, response) => {
      asked.push(url)
      response.setHeader('content-type', url.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'video/mp2t')
      const segments = Array.from({ length: 8 }, (_, index) => `#EXTINF:4,\ns${index}.ts\n`)
      response.end(url.endsWith('.m3u8') ? `#EXTM3U\n${segments.join('')}#EXT-X-ENDLIST\n` : `media of ${url}`)
    }).listen(0, '127.0.0.1')
    await once(origin, 'listening')
    /** As hls.js does in a browser. */
    const play = (path: string) =>
      new Promise<{ status: number | undefined; cache: unknown }>((resolve, reject) => {
        const headers = { 'host': 'films.example.com', 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'player' }
        request(node.http + path, { headers, agent: false }, (reply) => {
          reply.resume().on('end', () => resolve({ status: reply.statusCode, cache: reply.headers['x-cache'] }))
        })
          .on('error', reject)
          .end()
      })
    try {
      const lines = [
        `cache: {folder: ${join(folder, 'cache')}, size: 500M}`,
        'sites:',
        '  - name: films',
        '    hosts: [films.example.com]',
        `    origins: [{url: 'http://127.0.0.1:${(origin.address() as AddressInfo).port}'}]`,
        '    rules: [{path: /film/, prefetch: true}]',
      ]
      writeFileSync(join(folder, 'edge.yaml'), `${lines.join('\n')}\n`)
      await until(async () => {
        await play('/other')
        return asked.includes('/other')
      }, 'the site')
      // a worker that ends may answer as the site was before
      await until(async () => (await play('/film/index.m3u8')).status === 200, 'the playlist')
      await until(() => asked.includes('/film/s1.ts'), 'its first segments')
      for (let index = 0; index < 6; index++) {
        expect(await play(`/film/s${index}.ts`)).toEqual({ status: 200, cache: 'HIT' })
        await until(() => asked.includes(`/film/s${index + 2}.ts`), 'the segment after the next')
      }
      // each once, whoever asked for it
      expect(asked.filter((url) => url.startsWith('/film/s'))).toHaveLength(8)
      const shown = await until(async () => {
        const [item] = (await host.api('GET', '/network/nodes')).body.items
        return (item?.traffic?.prefetch?.fetched ?? 0) >= 8 ? item?.traffic?.prefetch : undefined
      }, 'the report')
      expect(shown).toMatchObject({ isOn: true, predicted: 8, share: 1, fetched: 8 })
    } finally {
      origin.close()
    }
  })

  it('reports what it delivered to its origin, and nobody who was there', async () => {
    await get(`${asset}?secret=token`)
    const traffic = async () => (await host.api('GET', '/network/analytics/traffic')).body
    await until(async () => (await traffic()).paths.some(({ name }) => name === asset), 'a report')
    const { totals, nodes, devices } = await traffic()
    expect(totals.requests).toBeGreaterThan(0)
    expect(totals.bytesOut).toBeGreaterThan(0)
    expect(nodes).toMatchObject([{ name: 'edge-cache-node', cost: null }])
    expect(devices.length).toBeGreaterThan(0)
    expect(JSON.stringify(await traffic())).not.toMatch(/127\.0\.0\.1|secret|token/)
    const [shown] = (await host.api('GET', '/network/nodes')).body.items
    expect(shown?.traffic?.cache?.objects).toBeGreaterThan(0)
    expect(await (await fetch(`${host.http}/metrics`)).text()).toMatch(/streams_network_requests_total\{node="node-\w+"\} \d/)
    // its own are for who has the token of its file
    expect((await get('/metrics')).status).toBe(404)
  })

  it('is filled before viewers come, with what a playlist lists, and says how far it is', async () => {
    const browser = { 'accept-encoding': 'gzip, deflate, br' }
    await purge({ everything: true, hard: true })
    const started = await host.api('POST', '/network/cache/warm', { urls: [asset, '/nothing-there.js'], perSecond: 1000 })
    expect([started.status, started.body.nodes.length]).toEqual([202, 1])
    const order = await until(async () => {
      const { body } = await host.api('GET', `/network/cache/warm/${started.body.id}`)
      return body.nodes[0]?.state === 'done' ? body : undefined
    }, 'the order')
    expect(order.nodes[0]).toMatchObject({ total: 2, done: 2 })
    expect((await fetch(node.http + asset, { headers: browser })).headers.get('x-cache')).toBe('HIT')
    const slow = (
      await host.api('POST', '/network/cache/warm', { urls: Array.from({ length: 50 }, (_, index) => `${asset}?${index}`), perSecond: 1 })
    ).body
    expect((await host.api('DELETE', `/network/cache/warm/${slow.id}`)).body.nodes[0]).toMatchObject({ state: 'cancelled' })
    expect((await host.api('POST', '/network/cache/warm', { urls: ['ftp://x/y'] })).body.code).toBe('network.warm_invalid')
    expect((await host.api('GET', '/network/cache/warm/99')).body.code).toBe('network.warming_not_found')
  })

  it('is searched by prefix', async () => {
    await get(asset)
    const { items } = (await host.api('GET', '/network/cache/objects?prefix=/assets/')).body
    expect(items).toMatchObject([{ name: 'edge-cache-node', state: 'done' }])
    expect(items[0]?.objects.find(({ url }) => url === asset)).toMatchObject({ site: 'origin', bytes: expect.any(Number) })
    expect((await host.api('GET', '/network/cache/objects?prefix=nothing')).body.code).toBe('network.purge_invalid')
  })

  it('limits requests of an IP address at all nodes together, as the origin says', async () => {
    const ask = async (at: RunningNode, path: string, viewer: string) => {
      const response = await fetch(at.http + path, { headers: { ...ownConnection, 'x-forwarded-for': viewer } })
      await response.arrayBuffer()
      return { status: response.status, retryAfter: response.headers.get('retry-after'), limit: response.headers.get('ratelimit-policy') }
    }
    const { token } = (await host.api('POST', '/network/join-tokens', {})).body
    const other = await startNode({ origin: `http://127.0.0.1:${proxy.port}`, token, name: 'edge-cache-other', args: trusted })
    const { body: usual } = await host.api('GET', '/network/limits')
    try {
      expect(usual).toMatchObject({ anonymous: { perMinute: 1000 }, signedIn: { perMinute: 10_000 } })
      await untilConnected()
      await host.api('PUT', '/network/limits', { ...usual, anonymous: { perMinute: 1, burst: 100 }, live: { perMinute: 1, burst: 3 } })
      // another viewer each time, until the nodes know it
      for (const at of [node, other]) {
        let viewer = 0
        const isLimited = async () => {
          viewer++
          const answers = []
          for (let count = 0; count < 4; count++) answers.push(await ask(at, '/live/none/index.m3u8', `198.51.100.${viewer}`))
          return answers.at(-1)?.status === 429 ? answers.at(-1) : undefined
        }
        expect(await until(isLimited, 'live requests are limited')).toMatchObject({ limit: '"live";q=1;w=60' })
      }
      const viewer = '2001:db8:7::1'
      const last = await until(async () => {
        const answer = await ask(node, asset, viewer)
        return answer.status === 429 ? answer : undefined
      }, 'all are used')
      expect(last).toMatchObject({ limit: expect.stringContaining('"address"'), retryAfter: '5' })
      let allowed = 0
      await until(async () => {
        const { status } = await ask(other, '/api/v1/time', '2001:db8:7::2')
        if (status !== 429) allowed++
        return status === 429
      }, 'none is left at the other node')
      expect(allowed).toBeLessThan(100)
      expect((await ask(other, '/api/v1/time', '2001:db8:8::1')).status).toBe(200)
      // a list for all nodes, whoever faces viewers there
      const denied = '203.0.113.0/24'
      expect((await host.api('POST', '/network/lists/deny', { text: `${denied} # all of it` })).body).toEqual({ added: 1, total: 1 })
      for (const at of [node, other]) await until(async () => (await ask(at, '/api/v1/time', '203.0.113.5')).status === 403, 'it is denied')
      await host.api('DELETE', `/network/lists/deny?network=${encodeURIComponent(denied)}`)
      await until(async () => (await ask(other, '/api/v1/time', '203.0.113.5')).status === 200, 'it is allowed again')
      const closed = await host.api('PUT', '/network/limits', { routes: Array(2).fill({ path: '/a', perMinute: 1, burst: 1 }) })
      expect(closed.body.code).toBe('config.invalid')
    } finally {
      await host.api('PUT', '/network/limits', usual)
      await host.api('DELETE', `/network/nodes/${other.id}`)
      await other.stop()
    }
    await until(async () => (await ask(node, asset, '2001:db8:7::1')).status === 200, 'there is no such limit any more')
  })

  it('asks browsers for a proof of work where that is wanted; streams, load balancers and who proved it go on', async () => {
    const { body: usual } = await host.api('GET', '/network/attacks/settings')
    expect(usual).toMatchObject({ challenge: 'off' })
    const viewer = { 'x-forwarded-for': '203.0.113.77' }
    const status = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(node.http + path, { headers: { ...ownConnection, ...viewer, ...headers } })
      await response.arrayBuffer()
      return response.status
    }
    const browser = await launchBrowser()
    try {
      await host.api('PUT', '/network/attacks/settings', { ...usual, challenge: 'always', challengeBits: 14 })
      await until(async () => (await status('/watch/show')) === 403, 'nginx asks')
      expect(await status('/api/v1/cdn/health')).toBe(200)
      expect(await status('/live/none/index.m3u8')).toBe(404)
      const context = await browser.newContext({ extraHTTPHeaders: viewer, locale: 'es-ES' })
      const page = await context.newPage()
      // the page as it is shown, without the script that leaves it at once
      await page.route(`${node.http}/watch/show`, async (route) => {
        const answer = await route.fetch()
        await route.fulfill({ response: answer, body: (await answer.text()).replace(/\nwork\(\)\n/, '\n') })
      })
      await page.goto(`${node.http}/watch/show`)
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Comprobando el navegador')
      expect(await findingsInBothThemes(page)).toEqual([])
      await screenshot(page, 'challenge')
      await page.unroute(`${node.http}/watch/show`)
      await page.goto(`${node.http}/watch/show`)
      await page.locator('video').first().waitFor({ state: 'attached', timeout: 60_000 })
      const pass = (await context.cookies()).find(({ name }) => name === 'ami_pass')?.value ?? ''
      const agent = await page.evaluate(() => navigator.userAgent)
      expect(await status(asset, { 'user-agent': agent, 'cookie': `ami_pass=${pass}` })).toBe(200)
      expect(await status(asset, { 'user-agent': 'curl/8', 'cookie': `ami_pass=${pass}` })).toBe(403)
      await context.close()
    } finally {
      await browser.close()
      await host.api('PUT', '/network/attacks/settings', usual)
    }
    await until(async () => (await status('/watch/show')) === 200, 'nobody is asked any more')
  })

  it('runs functions before the cache: deployed, rolled back, with secrets, and removed', async () => {
    const deploy = async (code: string, more: object = {}) =>
      await host.api('PUT', '/network/functions/front', {
        main: 'main.ts',
        files: { 'main.ts': code },
        routes: ['/made/*', asset],
        ...more,
      })
    const first = `export default { async fetch(request: Request, env: { KEY?: string }): Promise<Response> {
      const { pathname } = new URL(request.url)
      if (pathname.startsWith('/made/loop')) for (;;);
      if (pathname.startsWith('/made/failure')) {
        console.log('logged', env.KEY)
        throw new Error('failed by ' + env.KEY)
      }
      if (pathname.startsWith('/made/')) return new Response('made ' + (env.KEY ?? 'without'), { headers: { 'x-made': pathname } })
      const answer = await fetch(request)
      return new Response((await answer.text()).length + ' ' + answer.status, answer)
    } }`
    const { body: deployed } = await deploy(first)
    expect(deployed).toMatchObject({ version: 1, nodes: [{ name: 'edge-cache-node', state: 'done' }] })
    // at once: a function that keeps somebody out must do so when it is said to be there
    expect((await get('/made/x')).text).toBe('made without')
    const plain = (await (await fetch(`${host.http}${asset}`)).text()).length
    await get(asset)
    expect(await get(asset)).toMatchObject({ status: 200, text: `${plain} 200`, cache: 'HIT' })
    expect((await get('/made/loop')).status).toBe(503)
    await until(
      async () => (await host.api('GET', '/network/functions/front/log')).body.items.some(({ level }) => level === 'error'),
      'the log',
    )
    await host.api('PUT', '/network/functions/front/secrets/KEY', { value: 'a secret' })
    expect((await get('/made/x')).text).toBe('made a secret')
    const failed = await get('/made/failure')
    expect(failed).toMatchObject({ status: 502, text: expect.not.stringContaining('a secret') })
    const { items } = await until(async () => {
      const { body } = await host.api('GET', '/network/functions/front/log')
      return body.items.some(({ text }) => text.includes('failed by')) ? body : undefined
    }, 'the failure is in the log')
    expect(items.map(({ text }) => text)).toContain('logged ***')
    expect(JSON.stringify(items)).not.toContain('a secret')
    expect(readFileSync(join(folder, 'data/node/functions'), 'utf8')).not.toContain('made')
    expect((await deploy(`export default { fetch: () => new Response('second') }`)).body.version).toBe(2)
    expect((await get('/made/x')).text).toBe('second')
    expect((await host.api('POST', '/network/functions/front/rollback', {})).body.version).toBe(1)
    expect((await get('/made/x')).text).toBe('made a secret')
    const wrong = await deploy('export default { fetch: ) }')
    expect(wrong).toMatchObject({
      status: 400,
      body: { code: 'network.function_invalid', detail: expect.stringContaining('main.ts:1:25') },
    })
    expect((await get('/made/x')).text).toBe('made a secret')
    expect((await host.api('DELETE', '/network/functions/front')).status).toBe(204)
    await until(async () => !(await get('/made/x')).text.includes('made'), 'it is gone')
    expect((await get(asset)).text).toHaveLength(plain)
  })

  it('ends a circle of functions, and gives origins what they need to end one', async () => {
    const origin = createServer((request, response) => response.end(`passed ${request.headers['cdn-loop'] ?? ''}`)).listen(0, '127.0.0.1')
    await once(origin, 'listening')
    const { port } = origin.address() as AddressInfo
    const code = `let runs = 0; export default { async fetch(request) {
      const url = new URL(request.url)
      const headers = { 'cdn-loop': 'nobody' }
      if (url.pathname === '/circle/runs') return new Response(String(runs))
      if (url.pathname === '/circle/origin') return fetch('http://127.0.0.1:${port}/', { headers })
      runs++
      url.hostname = url.hostname === 'localhost' ? '127.0.0.1' : 'localhost'
      return fetch(url, { headers }) } }`
    try {
      await host.api('PUT', '/network/functions/circle', {
        ...{ main: 'main.js', files: { 'main.js': code }, routes: ['/circle/*'], fetchHosts: ['127.0.0.1'] },
      })
      await untilAll('/circle/runs', '0')
      expect(await get('/circle/x')).toMatchObject({ status: 508, text: expect.stringContaining('network.request_loop') })
      expect((await get('/circle/runs')).text).toBe('8')
      const log = async () => (await host.api('GET', '/network/functions/circle/log')).body.items.map(({ text }) => text)
      await until(async () => (await log()).some((text) => text.includes('leads back')), 'its log says why')
      const asked = (headers: Record<string, string>) => fetch(`${node.http}/circle/origin`, { headers: { ...ownConnection, ...headers } })
      expect(await (await asked({ 'cdn-loop': 'cdn.example' })).text()).toBe('passed cdn.example, ami-streams')
      expect((await asked({ 'cdn-loop': `${'ami-streams;v=1, '.repeat(8)}x` })).status).toBe(508)
    } finally {
      origin.close()
      await host.api('DELETE', '/network/functions/circle')
    }
  })

  it('loses no request while versions of a function come and go', async () => {
    const deploy = (word: string) =>
      host.api('PUT', '/network/functions/word', {
        ...{ main: 'main.js', files: { 'main.js': `export default { fetch: (_, env) => new Response('${word} ' + env.KEY) }` } },
        ...{ routes: ['/word'], variables: { KEY: 'a' } },
      })
    const rollback = () => host.api('POST', '/network/functions/word/rollback', {})
    await deploy('first')
    await untilAll('/word', 'first a')
    let over = false
    const seen = new Map<string, number>()
    const askers = Array.from({ length: 4 }, async () => {
      while (!over) {
        const { status, text } = await get('/word')
        seen.set(`${status} ${text}`, (seen.get(`${status} ${text}`) ?? 0) + 1)
      }
    })
    for (let round = 0; round < 5; round++) {
      await deploy('second')
      await host.api('PUT', '/network/functions/word/secrets/KEY', { value: `secret-${round}` })
      await rollback()
      await host.api('DELETE', '/network/functions/word/secrets/KEY')
    }
    // far more than the 1 MiB that files may have
    const huge = await deploy(`${'x'.repeat(50 * 2 ** 20)}`).catch(() => ({ status: 413 }))
    expect(huge.status).toBe(413)
    over = true
    await Promise.all(askers)
    const answers = [...seen.keys()]
    expect(answers.filter((answer) => !/^200 (?:first|second) (?:a|secret-\d)$/.test(answer))).toEqual([])
    expect(answers.length).toBeGreaterThan(1)
    await host.api('DELETE', '/network/functions/word')
  })

  it('says why it cannot start', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const more = { dataDir: join(folder, 'other'), origin: `http://127.0.0.1:${proxy.port}` }
    const join_ = async () => (await host.api('POST', '/network/join-tokens', {})).body.token
    await expect(startNode({ ...more, token: await join_(), args: ['--cache', file] })).rejects.toThrow('network.cache_folder')
    const sized = ['--cache', folder, '--cache-size', 'x']
    await expect(startNode({ ...more, token: await join_(), args: sized })).rejects.toThrow('command.invalid')
    const yaml = join(folder, 'wrong.yaml')
    writeFileSync(yaml, 'ruls: []\n')
    await expect(startNode({ ...more, token: await join_(), args: ['--config', yaml] })).rejects.toThrow('config.invalid')
  })
})
