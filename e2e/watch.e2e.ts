import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, readVideo, screenshot, sidewaysPx, untilMoving, untilPlayer } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishTestStream } from './helpers/publish.ts'

const small = { width: 640, height: 360, videoKbps: 500 }

describe('a viewer with the link', () => {
  let host: RunningHost
  let browser: Browser
  let elsewhere: Server
  const running: Publisher[] = []

  async function publish(key: string): Promise<Publisher> {
    const publisher = await publishTestStream({ ...small, url: `${host.rtmp}/${key}` })
    running.push(publisher)
    return publisher
  }
  async function open(path: string): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const problems = complaints(page)
    await page.goto(`${host.http}${path}`)
    await page.evaluate(() => {
      window.__mark = 1
    })
    return { page, problems }
  }
  const sameDocument = (page: Page): Promise<boolean> => page.evaluate(() => window.__mark === 1)

  beforeAll(async () => {
    host = await startHost({ name: 'watch' })
    browser = await launchBrowser()
    elsewhere = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(
        `<!doctype html><title>A page of somebody else</title><iframe src="${host.http}/embed/late" width="960" height="540" allow="autoplay; fullscreen"></iframe>`,
      )
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    await Promise.all(running.map((publisher) => publisher.stop('SIGKILL')))
    await browser?.close()
    await host?.stop()
    await new Promise((resolve) => elsewhere?.close(resolve))
  })

  it('shows that there is no such stream', async () => {
    const { page, problems } = await open('/watch/nobody')
    await untilPlayer(page, 'missing')
    expect(await page.getByTestId('player-notice').innerText()).toContain('There is no stream of this name')
    await screenshot(page, 'watch-missing')
    expect(problems).toEqual([])
    await page.close()
  })

  it('comes before the stream, and sees it start, live through a lost publisher, and end, all in one page', async () => {
    const key = await host.key('late')
    const hls = await open('/watch/late')
    const dash = await open('/watch/late?player=dash')
    await untilPlayer(hls.page, 'waiting')
    await screenshot(hls.page, 'watch-not-live-yet')

    const first = await publish(key)
    await host.api('PATCH', '/live/streams/late', { title: 'The late show' })
    await Promise.all([untilMoving(hls.page), untilMoving(dash.page)])
    await hls.page.waitForTimeout(1000)

    await first.stop('SIGKILL')
    await untilPlayer(hls.page, 'reconnecting')
    await screenshot(hls.page, 'watch-reconnecting')
    await host.until('late', (stream) => stream.reconnecting)
    const backAt = Date.now()
    const second = await publish(key)
    for (const [player, { page, problems }] of Object.entries({ hls, dash })) {
      await untilMoving(page)
      let newest = 0
      const end = performance.now() + 60_000
      while (newest < backAt && performance.now() < end) newest = (await readVideo(page, 1500)).at(-1)?.wallMs ?? newest
      expect(newest, `${player}: a picture of the second publisher`).toBeGreaterThan(backAt)
      const before = await page.evaluate(() => document.querySelector('video')!.currentTime)
      // time goes on
      await page.waitForFunction((time) => document.querySelector('video')!.currentTime > time + 1, before, { timeout: 60_000 })
      expect(await sameDocument(page), `${player}: not loaded again`).toBe(true)
      expect(problems, player).toEqual([])
      await screenshot(page, `watch-returned-${player}`)
    }
    expect((await host.api('GET', '/live/streams/late')).body).toMatchObject({ state: 'active', reconnecting: false })

    await host.api('POST', '/live/streams/late/end')
    for (const [player, { page }] of Object.entries({ hls, dash })) {
      await untilPlayer(page, 'ended')
      expect(await page.getByTestId('player-notice').innerText()).toContain('The stream has ended')
      await page.waitForTimeout(300)
      await screenshot(page, `watch-ended-${player}`)
    }
    await second.stop('SIGKILL')

    // Opens the stream at once: after an operator ended it, its encoder is kept out for a while.
    expect((await host.api('POST', '/stream/start', { name: 'late' })).status).toBeLessThan(300)
    await publish(key)
    await untilMoving(hls.page)
    expect(await hls.page.getByTestId('stream-name').innerText()).toBe('The late show')
    expect(await sameDocument(hls.page)).toBe(true)
    await Promise.all([hls.page.close(), dash.page.close()])
  })

  it('finds the player in a page of somebody else', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const problems = complaints(page)
    await page.goto(`http://localhost:${(elsewhere.address() as AddressInfo).port}`)
    const frame = page.frameLocator('iframe')
    await frame.locator('[data-testid="player"][data-state="playing"]').waitFor({ timeout: 60_000 })
    const inside = page.frames().find((each) => each.url().includes('/embed/'))!
    const before = await inside.evaluate(() => document.querySelector('video')!.currentTime)
    await inside.waitForFunction((time) => document.querySelector('video')!.currentTime > time + 1, before, { timeout: 60_000 })
    await screenshot(page, 'embed')
    expect(problems).toEqual([])
    await page.close()
  })

  it('rules the player with the keyboard, on a phone too', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'dark' })
    await page.goto(`${host.http}/watch/late`)
    await untilMoving(page)
    expect(await sidewaysPx(page)).toBe(0)
    await page.keyboard.press('m')
    expect(await page.evaluate(() => document.querySelector('video')!.muted)).toBe(false)
    await page.keyboard.press(' ')
    await page.waitForFunction(() => document.querySelector('video')!.paused)
    await page.keyboard.press('k')
    await page.waitForFunction(() => !document.querySelector('video')!.paused)
    await page.getByTestId('player-settings').focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('player-menu').waitFor()
    await screenshot(page, 'watch-phone-menu')
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('settings')
    await page.close()
  })
})
