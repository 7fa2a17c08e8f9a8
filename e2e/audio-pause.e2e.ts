import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { complaints, launchBrowser, untilMoving } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type Publisher, publishFile, testClip } from './helpers/publish.ts'

/** Media time in which the publisher sends video alone, s. */
const pause = { fromS: 12, untilS: 42 }

describe('a publisher whose audio stops for half a minute while its video goes on', () => {
  let host: RunningHost
  let browser: Browser
  let publisher: Publisher

  beforeAll(async () => {
    host = await startHost({ name: 'audio-pause' })
    browser = await launchBrowser()
    const clip = await testClip('audio-pause', { width: 320, height: 180, videoKbps: 300, frames: 1500 })
    const dropped = `noise=drop='between(pts*tb,${pause.fromS},${pause.untilS})'`
    const args = ['-bsf:a', dropped, '-max_interleave_delta', '300000', '-flush_packets', '1']
    publisher = publishFile(clip, `${host.rtmp}/${await host.key('muted')}`, { args })
    await host.until('muted', ({ state }) => state === 'active')
  })
  afterAll(async () => {
    await publisher?.stop()
    await browser?.close()
    await host?.stop()
  })

  it('is watched all the time, with HLS and DASH', async () => {
    const pages = await Promise.all(
      ['', '?player=dash'].map(async (query) => {
        const page = await browser.newPage()
        const problems = complaints(page)
        await page.goto(`${host.http}/watch/muted${query}`)
        await untilMoving(page)
        return { page, problems, query }
      }),
    )
    await Promise.all(
      pages.map(async ({ page, problems, query }) => {
        // A player that waits for audio comes to this time when it goes on, and is behind the pause then.
        const at = await page.waitForFunction(
          (fromS) => {
            const { currentTime } = document.querySelector('video')!
            return currentTime > fromS + 3 && currentTime
          },
          pause.fromS,
          { timeout: 90_000, polling: 100 },
        )
        expect(await at.jsonValue(), `${query} in the middle of the pause`).toBeLessThan(pause.untilS - 10)
        await page.waitForFunction((untilS) => document.querySelector('video')!.currentTime > untilS + 2, pause.untilS, { timeout: 90_000 })
        expect(problems, query).toEqual([])
      }),
    )
  })
})
