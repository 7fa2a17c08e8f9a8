import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, readVideo, screenshot, steps, untilMoving } from './helpers/browser.ts'
import { longClip } from './helpers/clips.ts'
import { readFrames } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile } from './helpers/publish.ts'
import { until } from './helpers/until.ts'
import { checkMediaPlaylist } from './playlist-rules.ts'

const dvrFiles = (host: RunningHost): string[] =>
  existsSync(join(host.dataDir, 'dvr'))
    ? readdirSync(join(host.dataDir, 'dvr'), { recursive: true })
        .map(String)
        .filter((name) => name.endsWith('.m4s'))
    : []

describe('viewers rewind', () => {
  let host: RunningHost
  let browser: Browser
  let publisher: Publisher
  let playlistUrl = ''

  beforeAll(async () => {
    host = await startHost({ name: 'dvr', args: ['--window-ms', '6000', '--dvr-ms', '3600000'] })
    // what a host that was killed left behind
    const left = join(host.dataDir, 'dvr/left')
    mkdirSync(left, { recursive: true })
    writeFileSync(join(left, '0.m4s'), 'stale')
    await host.kill('SIGKILL')
    host = await startHost({
      name: 'dvr',
      dataDir: host.dataDir,
      args: ['--window-ms', '6000', '--dvr-ms', '3600000'],
    })
    expect(existsSync(left)).toBe(false)
    browser = await launchBrowser()
    const key = await host.key('show')
    publisher = publishFile(await longClip(), `${host.rtmp}/${key}`, { loop: true })
    await host.until('show', (stream) => stream.state === 'active')
    const address = `${host.http}/live/show/index.m3u8`
    const line = await until(
      async () => (await (await fetch(address)).text()).split('\n').find((each) => each.includes('/v0/')),
      'the playlist of the picture',
    )
    playlistUrl = new URL(line, address).href
    await until(async () => (await host.api('GET', '/live/streams/show/dvr')).body.availableMs > 20_000, 'the window grows')
  })
  afterAll(async () => {
    await publisher?.stop()
    await browser?.close()
    await host?.stop()
  })

  it('the playlist lists it all, from disk what memory has let go, and every frame of it is there once', async () => {
    expect(dvrFiles(host).length).toBeGreaterThan(1)
    const text = await (await fetch(playlistUrl)).text()
    expect(checkMediaPlaylist(text)).toEqual([])
    expect(text).toContain('#EXT-X-MEDIA-SEQUENCE:0\n')
    const delta = await (await fetch(`${playlistUrl}?_HLS_skip=YES`)).text()
    expect(delta).toMatch(/#EXT-X-SKIP:SKIPPED-SEGMENTS=\d+/)
    expect(delta.length).toBeLessThan(text.length)
    const first = await fetch(new URL('seg-0.m4s', playlistUrl))
    expect(first.status).toBe(200)
    const whole = Buffer.from(await first.arrayBuffer())
    expect(whole.length).toBe(Number(first.headers.get('content-length')))
    const range = await fetch(new URL('seg-0.m4s', playlistUrl), { headers: { range: 'bytes=100-299' } })
    expect(range.status).toBe(206)
    expect(Buffer.from(await range.arrayBuffer()).equals(whole.subarray(100, 300))).toBe(true)
    const pieces = ['init-0.mp4', ...[...text.matchAll(/^seg-\S+$/gm)].map((match) => match[0])]
    const file = join(host.dataDir, 'window.mp4')
    for (const piece of pieces) appendFileSync(file, Buffer.from(await (await fetch(new URL(piece, playlistUrl))).arrayBuffer()))
    const frames = (await readFrames(file)).map((frame) => frame.code?.frame ?? -1)
    expect(frames.length).toBeGreaterThan(480)
    expect(frames.every((frame, index) => frame === frames[0]! + index)).toBe(true)
  })

  const behind = (page: Page) => page.evaluate(() => (window.__player?.latencyMs() ?? 0) / 1000)

  it.each(['hls', 'dash'])('%s.js: a link starts at its time, the bar and keys move, and live is a click away', async (player) => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 } })
    await page.goto(`${host.http}/watch/show?start=0&player=${player}`)
    await untilMoving(page)
    const first = await readVideo(page, 1500, 30)
    expect(first[0]!.frame).toBeLessThan(200)
    const { repeated, back } = steps(first)
    expect({ repeated, back }).toEqual({ repeated: 0, back: 0 })
    const began = await behind(page)
    expect(began).toBeGreaterThan(15)
    const bar = page.getByTestId('seek')
    await page.getByTestId('player').hover()
    await bar.waitFor()
    await page.waitForFunction(() => Number((document.getElementById('seek') as HTMLInputElement).value) < 12)
    expect(await bar.getAttribute('aria-valuetext')).toMatch(/^-\d:\d\d/)
    await screenshot(page, `watch-rewound-${player}`)
    await page.keyboard.press('l')
    await page.waitForFunction((was) => (window.__player?.latencyMs() ?? 99_000) / 1000 < was - 7, began)
    await page.getByTestId('go-live').click()
    await page.waitForFunction(() => (window.__player?.latencyMs() ?? 99_000) < 6000, undefined, { timeout: 60_000 })
    await page.keyboard.press('Home')
    await page.waitForFunction(() => (window.__player?.latencyMs() ?? 0) > 15_000, undefined, { timeout: 60_000 })
    await untilMoving(page)
    await page.close()
  })

  it('rejects an invalid start, and says where a player should start', async () => {
    const at = async (start: string) => {
      const answer = await fetch(`${host.http}/live/show/index.m3u8?start=${encodeURIComponent(start)}`)
      return { status: answer.status, text: await answer.text() }
    }
    expect((await at('-12')).text).toContain('#EXT-X-START:TIME-OFFSET=-12.000,PRECISE=YES')
    expect((await at(new Date(Date.now() - 10_000).toISOString())).text).toMatch(/#EXT-X-START:TIME-OFFSET=\d+\.\d{3},PRECISE=YES/)
    expect((await at('noon')).status).toBe(400)
  })

  it('an editor closes the window at once, and its files go', async () => {
    expect((await host.api('PUT', '/live/streams/show/dvr', { windowMs: -1 })).status).toBe(400)
    expect((await host.api('PUT', '/live/streams/nobody/dvr', { windowMs: 0 })).status).toBe(404)
    const { status, body } = await host.api('PUT', '/live/streams/show/dvr', { windowMs: 0 })
    expect({ status, windowMs: body.windowMs, isDefault: body.isDefault }).toEqual({ status: 200, windowMs: 0, isDefault: false })
    await until(async () => (await host.api('GET', '/live/streams/show/dvr')).body.availableMs <= 9000, 'the window closes')
  })
})
