import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, readVideo, steps, untilMoving } from './helpers/browser.ts'
import { type CuttableProxy, type RunningNode, startNode, startProxy } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { slowNetwork } from './helpers/slow-network.ts'
import { undisturbed, until } from './helpers/until.ts'

describe('players at nodes while something fails', () => {
  let host: RunningHost
  let node: RunningNode
  let proxy: CuttableProxy
  let publisher: Publisher
  let browser: Browser
  const dataDir = mkdtempSync(join(tmpdir(), 'ami-streams-'))

  const token = async (): Promise<string> => (await host.api('POST', '/network/join-tokens', { expiresInS: 600 })).body.token
  const nodeAt = async (id: string) => (await host.api('GET', '/network/nodes')).body.items.find((each) => each.id === id)
  const untilConnected = (id: string) => until(async () => (await nodeAt(id))?.connected === true, 'the node to be connected')
  const publish = async (): Promise<void> => {
    const key = await host.key('show')
    publisher = await publishTestStream({ url: `${host.rtmp}/${key}`, width: 640, height: 360, videoKbps: 800 })
    await host.until('show', (state) => state.state === 'active')
  }
  const isReady = async (base: string): Promise<boolean> => (await fetch(`${base}/live/show/index.m3u8`)).status === 200

  beforeAll(async () => {
    host = await startHost({ name: 'edge-failures', dataDir })
    proxy = await startProxy(host.httpPort)
    browser = await launchBrowser()
    node = await startNode({ origin: `http://127.0.0.1:${proxy.port}`, token: await token(), name: 'edge-failures-node' })
    await publish()
    await untilConnected(node.id)
  })
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    await browser?.close()
    await node?.stop()
    proxy?.stop()
    await host?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('play in Chromium from the node, frame by frame, through a connection that breaks', async () => {
    const pages: Page[] = []
    for (const player of ['hls', 'dash']) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
      await page.goto(`${node.http}/watch/show${player === 'dash' ? '?player=dash' : ''}`)
      await untilMoving(page)
      pages.push(page)
    }
    await host.until('show', (state) => state.viewers === 2)
    // A machine that is busy may keep a page from its media for seconds: such a round is repeated, and reported.
    await undisturbed(async () => {
      const reading = pages.map((page) => readVideo(page, 6000, 120))
      proxy.cut()
      await until(async () => (await fetch(`${node.http}/api/v1/cdn/health`)).status === 503, 'the node to see the break')
      proxy.join()
      await untilConnected(node.id)
      for (const seen of await Promise.all(reading)) {
        const { repeated, back, span } = steps(seen)
        process.stdout.write(`${seen.length} frames read, from first to last ${span}\n`)
        expect({ repeated, back }).toEqual({ repeated: 0, back: 0 })
      }
    })
    for (const page of pages) await page.close()
  })

  it('do not wait for a node whose line is too slow, and the origin keeps nothing for it', async () => {
    const slow = await slowNetwork(host.httpPort, { downKbps: 200 })
    const behind = await startNode({ origin: `http://127.0.0.1:${slow.port}`, token: await token(), name: 'edge-failures-slow' })
    try {
      await untilConnected(behind.id)
      // answered by the origin through the node: the node has not caught up
      void fetch(`${behind.http}/live/show/index.m3u8`)
        .then((reply) => reply.text())
        .catch(() => undefined)
      await until(async () => ((await nodeAt(behind.id))?.sentBytes ?? 0) > 300_000, 'the line to be full')
      let most = 0
      const from = (await nodeAt(node.id))?.sentBytes ?? 0
      const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
      await page.goto(`${node.http}/watch/show`)
      await untilMoving(page)
      await until(async () => {
        most = Math.max(most, ((await nodeAt(behind.id))?.sentBytes ?? 0) - slow.downBytes)
        return ((await nodeAt(node.id))?.sentBytes ?? 0) - from > 2_000_000
      }, 'the other node to be sent two megabytes')
      process.stdout.write(`on its way to the slow node: ${most} bytes at most\n`)
      expect(most).toBeLessThan(600_000)
      await page.close()
    } finally {
      await behind.stop()
      await slow.close()
    }
  })

  it('find a node again at its port when its process is killed', async () => {
    const supervised = await startNode({ origin: host.http, token: await token(), name: 'edge-failures-supervised', supervised: true })
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
      await page.goto(`${supervised.http}/watch/show`)
      await untilMoving(page)
      const atS = await page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
      process.kill(supervised.pid, 'SIGKILL')
      await until(
        async () => (await fetch(`${supervised.http}/api/v1/cdn/health`).catch(() => undefined))?.status === 200,
        'the node to be back',
      )
      // the same page plays on: what it had covers the time
      await page.waitForFunction((from) => (document.querySelector('video')?.currentTime ?? 0) > from + 8, atS, { timeout: 60_000 })
      await page.close()
    } finally {
      await supervised.stop()
    }
  })

  it('play again after the origin was killed and came back', async () => {
    const { httpPort, rtmpPort } = host
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    await page.goto(`${node.http}/watch/show`)
    await untilMoving(page)
    await host.kill()
    await publisher.stop('SIGKILL')
    await until(async () => (await fetch(`${node.http}/api/v1/cdn/health`)).status === 503, 'the node to see it')
    // what is in memory is there
    expect(await isReady(node.http)).toBe(true)
    host = await startHost({ name: 'edge-failures', dataDir, httpPort, rtmpPort })
    await publish()
    await untilConnected(node.id)
    await until(() => isReady(node.http), 'the new run at the node')
    await page.reload()
    await untilMoving(page)
    const { back } = steps(await readVideo(page, 2000, 30))
    expect(back).toBe(0)
    await page.close()
  })

  it('are answered at once while the origin is frozen, however many have to be asked about', async () => {
    await host.api('PUT', '/live/streams/show/access', { mode: 'signed', allow: [], deny: [] })
    const ask = async (path: string) => {
      const from = performance.now()
      const reply = await fetch(`${node.http}${path}`)
      await reply.arrayBuffer()
      return { status: reply.status, retry: reply.headers.get('retry-after'), ms: performance.now() - from }
    }
    await until(async () => (await ask('/live/show/index.m3u8')).status === 401, 'the rule at the node')
    try {
      host.process.kill('SIGSTOP')
      // Each with a token of its own: nothing is known of any of them.
      const many = await Promise.all(Array.from({ length: 1500 }, (_, index) => ask(`/live/show/@made-up-${index}/index.m3u8`)))
      expect(new Set(many.map(({ status, retry }) => `${status} ${retry}`))).toEqual(new Set(['503 1']))
      const slowest = Math.max(...many.map(({ ms }) => ms))
      const late = await ask('/live/show/@made-up-late/index.m3u8')
      process.stdout.write(`answers of a node whose origin is frozen: ${Math.round(slowest)} ms at most, then ${Math.round(late.ms)} ms\n`)
      expect(late.status).toBe(503)
      expect(slowest).toBeLessThan(10_000)
      expect(late.ms).toBeLessThan(2000)
    } finally {
      host.process.kill('SIGCONT')
    }
    await untilConnected(node.id)
    await host.api('PUT', '/live/streams/show/access', { mode: 'open', allow: [], deny: [] })
    await until(() => isReady(node.http), 'the stream at the node')
  })
})
