import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, readVideo, screenshot, sidewaysPx, steps, untilMoving } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

/** Reads frames and the page's own figure side by side: how far behind the picture is, and how far the page says. */
async function delays(page: Page, forMs: number) {
  const figures: number[] = []
  let reading = true
  const told = (async () => {
    while (reading) {
      const figure = await page.evaluate(() => window.__player?.latencyMs() ?? null)
      if (figure !== null) figures.push(figure)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })()
  const seen = await readVideo(page, forMs)
  reading = false
  await told
  return { seen, picture: median(seen.map((frame) => frame.readAt - frame.wallMs)), figure: median(figures) }
}

/** Both figures again for a moment where they are further apart than `withinMs`: a busy machine disturbs the measure, not the page. */
async function agree(page: Page, { picture, figure }: { picture: number; figure: number }, withinMs: number): Promise<void> {
  let apart = Math.abs(picture - figure)
  for (let tries = 0; tries < 3 && apart >= withinMs; tries++) {
    const again = await delays(page, 3000)
    apart = Math.abs(again.picture - again.figure)
  }
  expect(apart, `picture ${picture} ms, page ${figure} ms`).toBeLessThan(withinMs)
}

describe('a newcomer starts the test stream and a friend opens the link', () => {
  let host: RunningHost
  let browser: Browser

  beforeAll(async () => {
    host = await startHost({ name: 'browser-playback' })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('one click on the first page makes a picture', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const problems = complaints(page)
    await page.goto(host.http)
    await page.getByTestId('first-run').waitFor()
    await screenshot(page, 'first-run')
    await page.getByTestId('start-demo').click()
    const row = page.locator('[data-testid="stream-row"][data-stream="demo"]')
    await row.locator('[data-testid="stream-state"][data-state="live"]').waitFor({ timeout: 30_000 })
    await row.locator('[data-testid="stream-picture"][data-loaded="true"]').waitFor({ timeout: 30_000 })
    expect(await sidewaysPx(page)).toBe(0)
    await screenshot(page, 'live-demo')
    expect(problems).toEqual([])
    await page.close()
  })

  it('hls.js plays it without a fault: each frame once, in order, and as late as the page says', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const problems = complaints(page)
    await page.goto(`${host.http}/watch/demo`)
    await untilMoving(page)
    await page.waitForTimeout(4000)
    const before = await page.evaluate(() => window.__player?.problems.length)
    const { seen, picture, figure } = await delays(page, 12_000)
    await page.getByTestId('player').hover()
    await screenshot(page, 'watch-hls')
    const { repeated, back, span } = steps(seen)
    process.stdout.write(`hls.js: picture ${Math.round(picture)} ms behind, page says ${Math.round(figure)}; ${seen.length} frames read\n`)
    expect({ repeated, back }).toEqual({ repeated: 0, back: 0 })
    expect(span).toBeGreaterThan(120)
    expect(picture, 'glass to glass, ms').toBeLessThan(4000)
    await agree(page, { picture, figure }, 350)
    expect(await page.evaluate((from) => window.__player?.problems.slice(from), before)).toEqual([])
    expect(problems).toEqual([])
    await page.close()
  })

  it('dash.js plays the same stream without a fault', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    const problems = complaints(page)
    await page.goto(`${host.http}/watch/demo?player=dash`)
    await untilMoving(page)
    await page.waitForTimeout(4000)
    const before = await page.evaluate(() => window.__player?.problems.length)
    const { seen, picture, figure } = await delays(page, 12_000)
    await page.getByTestId('player').hover()
    await screenshot(page, 'watch-dash')
    const { repeated, back, span } = steps(seen)
    process.stdout.write(`dash.js: picture ${Math.round(picture)} ms behind, page says ${Math.round(figure)}; ${seen.length} frames read\n`)
    expect({ repeated, back }).toEqual({ repeated: 0, back: 0 })
    expect(span).toBeGreaterThan(120)
    expect(picture, 'glass to glass, ms').toBeLessThan(8000)
    await agree(page, { picture, figure }, 500)
    expect(await page.evaluate((from) => window.__player?.problems.slice(from), before)).toEqual([])
    expect(problems).toEqual([])
    await page.close()
  })
})
