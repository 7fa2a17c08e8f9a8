import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, readVideo, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'

describe('a friend opens the link in Chromium', () => {
  let host: RunningHost
  let browser: Browser

  beforeAll(async () => {
    host = await startHost({ name: 'browser-playback' })
    const reply = await host.api('POST', '/live/demo', {})
    expect(reply.status).toBeLessThan(300)
    await host.until('demo', (stream) => stream.state === 'active')
    browser = await launchBrowser()
    await new Promise((resolve) => setTimeout(resolve, 4000))
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it.each([
    ['hls.js', ''],
    ['dash.js', '?player=dash'],
  ])('%s plays the test stream: frames advance and the delay is short', async (player, query) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    try {
      await page.goto(`${host.http}/watch/demo${query}`)
      await page.waitForFunction(
        () => (document.querySelector('video')?.currentTime ?? 0) > 0 && !document.querySelector('video')!.paused,
        undefined,
        {
          timeout: 20_000,
        },
      )
      await page.waitForTimeout(5000)
      const seen = await readVideo(page, 4000)
      await screenshot(page, `watch-${player}`)
      expect(seen.length).toBeGreaterThan(30)
      const numbers = seen.map((frame) => frame.frame)
      for (let index = 1; index < numbers.length; index++) expect(numbers[index]!).toBeGreaterThanOrEqual(numbers[index - 1]!)
      const delays = seen.map((frame) => frame.readAt - frame.wallMs).sort((a, b) => a - b)
      const median = delays[delays.length >> 1]!
      expect(median, `${player}: glass to glass in ms`).toBeLessThan(player === 'hls.js' ? 2500 : 8000)
    } finally {
      await page.close()
    }
  })
})
