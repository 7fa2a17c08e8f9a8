import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

/** A page that is red, green after a click on its button, and blue when the right word is in its field. */
const html = `<!doctype html><style>html,body{margin:0;height:100%;background:#ff0000}button,input{position:absolute;width:120px;height:40px}
button{left:180px;top:20px}input{left:20px;top:120px}</style>
<button onclick="document.body.style.background='#00ff00'">Go</button>
<input oninput="if(this.value==='Hi all')document.body.style.background='#0000ff'">`

describe('a browser page that is used on the studio page', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  const scratch = mkdtempSync(join(tmpdir(), 'ami-interact-'))

  /** The colour of a corner of the page that has nothing in it. */
  const corner = (): Promise<readonly number[]> =>
    page.getByTestId('interact-page').evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement
      const context = new OffscreenCanvas(Math.max(1, width), Math.max(1, height)).getContext('2d')!
      context.drawImage(element as HTMLCanvasElement, 0, 0)
      return [...context.getImageData(Math.floor(width * 0.95), Math.floor(height * 0.9), 1, 1).data.slice(0, 3)]
    })
  const untilColor = (channel: 0 | 1 | 2, what: string): Promise<unknown> =>
    until(async () => (await corner()).every((value, index) => (index === channel ? value > 180 : value < 90)), what, 90_000)

  beforeAll(async () => {
    writeFileSync(join(scratch, 'page.html'), html)
    host = await startHost({ name: 'studio-interact' })
    const collection = {
      format: 'ami-streams/collection',
      version: 1,
      name: 'evening',
      frameRate: 30,
      canvases: [{ id: 'main', name: 'Main', width: 320, height: 180, scene: 'talk' }],
      scenes: [{ id: 'talk', name: 'Talk', items: [{ id: 'page-item', source: 'page' }] }],
      sources: [
        { id: 'page', name: 'Poll', kind: 'browser', settings: { file: join(scratch, 'page.html'), width: 320, height: 180, css: '' } },
      ],
    }
    for (const [path, body] of [
      ['/studio/collections', { name: 'evening', collection }],
      ['/studio/collections/evening/open', {}],
    ] as const)
      expect((await host.api<string, string>('POST', path, body)).status).toBeLessThan(300)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    await page.locator('[data-testid="source"][data-item-id="page-item"][data-state="running"]').waitFor({ timeout: 90_000 })
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('takes clicks and keys', async () => {
    await page.locator('[data-testid="source"][data-item-id="page-item"]').dblclick()
    await page.getByTestId('interact').click()
    await untilColor(0, 'the page is seen')
    const shown = page.getByTestId('interact-page')
    const { width, height } = (await shown.boundingBox())!
    const at = (x: number, y: number) => ({ position: { x: (width * x) / 320, y: (height * y) / 180 } })
    await shown.click(at(240, 40))
    await untilColor(1, 'its button was clicked')
    await shown.click(at(80, 140))
    await page.keyboard.type('Hi all')
    await untilColor(2, 'its field was written')
    await screenshot(page, 'studio-interact')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByTestId('interact-dialog').waitFor({ state: 'detached' })
    expect(problems).toEqual([])
  })
})
