import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { launchBrowser, readVideo, steps } from './helpers/browser.ts'
import { type CuttableProxy, type RunningNode, startNode, startProxy } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { until } from './helpers/until.ts'
import { playInPage, viewerFigures } from './helpers/webrtc-page.ts'

interface Fetched {
  readonly status: number
  readonly text: string
  readonly bytes: Buffer
}

async function read(url: string, headers: Record<string, string> = {}): Promise<Fetched> {
  const reply = await fetch(url, { headers, redirect: 'follow' })
  const bytes = Buffer.from(await reply.arrayBuffer())
  return { status: reply.status, text: bytes.toString(), bytes }
}

/** The path of the first media playlist with that rendition. */
async function playlistPath(base: string, stream: string, rendition = 'v0'): Promise<string> {
  const { status, text } = await read(`${base}/live/${stream}/index.m3u8`)
  expect(status).toBe(200)
  const line = text.split('\n').find((each) => new RegExp(`^[^#].*/${rendition}/index\\.m3u8`).test(each))
  return `/live/${stream}/${line}`
}

/** What a blocking reload asks for after a playlist. */
function next(text: string): { readonly msn: number; readonly part: number } {
  const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1])
  const complete = text.match(/^#EXTINF/gm)?.length ?? 0
  const tail = text.slice(Math.max(0, text.lastIndexOf('#EXTINF')))
  return { msn: first + complete, part: tail.match(/^#EXT-X-PART:/gm)?.length ?? 0 }
}

/** Lines from the newest segments on: what both sides list at the same edge. */
const partsOf = (text: string): string[] => [...text.matchAll(/^#EXT-X-PART:.*URI="([^"]+)"/gm)].map(([, uri]) => uri as string)

/** Plays by blocking reloads and fetches each new part once, until `rounds` reloads have been answered. */
async function play(base: string, path: string, rounds: number): Promise<Map<string, Buffer>> {
  const parts = new Map<string, Buffer>()
  let { text } = await read(base + path)
  for (let round = 0; round < rounds; round++) {
    const { msn, part } = next(text)
    const answer = await read(`${base}${path}?_HLS_msn=${msn}&_HLS_part=${part}`)
    expect(answer.status).toBe(200)
    text = answer.text
    for (const uri of partsOf(text).slice(-3)) {
      if (parts.has(uri)) continue
      const media = await read(new URL(uri, base + path).href)
      expect([uri, media.status]).toEqual([uri, 200])
      parts.set(uri, media.bytes)
    }
  }
  return parts
}

/** Viewers of WebRTC are the node's. */
const relay = ['--webrtc-port', '0', '--webrtc-engine', 'node-datachannel']

describe('a node beside its origin', () => {
  let host: RunningHost
  let node: RunningNode
  let proxy: CuttableProxy
  let publisher: Publisher

  const joinToken = async (expiresInS = 600): Promise<string> => (await host.api('POST', '/network/join-tokens', { expiresInS })).body.token
  const view = async (id: string) => (await host.api('GET', '/network/nodes')).body.items.find((each) => each.id === id)
  const untilConnected = (id: string, connected = true) =>
    until(async () => (await view(id))?.connected === connected, `connected: ${connected}`)

  beforeAll(async () => {
    host = await startHost({ name: 'edge' })
    proxy = await startProxy(host.httpPort)
    node = await startNode({ origin: `http://127.0.0.1:${proxy.port}`, token: await joinToken(), name: 'edge-node', args: relay })
    const key = await host.key('show')
    publisher = await publishTestStream({ url: `${host.rtmp}/${key}`, width: 640, height: 360, videoKbps: 800 })
    await host.until('show', (state) => state.state === 'active')
    await untilConnected(node.id)
  })
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    await node?.stop()
    proxy?.stop()
    await host?.stop()
  })

  it('answers playlists and parts with the bytes of the origin', async () => {
    const path = await playlistPath(node.http, 'show')
    expect(await playlistPath(host.http, 'show')).toBe(path)
    const parts = await play(node.http, path, 8)
    expect(parts.size).toBeGreaterThan(4)
    for (const [uri, bytes] of parts) {
      const original = await read(new URL(uri, host.http + path).href)
      expect([uri, original.status, original.bytes.equals(bytes)]).toEqual([uri, 200, true])
    }
    // the same edge, the same text
    const { msn, part } = next((await read(host.http + path)).text)
    const query = `?_HLS_msn=${msn + 1}&_HLS_part=${part}`
    const [ours, theirs] = await Promise.all([read(node.http + path + query), read(host.http + path + query)])
    expect(partsOf(ours.text)).toEqual(partsOf(theirs.text))
    const mpd = await read(`${node.http}/live/show/manifest.mpd`)
    expect([mpd.status, mpd.text.includes('<MPD')]).toEqual([200, true])
    expect(((await view(node.id))?.requests ?? 0) >= 0).toBe(true)
  })

  it('is sent each stream once, however many watch there, and they count at the origin', async () => {
    const path = await playlistPath(node.http, 'show')
    const alone = proxy.bytes()
    await play(node.http, path, 6)
    const one = proxy.bytes() - alone
    const before = proxy.bytes()
    await Promise.all(Array.from({ length: 30 }, () => play(node.http, path, 6)))
    const thirty = proxy.bytes() - before
    process.stdout.write(`sent to the node: ${one} bytes for one viewer, ${thirty} for thirty\n`)
    // thirty copies would be thirty times as much; the times are not the same to a part
    expect(thirty).toBeLessThan(one * 4)
    expect(((await view(node.id))?.deliveredBytes ?? 0) > thirty).toBe(true)
    await host.until('show', (state) => state.viewers > 0)
  })

  it('goes on after the connection was cut: who waits for a part gets it, and nothing is sent again', async () => {
    const path = await playlistPath(node.http, 'show')
    // one that has had nothing of the stream yet
    const fresh = await startNode({ origin: host.http, token: await joinToken(), name: 'edge-fresh' })
    await untilConnected(fresh.id)
    const { text } = await read(node.http + path)
    const { msn } = next(text)
    const kept = await read(new URL(partsOf(text).at(-1) as string, node.http + path).href)
    // in three segments: the connection is cut and joined before it is there
    const waiting = read(`${node.http}${path}?_HLS_msn=${msn + 1}&_HLS_part=0`)
    proxy.cut()
    await until(async () => (await read(`${node.http}/api/v1/cdn/health`)).status === 503, 'the node to see it')
    const again = await read(node.http + path)
    expect(again.status).toBe(200)
    proxy.join()
    await untilConnected(node.id)
    expect((await read(fresh.http + path)).status).toBe(200)
    const [rest, all] = [(await view(node.id))?.sentBytes ?? 0, (await view(fresh.id))?.sentBytes ?? 0]
    process.stdout.write(`sent after the break: ${rest} bytes; to a node that had nothing: ${all}\n`)
    expect(rest).toBeLessThan(all / 2)
    const answer = await waiting
    expect(answer.status).toBe(200)
    await host.api('DELETE', `/network/nodes/${fresh.id}`)
    await fresh.stop()
    expect((await read(new URL(partsOf(text).at(-1) as string, node.http + path).href)).bytes.equals(kept.bytes)).toBe(true)
    await play(node.http, path, 4)
  })

  it('sends WebRTC from the node, which gets the stream once; its viewers count and are decided about at the origin', async () => {
    const browser = await launchBrowser()
    try {
      const [first, second] = await Promise.all([0, 1].map(() => browser.newPage({ viewport: { width: 800, height: 600 } })))
      for (const page of [first!, second!]) {
        await page.goto(`${node.http}/watch/nobody`)
        const played = await playInPage(page, `${node.http}/live/show/whep`)
        expect(played.status, played.body).toBe(201)
        expect(played.location).toMatch(/^\/live\/show\/whep\/\w{24}$/)
      }
      for (const page of [first!, second!]) {
        await until(async () => (await viewerFigures(page)).frames > 30, 'frames')
        const seen = await readVideo(page, 2000, 40)
        expect(seen.length).toBeGreaterThanOrEqual(40)
        expect(steps(seen)).toMatchObject({ back: 0 })
        await until(async () => (await viewerFigures(page)).audioMs > 1000, 'audio')
      }
      const health = async () => (await (await fetch(`${node.http}/api/v1/cdn/health`)).json()) as { webrtc: { viewers: number } }
      expect((await health()).webrtc).toMatchObject({ viewers: 2, port: expect.any(Number) })
      const sessions = async () =>
        (await host.api('GET', '/live/streams/show/sessions')).body.items.filter(({ protocol }) => protocol === 'webrtc')
      await until(async () => (await sessions()).length === 2, 'both to count')
      expect((await sessions())[0]?.bytes).toBeGreaterThan(10_000)
      // the media are not the origin's
      expect((await host.api('GET', '/live/webrtc')).body).toMatchObject({ running: false, sessions: 0 })

      proxy.cut()
      await until(async () => (await fetch(`${node.http}/api/v1/cdn/health`)).status === 503, 'the node to see it')
      proxy.join()
      await untilConnected(node.id)
      const before = (await viewerFigures(first!)).frames
      await until(async () => (await viewerFigures(first!)).frames > before + 60, 'frames after the break')
      expect((await health()).webrtc.viewers).toBe(2)

      const ended = await second!.evaluate(() => (window as unknown as { viewer: RTCPeerConnection }).viewer.close())
      expect(ended).toBeUndefined()
      // a limit is for all viewers: who comes now is the origin's to decide about
      const key = (await host.api('GET', '/live/keys')).body.items.find(({ stream }) => stream === 'show')
      const limit = async (maxViewers: number | null) =>
        expect((await host.api('PATCH', `/live/keys/${key?.id}`, { limits: { maxViewers } })).status).toBe(200)
      await limit(1)
      await until(async () => (await playInPage(second!, `${node.http}/live/show/whep`)).status === 403, 'the limit at the node')
      await limit(null)

      // who may not watch any more is cut off, and nobody else comes
      await host.api('PUT', '/live/streams/show/access', { mode: 'signed', allow: [], deny: [] })
      await until(async () => (await health()).webrtc.viewers === 0, 'the viewers to be cut off')
      const rejected = await fetch(`${node.http}/live/show/whep`, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp' },
        body: 'v=0',
      })
      expect(rejected.status).toBe(401)
      await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: [] })
      await until(async () => (await sessions()).length === 0, 'them to have left')
    } finally {
      await browser.close()
    }
  })

  it('rejects tokens that were used, made up or have expired, and strangers get nothing', async () => {
    const token = await joinToken()
    const origin = host.http
    const other = await startNode({ origin, token, name: 'edge-other', args: ['--id', 'edge-two'] })
    expect(other.id).toBe('edge-two')
    const taken = { origin, token: await joinToken(), name: 'edge-taken', args: ['--id', 'edge-two'] }
    await expect(startNode(taken)).rejects.toThrow('network.node_id_taken')
    await expect(startNode({ origin, token, name: 'edge-used' })).rejects.toThrow('network.join_rejected')
    await expect(startNode({ origin, token: `join_${'a'.repeat(43)}`, name: 'edge-foreign' })).rejects.toThrow('network.join_rejected')
    await expect(startNode({ name: 'edge-none' })).rejects.toThrow('network.not_joined')
    // many at once with one token: one node
    const shared = await joinToken()
    const joined = await Promise.allSettled(
      Array.from({ length: 4 }, (_, index) => startNode({ origin, token: shared, name: `edge-race-${index}` })),
    )
    const won = joined.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    expect(won).toHaveLength(1)
    for (const each of [...won, other]) {
      await host.api('DELETE', `/network/nodes/${each.id}`)
      await each.stop()
    }
    const messages: string[] = []
    const stranger = new WebSocket(`${host.http.replace('http', 'ws')}/api/v1/network/edge/link`)
    stranger.on('message', (data) => messages.push(String(data)))
    await new Promise((resolve) => stranger.once('open', resolve))
    stranger.send(JSON.stringify({ type: 'hello', link: 1, version: '1', lastPurge: 0, id: node.id, signature: 'A'.repeat(88) }))
    const code = await new Promise<number>((resolve) => stranger.once('close', resolve))
    expect(code).toBe(4403)
    expect(messages.map((each) => JSON.parse(each).type)).toEqual(['challenge'])
  })

  it('has the origin decide about a signed stream, and about its viewers as they are', async () => {
    const path = await playlistPath(node.http, 'show')
    await play(node.http, path, 1)
    expect((await host.api('PUT', '/live/streams/show/access', { mode: 'signed', allow: [], deny: [] })).status).toBe(200)
    await until(async () => (await read(node.http + path)).status === 401, 'the rule at the node')
    for (const each of [path, '/live/show/index.m3u8', '/live/show/manifest.mpd']) expect((await read(node.http + each)).status).toBe(401)
    const { body } = await host.api('POST', '/live/streams/show/signed-addresses', { expiresInS: 600 })
    const token = encodeURIComponent(body.token)
    const signed = path.replace('/live/show/', `/live/show/@${token}/`)
    expect((await read(node.http + signed)).status).toBe(200)
    expect((await read(`${node.http}/live/show/index.m3u8?token=${token}`)).status).toBe(200)
    // a node that nobody has watched at has the stream sent for who may watch it, and for nobody else
    const unwatched = await startNode({ origin: host.http, token: await joinToken(), name: 'edge-unwatched' })
    await untilConnected(unwatched.id)
    const part = partsOf((await read(node.http + signed)).text).at(-1) as string
    const media = new URL(part, node.http + path).pathname
    const streamsThere = async (): Promise<number> => JSON.parse((await read(`${unwatched.http}/api/v1/cdn/health`)).text).streams
    for (let round = 0; round < 10; round++) {
      for (const each of [path, media, '/live/show/index.m3u8', '/live/show/manifest.mpd'])
        expect([each, (await read(unwatched.http + each)).status]).toEqual([each, 401])
      expect((await read(`${unwatched.http}/live/show/@wrong${round}/index.m3u8`)).status).toBe(403)
      await new Promise((resolve) => setTimeout(resolve, 200))
      expect(await streamsThere()).toBe(0)
    }
    expect((await read(unwatched.http + signed)).status).toBe(200)
    expect(await streamsThere()).toBe(1)
    await unwatched.stop()
    await host.api('DELETE', `/network/nodes/${unwatched.id}`)
    // what a viewer says of its own IP address is not believed
    await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: ['127.0.0.1'] })
    await until(async () => (await read(node.http + path, { 'x-forwarded-for': '203.0.113.5' })).status === 403, 'the rule of IP addresses')
    expect((await read(`${node.http}/live/show/index.m3u8`, { 'x-forwarded-for': '203.0.113.5' })).status).toBe(403)
    await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: [] })
    await until(async () => (await read(node.http + path)).status === 200, 'the stream to be open')
  })

  it('is sent a stream that only a limit of viewers protects once the first of them was allowed there', async () => {
    const key = (await host.api('GET', '/live/keys')).body.items.find(({ stream }) => stream === 'show')
    const limit = async (maxViewers: number | null) =>
      expect((await host.api('PATCH', `/live/keys/${key?.id}`, { limits: { maxViewers } })).status).toBe(200)
    const unwatched = await startNode({ origin: host.http, token: await joinToken(), name: 'edge-limited' })
    try {
      await untilConnected(unwatched.id)
      await limit(1)
      // Who has the one place.
      const path = await playlistPath(host.http, 'show')
      await play(host.http, path, 1)
      const streamsThere = async (): Promise<number> => JSON.parse((await read(`${unwatched.http}/api/v1/cdn/health`)).text).streams
      for (let round = 0; round < 10; round++) {
        for (const each of ['/live/show/index.m3u8', '/live/show/manifest.mpd', path])
          await read(unwatched.http + each, { 'user-agent': `stranger ${round}` })
        expect((await read(`${unwatched.http}/live/show/index.m3u8`, { 'user-agent': 'stranger' })).status).toBe(403)
        expect(await streamsThere()).toBe(0)
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      await limit(1000)
      expect((await read(`${unwatched.http}/live/show/index.m3u8`, { 'user-agent': 'viewer' })).status).toBe(200)
      await until(async () => (await streamsThere()) === 1, 'the stream at the node')
      await play(unwatched.http, path, 2)
    } finally {
      await limit(null)
      await unwatched.stop()
      await host.api('DELETE', `/network/nodes/${unwatched.id}`)
    }
  })

  it('does not answer the API of the origin', async () => {
    expect((await read(`${node.http}/api/v1/tokens`)).status).toBe(404)
    expect((await read(`${node.http}/metrics`)).status).toBe(404)
    expect((await read(`${node.http}/api/v1/time`)).status).toBe(200)
    expect((await read(`${node.http}/watch/show`)).text).toContain('<!doctype html')
    expect((await read(`${node.http}/live/nobody/index.m3u8`)).status).toBe(404)
  })

  it('is shown on the page with its figures, is added by a command that is copied, and is disabled there', async () => {
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage()
      await page.goto(`${host.http}/network`)
      const card = page.locator(`[data-testid="node-card"][data-node="${node.id}"]`)
      await card.waitFor()
      expect(await card.getAttribute('data-state')).toBe('live')
      await page.getByTestId('add-node').click()
      const command = await page.getByTestId('join-command').textContent()
      const token = /--token (\S+)/.exec(command ?? '')?.[1]
      await page.getByTestId('join-done').click()
      const other = await startNode({ origin: host.http, token: token?.split('.')[0] ?? '', name: 'edge-page' })
      const added = page.locator(`[data-testid="node-card"][data-node="${other.id}"][data-state="live"]`)
      await added.waitFor()
      await added.getByTestId('toggle-node').click()
      await page.locator(`[data-testid="node-card"][data-node="${other.id}"][data-state="ended"]`).waitFor()
      await page.locator(`[data-testid="node-card"][data-node="${other.id}"]`).getByTestId('revoke-node').click()
      await page.getByTestId('confirm-yes').click()
      await page.locator(`[data-testid="node-card"][data-node="${other.id}"]`).waitFor({ state: 'detached' })
      await other.stop()
    } finally {
      await browser.close()
    }
  })

  it('comes back after a SIGKILL without a token, and is disabled and revoked at once', async () => {
    const port = Number(new URL(node.http).port)
    await node.kill()
    await untilConnected(node.id, false)
    const dataDir = node.dataDir
    node = await startNode({ dataDir, httpPort: port, name: 'edge-node', args: relay })
    await untilConnected(node.id)
    const path = await playlistPath(node.http, 'show')
    await play(node.http, path, 2)
    const disabled = await host.api('PATCH', `/network/nodes/${node.id}`, { enabled: false })
    expect([disabled.body.enabled, disabled.body.connected]).toEqual([false, false])
    await until(async () => (await read(`${node.http}/api/v1/cdn/health`)).text.includes('rejected'), 'the node to know')
    expect((await read(node.http + path)).status).toBe(503)
    expect((await read(`${node.http}/watch/show`)).status).toBe(503)
    expect((await host.api('GET', '/network/health')).body).toMatchObject({ disabled: 1, connected: 0 })
    await host.api('PATCH', `/network/nodes/${node.id}`, { enabled: true })
    await untilConnected(node.id)
    await play(node.http, path, 2)
    expect((await host.api('DELETE', `/network/nodes/${node.id}`)).status).toBe(204)
    expect(await view(node.id)).toBeUndefined()
    await until(async () => (await read(`${node.http}/api/v1/cdn/health`)).text.includes('rejected'), 'the node to know')
  })
})

describe('a node of an origin with a certificate of its own making', () => {
  it('joins over TLS by the fingerprint in its token, and rejects another certificate', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))
    const host = await startHost({ name: 'edge-tls', dataDir })
    const origin = String(host.ready.httpsUrl)
    const { token } = (await host.api('POST', '/network/join-tokens', { expiresInS: 600 })).body
    expect(token).toMatch(/^join_[\w-]{43}\.[0-9a-f]{64}$/)
    const other = `${token.slice(0, -64)}${'0'.repeat(64)}`
    try {
      await expect(startNode({ origin, token: other, name: 'edge-tls-other' })).rejects.toThrow('network.origin_unknown')
      const [cut = ''] = token.split('.')
      await expect(startNode({ origin, token: cut, name: 'edge-tls-cut' })).rejects.toThrow('network.origin_untrusted')
      const node = await startNode({ origin, token, name: 'edge-tls' })
      try {
        await until(async () => (await read(`${node.http}/api/v1/cdn/health`)).status === 200, 'the connection')
        expect((await read(`${node.http}/api/v1/time`)).status).toBe(200)
      } finally {
        await node.stop()
      }
    } finally {
      await host.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})
