import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { framesBehind, launchBrowser, readVideo, steps } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { noMediasoup, withMediasoup } from './helpers/mediasoup.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'
import { skipBecause } from './helpers/skip.ts'
import { until } from './helpers/until.ts'
import { childrenOf, clientPage, playStream, publishCanvas, received, untilFrames, untilState } from './helpers/webrtc.ts'
import { publishLayers } from './helpers/whip-layers.ts'

const engines = ['node-datachannel', 'mediasoup'] as const

/** False where this machine has no worker for mediasoup. */
async function has(host: RunningHost, engine: string): Promise<boolean> {
  return (await host.api('GET', '/live/webrtc')).body.engine === engine
}

describe.each(engines)('WebRTC by %s', (engine) => {
  let host: RunningHost
  let browser: Browser
  let present = true
  const pages: Page[] = []
  const publishers: Publisher[] = []
  const sessions = async (): Promise<number> => (await host.api('GET', '/live/webrtc')).body.sessions

  async function open(): Promise<Page> {
    const page = await clientPage(browser, host.http)
    pages.push(page)
    return page
  }
  async function publish(name: string, more: { simulcast?: boolean; width?: number; height?: number; bitrate?: number } = {}) {
    const key = await host.key(name, { onSecondPublisher: 'takeover' })
    const page = await open()
    await publishCanvas(page, { endpoint: `/live/${name}/whip`, key, ...more })
    return { page, key }
  }

  beforeAll(async () => {
    host = await startHost({ name: `webrtc-${engine}`, args: ['--webrtc-port', '0', '--webrtc-engine', engine], env: withMediasoup })
    present = await has(host, engine)
    browser = await launchBrowser()
  })
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()))
    await Promise.all(publishers.splice(0).map((publisher) => publisher.stop('SIGKILL')))
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('bounds valid offers from one IP address, and viewers notice nothing', async (context) => {
    if (!present) skipBecause(context, noMediasoup)
    const layer = { rid: 'f', width: 480, height: 270, kbps: 350 }
    const signal = `${host.http.replace('http', 'ws')}/live/socket/signal`
    await expect(publishLayers(signal, 'sk_wrong', [layer])).rejects.toThrow('publish.key_unknown')
    const publisher = await publishLayers(signal, await host.key('socket'), [layer])
    await host.until('socket', (each) => each.state === 'active')
    const viewer = await open()
    await playStream(viewer, '/live/socket/whep')
    await untilFrames(viewer, 10)
    const offer = await viewer.evaluate(async () => {
      const peer = new RTCPeerConnection()
      peer.addTransceiver('video', { direction: 'recvonly' })
      await peer.setLocalDescription(await peer.createOffer())
      return peer.localDescription!.sdp
    })
    expect(await sessions()).toBe(2)
    const from = performance.now()
    const headers = { 'content-type': 'application/sdp' }
    const flood = await Promise.all(
      Array.from({ length: 200 }, () => fetch(`${host.http}/live/socket/whep`, { method: 'POST', headers, body: offer })),
    )
    const count = (status: number) => flood.filter((each) => each.status === status).length
    expect(count(201) + count(429)).toBe(200)
    expect(count(201)).toBeGreaterThan(20)
    expect(count(201)).toBeLessThan(62 + (performance.now() - from) / 100)
    expect(flood.find((each) => each.status === 429)?.headers.get('retry-after')).toMatch(/^\d+$/)
    // Those that nobody uses are closed after twelve seconds.
    const kept = await sessions()
    expect(kept).toBeLessThanOrEqual(2 + count(201))
    if (performance.now() - from < 10_000) expect(kept).toBe(2 + count(201))
    await untilFrames(viewer, 30)
    publisher.stop()
    await host.until('socket', (each) => each.state === 'ended')
  })

  it('carries video, audio and messages from one browser to another, and packages them', async (context) => {
    if (!present) skipBecause(context, noMediasoup)
    const { page: sender } = await publish('canvas')
    const viewer = await open()
    await playStream(viewer, '/live/canvas/whep')
    await untilFrames(viewer, 30)
    const seen = await readVideo(viewer, 2000, 46)
    const { back, span } = steps(seen)
    expect([back, seen.length > 45, span >= 45]).toEqual([0, true, true])
    expect(framesBehind(seen)).toBeLessThan(12)
    await until(async () => {
      const { audioPackets, audioEnergy } = await received(viewer)
      return audioPackets > 50 && audioEnergy > 0
    }, 'sound')

    await viewer.waitForFunction(() => window.viewer.send('hello'), undefined, { timeout: 30_000 })
    await sender.waitForFunction(() => window.publisher.send('to everybody'), undefined, { timeout: 30_000 })
    await viewer.waitForFunction(() => window.messages.includes('to everybody'), undefined, { timeout: 30_000 })

    const stream = await host.until('canvas', (each) => each.state === 'active' && each.tracks.length === 2)
    expect(stream.tracks.map((track: { codec: string }) => track.codec).sort()).toEqual(['h264', 'opus'])
    await until(async () => (await (await fetch(`${host.http}/live/canvas/index.m3u8`)).text()).includes('avc1.'), 'a playlist')
  })

  it('takes three sizes of one video and gives a viewer the best', async (context) => {
    if (!present) skipBecause(context, noMediasoup)
    const { page } = await publish('layers', { simulcast: true, width: 1280, height: 720, bitrate: 1_500_000 })
    const viewer = await open()
    await playStream(viewer, '/live/layers/whep')
    // A sender that has no processor to spare makes all of them smaller: the best is the largest that it makes now.
    const made = () =>
      page.evaluate(async () => {
        const report = (await window.publisher.connection.getStats()) as RTCStatsReport
        const layers = [...report.values()].filter((each) => each.type === 'outbound-rtp' && each.kind === 'video')
        return layers.filter((each) => each.framesPerSecond > 0).map((each) => each.frameWidth as number)
      })
    await until(
      async () => {
        const widths = await made()
        const shown = await viewer.evaluate(() => document.querySelector('video')!.videoWidth)
        return new Set(widths).size >= 2 && shown === Math.max(...widths)
      },
      'the viewer sees the largest picture',
      90_000,
    )
    expect(await page.evaluate(() => window.states.at(-1))).toBe('live')
  })

  it('plays an RTMP source with its audio', async (context) => {
    if (!present) skipBecause(context, noMediasoup)
    const key = await host.key('encoder')
    publishers.push(await publishTestStream({ url: `${host.rtmp}/${key}`, width: 640, height: 360, videoKbps: 600 }))
    await host.until('encoder', (each) => each.state === 'active')
    const viewer = await open()
    await playStream(viewer, '/live/encoder/whep')
    await untilFrames(viewer, 30)
    const seen = await readVideo(viewer, 1500, 25)
    expect(steps(seen).back).toBe(0)
    expect(seen.length).toBeGreaterThanOrEqual(25)
    await until(async () => (await received(viewer)).audioEnergy > 0, 'sound')
  })

  it('keeps no place for early offers that nobody took up', async (context) => {
    if (!present) skipBecause(context, noMediasoup)
    // Some of those of the tests between are left until their connections are found dead.
    await until(async () => (await sessions()) <= 10, 'offers hold their places')
  })

  it('goes on after the engine died, and after the publisher was away', async (context) => {
    if (!present) skipBecause(context, noMediasoup)
    const { page: sender, key } = await publish('again')
    const viewer = await open()
    await playStream(viewer, '/live/again/whep')
    await untilFrames(viewer, 10)

    const worker = childrenOf(host.process.pid!).find((each) => /mediasoup-worker|sfu-worker/.test(each.command))
    expect(worker).toBeDefined()
    process.kill(worker!.pid, 'SIGKILL')
    await viewer.waitForFunction(() => window.states.includes('reconnecting'), undefined, { timeout: 60_000 })
    await untilState(sender, 'live')
    await untilState(viewer, 'playing')
    await untilFrames(viewer, 20)

    await sender.context().close()
    const next = await open()
    await publishCanvas(next, { endpoint: '/live/again/whip', key })
    await untilState(viewer, 'playing')
    await untilFrames(viewer, 20)
  })
})
