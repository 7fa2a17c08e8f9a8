import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBarcode } from './helpers/barcode.ts'
import { launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { undisturbed } from './helpers/until.ts'

describe('how far the canvas of the page is behind the studio', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    host = await startHost({ name: 'studio-latency', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    const collection = {
      format: 'ami-streams/collection',
      version: 1,
      name: 'Latency',
      frameRate: 30,
      canvases: [{ id: 'main', name: 'Main', width: 640, height: 360 }],
      scenes: [{ id: 'card', name: 'Card', items: [{ source: 'card' }] }],
      sources: [{ id: 'card', name: 'Card', kind: 'test-pattern', settings: { width: 640, height: 360 } }],
    }
    await host.api('POST', '/studio/collections', { name: 'latency', collection })
    await host.api('POST', '/studio/collections/latency/open', {})
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    page.setDefaultTimeout(90_000)
    await page.goto(`${host.http}/studio`)
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('is what the frame counter on the canvas says', async () => {
    await undisturbed(async () => {
      /** The figure that is shown, and the same figure out of the frames on the canvas: each carries the time at which it was drawn. */
      const { shown, read, frames } = await page.evaluate(
        (source) =>
          new Promise<{ shown: number; read: number; frames: number }>((resolve) => {
            const decode = new Function(`return (${source})`)() as typeof readBarcode
            const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="picture-program"]')!
            const status = document.querySelector<HTMLElement>('[data-testid="latency-program"]')!
            const strip = document.createElement('canvas')
            strip.width = 640
            strip.height = 36
            const context = strip.getContext('2d', { willReadFrequently: true })!
            const ages: number[] = []
            let frames = 0
            new MutationObserver(() => {
              context.drawImage(canvas, 0, 0, canvas.width, canvas.height / 10, 0, 0, 640, 36)
              const { data } = context.getImageData(0, 0, 640, 36)
              const code = decode(640, 360, (x, y) => data[(y * 640 + x) * 4 + 1]!)
              if (code === undefined) return
              frames++
              ages.push(Date.now() - code.wallMs)
              if (ages.length > 120) ages.shift()
            }).observe(canvas, { attributeFilter: ['data-frame'] })
            new MutationObserver(() => {
              if (frames < 120 || status.dataset.p50 === '') return
              resolve({ shown: Number(status.dataset.p50), read: ages.toSorted((one, other) => one - other)[ages.length >> 1]!, frames })
            }).observe(status, { attributes: true })
          }),
        readBarcode.toString(),
      )
      expect(frames).toBeGreaterThanOrEqual(120)
      // The source draws a frame up to one period before it is due, and another passes until it is composed.
      expect(Math.abs(shown - read), `shown ${shown} ms, read ${read} ms`).toBeLessThan(70)
    })
  })
})
