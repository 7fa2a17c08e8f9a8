import { createHmac } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RunningNode, startNode } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'

const library = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file))
const missing = [
  ...(library === undefined ? ['libfaketime'] : []),
  ...(existsSync('/usr/lib/nginx/modules/ngx_http_js_module.so') ? [] : ['libnginx-mod-http-js']),
]
const apartS = 300
const secret = 'sixteen-or-more-characters'

async function read(url: string): Promise<{ readonly status: number; readonly text: string; readonly bytes: Buffer }> {
  const reply = await fetch(url)
  const bytes = Buffer.from(await reply.arrayBuffer())
  return { status: reply.status, text: bytes.toString(), bytes }
}

/** The URL of each segment with the time that the playlist says it has. */
const timesOf = (playlist: string): readonly string[] =>
  [...playlist.matchAll(/#EXT-X-PROGRAM-DATE-TIME:(\S+)[\s\S]*?\n(seg-\d+\.m4s)/g)].map(([, time, name]) => `${name} ${time}`)

describe('nodes whose clocks are five minutes ahead and behind', () => {
  let folder: string
  let host: RunningHost
  let publisher: Publisher
  const nodes: { ahead?: RunningNode; behind?: RunningNode } = {}
  const each = () => Object.values(nodes)

  beforeAll(async () => {
    if (missing.length > 0) return
    folder = mkdtempSync(join(tmpdir(), 'edge-clocks-'))
    chmodSync(folder, 0o755)
    host = await startHost({ name: 'edge-clocks' })
    const key = await host.key('show')
    publisher = await publishTestStream({ url: `${host.rtmp}/${key}`, width: 640, height: 360, videoKbps: 800 })
    for (const [name, sign] of [
      ['ahead', '+'],
      ['behind', '-'],
    ] as const) {
      mkdirSync(join(folder, name))
      const file = join(folder, name, 'edge.json')
      writeFileSync(file, JSON.stringify({ rules: [{ path: '/assets/', signed: true }], signingKeys: [{ id: 'k', secret }] }))
      nodes[name] = await startNode({
        // its certificate is of its own making
        origin: String(host.ready.httpsUrl),
        token: (await host.api('POST', '/network/join-tokens', {})).body.token,
        name: `edge-clocks-${name}`,
        dataDir: join(folder, name, 'data'),
        args: ['--config', file, '--cache', join(folder, name, 'cache'), '--cache-size', '500M'],
        env: { LD_PRELOAD: String(library), FAKETIME: `${sign}${apartS}s`, FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' },
      })
    }
    await host.until('show', (state) => state.state === 'active')
    for (const node of each())
      await until(async () => (await read(`${node.http}/api/v1/cdn/health`)).status === 200, 'the connection of the node')
  })
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    for (const node of each()) await node.stop()
    await host?.stop()
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })
  beforeEach((context) => {
    if (missing.length > 0) skipBecause(context, `${missing.join(', ')} is not installed`)
  })

  it('are connected over TLS, and say how far they are apart', async () => {
    for (const [node, sign] of [
      [nodes.ahead, 1],
      [nodes.behind, -1],
    ] as const) {
      const clockAheadMs = async () => JSON.parse((await read(`${node?.http}/api/v1/cdn/health`)).text).clockAheadMs
      await until(async () => (await clockAheadMs()) !== null, 'the first comparison')
      expect(Math.abs((await clockAheadMs()) - sign * apartS * 1000)).toBeLessThan(60_000)
      expect(node?.log.filter((line) => line.includes('is not that of its origin'))).toHaveLength(1)
    }
  })

  it('have the playlists of the origin, with its times, and its media', async () => {
    const master = (await read(`${host.http}/live/show/index.m3u8`)).text
    const path = `/live/show/${master.split('\n').find((line) => /^[^#].*\/v0\/index\.m3u8/.test(line))}`
    await until(async () => timesOf((await read(host.http + path)).text).length >= 3, 'three segments')
    for (const node of each()) {
      // Both grow, and their bitrate is measured while they are read one behind the other.
      await until(async () => {
        const [own, origin] = [await read(`${node.http}/live/show/index.m3u8`), await read(`${host.http}/live/show/index.m3u8`)]
        return own.status === 200 && own.text === origin.text
      }, 'the multivariant playlist of the origin')
      let shared: readonly string[] = []
      await until(async () => {
        const own = timesOf((await read(node.http + path)).text)
        const origin = timesOf((await read(host.http + path)).text)
        shared = own.filter((line) => origin.includes(line))
        return shared.length > 1 && shared.length >= own.length - 1
      }, 'the times of the origin')
      const segment = path.replace('index.m3u8', shared[0]?.split(' ')[0] ?? '')
      expect((await read(node.http + segment)).bytes.equals((await read(host.http + segment)).bytes)).toBe(true)
    }
  })

  it('have the origin say when signed playback ends', async () => {
    await host.api('PUT', '/live/streams/show/access', { mode: 'signed', allow: [], deny: [] })
    const signed = async (expiresInS: number) =>
      `/live/show/index.m3u8?token=${encodeURIComponent((await host.api('POST', '/live/streams/show/signed-addresses', { expiresInS })).body.token)}`
    const [long, short] = [await signed(120), await signed(1)]
    for (const node of each()) expect((await read(node.http + long)).status).toBe(200)
    await delay(2500)
    for (const node of each()) expect((await read(node.http + short)).status).toBe(403)
    await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: [] })
  })

  it('say themselves when signed URLs of files end', async () => {
    const page = (await read(`${host.http}/`)).text
    const target = /(?:src|href)="(\/assets\/[^"]+\.js)"/.exec(page)?.[1]
    const status = async (node: RunningNode | undefined, inS: number) => {
      const expires = Math.floor(Date.now() / 1000) + inS
      const signature = createHmac('sha256', secret).update(`${target}\n${expires}\n`).digest('base64url')
      return (await read(`${node?.http}${target}?key=k&expires=${expires}&signature=${signature}`)).status
    }
    for (const [inS, ahead, behind] of [
      [2 * apartS, 200, 200],
      [apartS / 2, 403, 200],
      [-apartS / 2, 403, 200],
      [-2 * apartS, 403, 403],
    ] as const)
      expect([inS, await status(nodes.ahead, inS), await status(nodes.behind, inS)]).toEqual([inS, ahead, behind])
  })
})
