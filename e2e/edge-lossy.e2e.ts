import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type BadNetwork, badNetworkIp, badNetworkMissing, startBadNetwork } from './helpers/bad-network.ts'
import { launchBrowser, readVideo, steps, untilMoving } from './helpers/browser.ts'
import { type RunningNode, startNode } from './helpers/edge-node.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { farEnd } from './helpers/namespace-relay.ts'
import { root } from './helpers/paths.ts'
import { removeFolder } from './helpers/private-folder.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { skipBecause } from './helpers/skip.ts'
import { undisturbed, until } from './helpers/until.ts'

const missing = badNetworkMissing()

describe('a viewer of Low-Latency HLS at a node, over a line that delays and loses packets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge-lossy-'))
  let host: RunningHost
  let node: RunningNode
  let network: BadNetwork
  let relay: ChildProcess
  let outside: Server
  let publisher: Publisher
  let browser: Browser
  let base: string

  beforeAll(async () => {
    if (missing !== undefined) return
    host = await startHost({ name: 'edge-lossy' })
    const { token } = (await host.api('POST', '/network/join-tokens', {})).body
    node = await startNode({ origin: host.http, token, name: 'edge-lossy-node' })
    const port = Number(new URL(node.http).port)
    base = `http://${badNetworkIp}:${port}`
    network = await startBadNetwork([port])
    // the node is outside the namespace of the line
    outside = await farEnd(folder, port)
    const [program = '', ...words] = network.within
    relay = spawn(program, [...words, process.execPath, join(root, 'e2e/helpers/namespace-relay.ts'), folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const said = createInterface({ input: relay.stdout! })[Symbol.asyncIterator]()
    await said.next()
    relay.stdin?.write(`${port} 10.9.0.1\n`)
    expect((await said.next()).value).toBe('open')
    browser = await launchBrowser({ executable: network.wrapped('/usr/bin/chromium') })
    const key = await host.key('show')
    publisher = await publishTestStream({ url: `${host.rtmp}/${key}`, width: 640, height: 360, videoKbps: 800 })
    await host.until('show', (state) => state.state === 'active')
  }, 120_000)
  afterAll(async () => {
    await publisher?.stop('SIGKILL')
    await browser?.close()
    if (relay !== undefined && relay.exitCode === null) {
      relay.kill()
      await once(relay, 'exit')
    }
    outside?.close()
    await network?.stop()
    await node?.stop()
    await host?.stop()
    removeFolder(folder)
  }, 60_000)
  beforeEach((context) => {
    if (missing !== undefined) skipBecause(context, missing)
  })

  it('sees every frame in order, from parts of the node, and plays on in the same page after the line was much worse', async () => {
    await network.shape({ delayMs: 40, loss: 0.01 })
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const asked = { parts: 0, reloads: 0, elsewhere: 0 }
    page.on('request', (request) => {
      const { origin, pathname, searchParams } = new URL(request.url())
      if (/\/part-\d+/.test(pathname)) asked.parts++
      if (searchParams.has('_HLS_msn')) asked.reloads++
      if (origin.startsWith('http') && origin !== base) asked.elsewhere++
    })
    await page.goto(`${base}/watch/show`)
    await untilMoving(page)
    // A machine that is busy may keep a page from its media: such a round is repeated, and reported.
    await undisturbed(async () => {
      const seen = await readVideo(page, 5000, 100)
      const { repeated, back, span } = steps(seen)
      process.stdout.write(`${seen.length} frames read, from first to last ${span}; ${JSON.stringify(asked)}\n`)
      expect({ repeated, back }).toEqual({ repeated: 0, back: 0 })
    })
    expect(asked.parts).toBeGreaterThan(5)
    expect(asked.reloads).toBeGreaterThan(5)
    expect(asked.elsewhere).toBe(0)
    const before = await network.shape({ delayMs: 150, loss: 0.2 })
    expect(before.dropped).toBeGreaterThan(0)
    await until(async () => {
      const { dropped } = await network.shape({ delayMs: 150, loss: 0.2 })
      return dropped - before.dropped > 50
    }, 'many packets to be lost')
    await network.shape({ delayMs: 40, loss: 0.01 })
    const at = await page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
    await page.waitForFunction((from) => (document.querySelector('video')?.currentTime ?? 0) > from + 5, at, { timeout: 90_000 })
    // it is at the live edge again, where parts come from
    const { parts } = asked
    await until(() => asked.parts > parts + 5, 'parts to be played')
    const again = steps(await readVideo(page, 3000, 60))
    expect(again.back).toBe(0)
    expect((await host.api('GET', '/network/nodes')).body.items).toMatchObject([{ id: node.id, connected: true, streams: 1 }])
    await page.close()
  })
})
