import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, untilMoving } from './helpers/browser.ts'
import { isHeader, readFlv } from './helpers/flv.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { asLadder, repeated } from './helpers/multitrack.ts'
import { testClip } from './helpers/publish.ts'
import { RtmpPublisher } from './helpers/rtmp-client.ts'
import { until } from './helpers/until.ts'

/** Where a page's video comes from: another URL where the player was created again. */
const sourceOf = (page: Page): Promise<string> => page.evaluate(() => document.querySelector('video')!.src)

async function qualities(page: Page): Promise<string[]> {
  await page.getByTestId('player-settings').click()
  const names = await page.getByTestId('player-menu').getByRole('menuitemradio').allTextContents()
  await page.keyboard.press('Escape')
  return names.filter((name) => /^\d+p/.test(name))
}

async function choose(page: Page, label: RegExp): Promise<void> {
  await page.getByTestId('player-settings').click()
  await page.getByTestId('player-menu').getByRole('menuitemradio', { name: label }).click()
}

describe('a quality that is added while people watch', () => {
  const frames = 40 * 30
  let host: RunningHost
  let browser: Browser
  let publisher: RtmpPublisher
  let playing: Promise<void>
  let isAdded = false

  beforeAll(async () => {
    // The publisher makes it: an encoder of the host gives up where the machine has no time for it.
    const large = readFlv(await testClip('joins-270p', { width: 480, height: 270, frames, videoKbps: 400 }))
    const small = readFlv(await testClip('joins-90p', { width: 160, height: 90, frames, videoKbps: 100 }))
    host = await startHost({ name: 'ladder-joins' })
    browser = await launchBrowser()
    publisher = await RtmpPublisher.publish(host.rtmpPort, await host.key('show'))
    const first = new Set(asLadder([large]).map(({ body }) => body.toString('latin1')))
    const tags = asLadder([large, small])
    const second = tags.filter(({ body }) => !first.has(body.toString('latin1')))
    const bodies = new Set(second.map(({ body }) => body))
    const send = publisher.send.bind(publisher)
    let isAnnounced = false
    publisher.send = (type, timestampMs, body) => {
      if (bodies.has(body)) {
        if (!isAdded) return
        // its headers, which were left out with the frames before
        if (!isAnnounced) for (const header of second.filter(isHeader)) send(header.type, timestampMs, header.body)
        isAnnounced = true
      }
      send(type, timestampMs, body)
    }
    playing = publisher.play(repeated(tags, (frames * 1000) / 30, 30))
    await host.until('show', (stream) => (stream.health?.frameRate ?? 0) > 0)
  })
  afterAll(async () => {
    publisher?.break()
    await playing
    await browser?.close()
    await host?.stop()
  })

  it('is offered in hls.js and dash.js, and nothing is loaded again', async () => {
    const pages = new Map<string, { readonly page: Page; readonly source: string }>()
    for (const player of ['hls', 'dash']) {
      const page = await browser.newPage({ viewport: { width: 800, height: 600 } })
      await page.goto(`${host.http}/watch/show?player=${player}`)
      await untilMoving(page)
      pages.set(`${player}.js`, { page, source: await sourceOf(page) })
      await until(async () => (await qualities(page)).length === 1, `one quality in ${player}.js`)
    }
    isAdded = true
    for (const [name, { page, source }] of pages) {
      await until(async () => (await qualities(page)).length === 2, `two qualities in ${name}`, 120_000)
      for (const height of [90, 270]) {
        await choose(page, new RegExp(`^${height}p`))
        await page.waitForFunction((px) => document.querySelector('video')!.videoHeight === px, height, { timeout: 120_000 })
      }
      expect(await sourceOf(page), `${name} plays on without being loaded again`).toBe(source)
    }
  }, 480_000)
})
