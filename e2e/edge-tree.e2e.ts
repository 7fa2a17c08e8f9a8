import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from './helpers/browser.ts'
import { type CuttableProxy, type RunningNode, startNode, startProxy } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { until } from './helpers/until.ts'
import { playInPage, viewerFigures } from './helpers/webrtc-page.ts'

interface NodeView {
  readonly id: string
  readonly connected: boolean
}

async function read(url: string, headers: Record<string, string> = {}) {
  const reply = await fetch(url, { headers })
  const bytes = Buffer.from(await reply.arrayBuffer())
  return { status: reply.status, text: bytes.toString(), bytes }
}

/** What a blocking reload asks for after a playlist. */
function next(text: string): string {
  const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1])
  const complete = text.match(/^#EXTINF/gm)?.length ?? 0
  const tail = text.slice(Math.max(0, text.lastIndexOf('#EXTINF')))
  return `_HLS_msn=${first + complete}&_HLS_part=${tail.match(/^#EXT-X-PART:/gm)?.length ?? 0}`
}

const partsOf = (text: string): string[] => [...text.matchAll(/^#EXT-X-PART:.*URI="([^"]+)"/gm)].map(([, uri]) => uri as string)

/** Plays by blocking reloads and fetches new parts, until `rounds` reloads have been answered. */
async function play(base: string, path: string, rounds: number): Promise<Map<string, Buffer>> {
  const parts = new Map<string, Buffer>()
  let { text } = await read(base + path)
  for (let round = 0; round < rounds; round++) {
    const answer = await read(`${base}${path}?${next(text)}`)
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

describe('nodes behind a node', () => {
  let host: RunningHost
  let proxy: CuttableProxy
  let middle: RunningNode
  let publisher: Publisher
  const leaves: RunningNode[] = []

  const joinToken = async (): Promise<string> => (await host.api('POST', '/network/join-tokens', { expiresInS: 600 })).body.token
  const nodes = async (): Promise<readonly NodeView[]> => (await host.api('GET', '/network/nodes')).body.items
  const untilConnected = (id: string) => until(async () => (await nodes()).find((each) => each.id === id)?.connected === true, 'the node')
  const playlist = async (base: string): Promise<string> => {
    const { status, text } = await read(`${base}/live/show/index.m3u8`)
    expect(status).toBe(200)
    return `/live/show/${text.split('\n').find((each) => /^[^#].*\/v0\/index\.m3u8/.test(each))}`
  }
  const startMiddle = (dataDir?: string, httpPort = 0): Promise<RunningNode> =>
    joinToken().then((token) =>
      startNode({
        ...{ origin: `http://127.0.0.1:${proxy.port}`, name: 'tree-middle', args: ['--accept-nodes'], httpPort },
        ...(dataDir === undefined ? { token } : { dataDir }),
      }),
    )

  beforeAll(async () => {
    host = await startHost({ name: 'tree' })
    proxy = await startProxy(host.httpPort)
    middle = await startMiddle()
    // the node between has no WebRTC of its own
    const relay = ['--webrtc-port', '0', '--webrtc-engine', 'node-datachannel']
    for (const name of ['tree-one', 'tree-two'])
      leaves.push(await startNode({ origin: middle.http, token: await joinToken(), name, args: name === 'tree-two' ? relay : [] }))
    publisher = await publishTestStream({ url: `${host.rtmp}/${await host.key('show')}`, width: 640, height: 360, videoKbps: 800 })
    await host.until('show', (state) => state.state === 'active')
    for (const { id } of [middle, ...leaves]) await untilConnected(id)
  })
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    for (const leaf of leaves) await leaf.stop()
    await middle?.stop()
    proxy?.stop()
    await host?.stop()
  })

  it('answer with the bytes of the origin, which sends each stream once', async () => {
    const [one, two] = leaves as [RunningNode, RunningNode]
    const path = await playlist(one.http)
    expect(await playlist(host.http)).toBe(path)
    await play(one.http, path, 3)
    const alone = proxy.bytes()
    await play(one.http, path, 6)
    const sentForOne = proxy.bytes() - alone
    const before = proxy.bytes()
    const played = await Promise.all([one, two, middle, one, two].map(({ http }) => play(http, path, 6)))
    const sentForFive = proxy.bytes() - before
    process.stdout.write(`sent by the origin: ${sentForOne} bytes for one viewer, ${sentForFive} for five at three nodes\n`)
    expect(sentForFive).toBeLessThan(sentForOne * 3)
    for (const [uri, bytes] of played[1] ?? []) expect((await read(new URL(uri, host.http + path).href)).bytes.equals(bytes)).toBe(true)
    await host.until('show', (state) => state.viewers > 0)
    const health = JSON.parse((await read(`${middle.http}/api/v1/cdn/health`)).text)
    expect([health.nodes, health.reason]).toEqual([2, null])
  })

  it('send WebRTC from packets that come through the node between', async () => {
    const [one, two] = leaves as [RunningNode, RunningNode]
    const browser = await launchBrowser()
    try {
      const page = await browser.newPage({ viewport: { width: 800, height: 600 } })
      await page.goto(`${two.http}/watch/nobody`)
      const played = await playInPage(page, `${two.http}/live/show/whep`)
      expect(played.status, played.body).toBe(201)
      await until(async () => (await viewerFigures(page)).frames > 30, 'frames')
      expect(JSON.parse((await read(`${two.http}/api/v1/cdn/health`)).text).webrtc).toMatchObject({ viewers: 1 })
      expect(JSON.parse((await read(`${one.http}/api/v1/cdn/health`)).text).webrtc).toBeNull()
      expect((await host.api('GET', '/live/webrtc')).body.sessions).toBe(0)
    } finally {
      await browser.close()
    }
  })

  it('has the origin decide about viewers, as they are and with their tokens', async () => {
    const [one] = leaves as [RunningNode]
    const path = await playlist(one.http)
    await host.api('PUT', '/live/streams/show/access', { mode: 'signed', allow: [], deny: [] })
    // what the node decides and what the origin answers through two nodes learn of it one after the other
    await until(async () => (await read(one.http + path)).status === 401, 'the rule at the node')
    await until(async () => (await read(`${one.http}/live/show/index.m3u8`)).status === 401, 'the rule at the origin')
    const { body } = await host.api('POST', '/live/streams/show/signed-addresses', { expiresInS: 600 })
    const token = encodeURIComponent(body.token)
    expect((await read(`${one.http}/live/show/index.m3u8?token=${token}`)).status).toBe(200)
    expect((await read(one.http + path.replace('/live/show/', `/live/show/@${token}/`))).status).toBe(200)
    await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: ['127.0.0.1'] })
    // who is no node is not believed
    const claim = { 'x-forwarded-for': '203.0.113.5', 'x-streams-node': 'made-up', 'x-streams-viewer': '203.0.113.5 http' }
    for (const { http } of [one, middle])
      await until(async () => (await read(`${http}/live/show/index.m3u8`, claim)).status === 403, 'the rule of IP addresses')
    await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: [] })
    for (const url of [one.http + path, `${one.http}/live/show/index.m3u8`])
      await until(async () => (await read(url)).status === 200, 'the stream to be open')
  })

  it('keep what they have while the node between is killed, and go on when it is back', async () => {
    const [one] = leaves as [RunningNode]
    const path = await playlist(one.http)
    const { text } = await read(one.http + path)
    const newest = partsOf(text).at(-1) as string
    const { bytes } = await read(new URL(newest, one.http + path).href)
    const port = Number(new URL(middle.http).port)
    await middle.kill()
    await until(async () => (await read(`${one.http}/api/v1/cdn/health`)).status === 503, 'the node to see it')
    expect((await read(new URL(newest, one.http + path).href)).bytes.equals(bytes)).toBe(true)
    // who waits for what comes next gets it from the node that is back
    const waiting = read(`${one.http}${path}?${next((await read(one.http + path)).text)}`)
    middle = await startMiddle(middle.dataDir, port)
    expect((await waiting).status).toBe(200)
    await untilConnected(one.id)
    await play(one.http, path, 4)
  })

  it('are disabled at the origin, and with the node between', async () => {
    const [one, two] = leaves as [RunningNode, RunningNode]
    const status = async ({ http }: RunningNode): Promise<number> => (await read(`${http}/live/show/index.m3u8`)).status
    await host.api('PATCH', `/network/nodes/${two.id}`, { enabled: false })
    await until(async () => (await status(two)) === 503, 'the node to be disabled')
    expect(await status(one)).toBe(200)
    await host.api('PATCH', `/network/nodes/${middle.id}`, { enabled: false })
    await until(async () => (await nodes()).every(({ connected }) => !connected), 'both to be disconnected')
  })

  it('learn why they are rejected: a loop of nodes, and a node that takes none', async () => {
    const [one, two] = leaves as [RunningNode, RunningNode]
    const reason = async ({ http }: RunningNode): Promise<string> => JSON.parse((await read(`${http}/api/v1/cdn/health`)).text).reason ?? ''
    const moved = async (node: RunningNode, origin: string): Promise<RunningNode> => {
      const file = join(node.dataDir, 'node', 'node.json')
      const port = Number(new URL(node.http).port)
      await node.kill('SIGTERM')
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), origin }))
      return startNode({ dataDir: node.dataDir, httpPort: port, name: 'tree-moved', args: node === middle ? ['--accept-nodes'] : [] })
    }
    leaves[1] = await moved(two, one.http)
    await until(async () => (await reason(leaves[1] as RunningNode)).includes('--accept-nodes'), 'the reason')
    const parent = (leaves[1] as RunningNode).http
    await until(async () => (await read(`${parent}/live/show/index.m3u8`)).status === 503, 'the node to deliver nothing')
    middle = await moved(middle, middle.http)
    await until(async () => (await reason(middle)).includes(`${middle.id} > ${middle.id}`), 'the loop to be named')
    expect((await read(`${middle.http}/live/show/index.m3u8`)).status).toBe(503)
  })
})
