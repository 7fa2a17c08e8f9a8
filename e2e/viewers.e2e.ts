import { type ChildProcess, spawn } from 'node:child_process'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot, untilMoving, untilPlayer } from './helpers/browser.ts'
import { longClip } from './helpers/clips.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'

describe('who is watching', () => {
  let host: RunningHost
  let browser: Browser
  const publishers: Publisher[] = []
  const players: ChildProcess[] = []

  async function publish(name: string): Promise<{ key: string; publisher: Publisher }> {
    const key = await host.key(name)
    const publisher = publishFile(await longClip(), `${host.rtmp}/${key}`, { loop: true })
    publishers.push(publisher)
    await host.until(name, (stream) => stream.state === 'active')
    return { key, publisher }
  }
  async function open(path: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 960, height: 540 } })
    await page.goto(`${host.http}${path}`)
    return page
  }
  const figures = async (name: string) => (await host.api('GET', `/live/streams/${name}/viewers`)).body
  /** Looks five times a second, so often: looks are counted and not time, which a machine that is delayed lets pass for nothing. */
  async function until(name: string, accept: (viewers: any) => boolean, looks = 400): Promise<any> {
    for (let look = 1; ; look++) {
      const viewers = await figures(name)
      if (accept(viewers)) return viewers
      if (look >= looks) throw new Error(`viewers of ${name} stay ${JSON.stringify(viewers)}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  function play(url: string): ChildProcess {
    const player = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-i', url, '-c', 'copy', '-f', 'null', '-'], { stdio: 'ignore' })
    players.push(player)
    return player
  }

  beforeAll(async () => {
    host = await startHost({ name: 'viewers' })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    for (const player of players) player.kill('SIGKILL')
    await Promise.all(publishers.map((publisher) => publisher.stop('SIGKILL')))
    await browser?.close()
    await host?.stop()
  })

  it('counts each playing client once, whatever it plays over, and lets it go when it leaves', async () => {
    await publish('crowd')
    const pages = await Promise.all(['hls', 'dash', 'webrtc'].map((player) => open(`/watch/crowd?player=${player}`)))
    await Promise.all(pages.map((page) => untilMoving(page)))
    const stream = (await host.api('GET', '/live/streams/crowd')).body
    for (const url of [stream.rtmpUrl, `${host.http}/live/crowd.flv`, `${host.http}/live/crowd/hls.m3u8`, stream.srtUrl!]) play(url)
    const { figures: all, items } = await until('crowd', (viewers) => viewers.figures.concurrent === 7 && viewers.figures.measured === 3)
    // A page whose connection takes too long to come about, as on a machine that is delayed, plays Low-Latency HLS instead.
    const inRealTime = (await pages[2]!.evaluate(() => window.__player!.engine)) === 'webrtc'
    expect(all).toMatchObject({
      concurrent: 7,
      protocols: {
        ...(inRealTime ? { 'll-hls': 1, 'webrtc': 1 } : { 'll-hls': 2 }),
        'dash': 1,
        'rtmp': 1,
        'http-flv': 1,
        'hls': 1,
        'srt': 1,
      },
    })
    const reported = items.filter((session: any) => session.reportedBy === 'beacon')
    for (const session of reported) {
      expect(session.startupMs, session.protocol).toBeGreaterThan(0)
      expect(session.quality, session.protocol).toBe('360p')
    }
    expect((await host.api('GET', '/stream/crowd/viewers')).body).toMatchObject({ concurrent: 7 })
    const page = await open('/live/crowd/viewers')
    await page.getByTestId('viewer-row').nth(6).waitFor()
    expect(await page.getByTestId('viewers-concurrent').innerText()).toBe('7')
    await page.waitForTimeout(300)
    await screenshot(page, 'viewers')
    await page.close()

    const csv = await (await fetch(`${host.http}/api/v1/live/streams/crowd/viewers/export?format=csv`)).text()
    expect(csv.trim().split('\r\n').length).toBe(8)
    // a page that is only closed by the driver is not notified that it goes
    await Promise.all(pages.map((each) => each.goto('about:blank')))
    for (const player of players) player.kill('SIGKILL')
    await until('crowd', (viewers) => viewers.items.every((session: any) => session.protocol === 'hls'), 60)
    const ended = (await host.api('GET', '/live/streams/crowd/viewers?state=ended')).body
    expect(ended.items.length).toBeGreaterThanOrEqual(1)
    // Who fell back was a viewer twice, where its first connection came about in the end.
    const { samples } = (await host.api('GET', '/live/streams/crowd/viewers/history?step=1')).body
    expect([7, inRealTime ? 7 : 8]).toContain(samples.at(-1)!.total)
  })

  it('counts no beacon of a session that never fetched, and rejects invalid ones', async () => {
    const send = (body: string) => fetch(`${host.http}/live/crowd/beacon`, { method: 'POST', body })
    const beacon = { session: 'nobody', protocol: 'hls', event: 'start', sequence: 1 }
    expect((await send(JSON.stringify(beacon))).status).toBe(202)
    expect((await send('{')).status).toBe(400)
    expect((await send(JSON.stringify({ ...beacon, stallMs: -1 }))).status).toBe(400)
    expect((await send(' '.repeat(5000))).status).toBe(413)
    expect((await figures('crowd')).items.some((session: any) => session.id === 'nobody')).toBe(false)
  })

  it('sees stalls of a page whose network stops', async () => {
    await publish('slow')
    const page = await open('/watch/slow')
    await untilMoving(page)
    await until('slow', (viewers) => viewers.figures.measured === 1)
    await page.route(/(part|seg)-.*\.m4s|index\.m3u8/, () => {})
    const { items } = await until('slow', (viewers) => viewers.items[0]?.stallMs > 1500)
    await page.unroute(/(part|seg)-.*\.m4s|index\.m3u8/)
    expect(items[0].stalls).toBeGreaterThanOrEqual(1)
    expect((await until('slow', (viewers) => viewers.figures.rebufferRatio > 0)).figures.healthScore).toBeLessThan(100)
    await page.close()
  })

  it('tells pages of start, loss, return and end within 2 s, in each protocol', async () => {
    const pages = await Promise.all(['hls', 'dash', 'webrtc'].map((player) => open(`/watch/told?player=${player}`)))
    await Promise.all(pages.map((page) => untilPlayer(page, 'missing')))
    /** Two seconds of looks once the host knows it: what a machine is delayed by between two of them does not count. */
    async function all(states: readonly string[], known?: (stream: any) => boolean): Promise<void> {
      if (known) await host.until('told', known)
      for (let look = 1; ; look++) {
        const now = await Promise.all(pages.map((page) => page.evaluate(() => window.__player!.state())))
        if (now.every((state) => states.includes(state))) return
        if (look >= 40) throw new Error(`the pages stay ${now.join(', ')}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    const key = await host.key('told')
    await all(['waiting'])
    const first = publishFile(await longClip(), `${host.rtmp}/${key}`, { loop: true })
    publishers.push(first)
    await Promise.all(pages.map((page) => untilMoving(page)))
    await first.stop('SIGKILL')
    await all(['reconnecting'], (stream) => stream.reconnecting)
    const second = publishFile(await longClip(), `${host.rtmp}/${key}`, { loop: true })
    publishers.push(second)
    await all(['playing', 'buffering', 'loading'], (stream) => !stream.reconnecting)
    await Promise.all(pages.map((page) => untilPlayer(page, 'playing')))
    await host.api('POST', '/live/streams/told/end')
    await all(['ended'], (stream) => stream.state === 'ended')
    await Promise.all(pages.map((page) => page.close()))
  })
})
