import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { showRequests } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

type Rgb = readonly [number, number, number]

const isNear = (one: Rgb, other: Rgb): boolean => one.every((value, index) => Math.abs(value - other[index]!) < 24)

describe('a creator makes a show from a template', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page

  const { ask } = showRequests(() => host)
  const open = async (): Promise<any> => (await host.api('GET', '/studio/collection')).body
  const large = () => page.locator('.template-large [data-testid="template-preview"]')
  const allDrawn = (of: Page) =>
    of.waitForFunction(() => document.querySelectorAll('[data-testid="template-preview"][data-drawn="true"]').length === 6, undefined, {
      timeout: 120_000,
    })

  /** Colour of the large preview at a place, in shares of its width and height. */
  const previewAt = (x: number, y: number): Promise<Rgb> =>
    large()
      .locator('canvas')
      .evaluate(
        (canvas, place) => {
          const { width, height } = canvas as HTMLCanvasElement
          const context = (canvas as HTMLCanvasElement).getContext('2d')!
          const [red, green, blue] = context.getImageData(Math.floor(place.x * width), Math.floor(place.y * height), 1, 1).data
          return [red!, green!, blue!] as const
        },
        { x, y },
      )

  /** Colour of what is on air at a place. */
  async function airAt(x: number, y: number): Promise<Rgb> {
    const reply = await fetch(`${host.http}/api/v1/studio/screenshot?type=png&width=640`)
    if (!reply.ok) return [0, 0, 0]
    const { data, info } = await sharp(Buffer.from(await reply.arrayBuffer()))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const at = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
    return [data[at]!, data[at + 1]!, data[at + 2]!]
  }

  beforeAll(async () => {
    host = await startHost({ name: 'studio-templates', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    page.setDefaultTimeout(60_000)
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('sees every template as it will be, in colours of their choice, before there is a show', async () => {
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('start-template').click()
    await allDrawn(page)
    await page.getByTestId('template-chatting').click()
    // Above the camera there is a line in the accent: 8 of 1080 pixels high, from 136 on.
    const line = [0.3, 140 / 1080] as const
    await until(async () => isNear(await previewAt(...line), [0xff, 0x5d, 0x3b]), 'the preview has its own accent', 60_000)
    await page.getByTestId('palette-forest').click()
    await until(async () => isNear(await previewAt(...line), [0x27, 0xb3, 0x6a]), 'the preview follows the colours', 60_000)
    await allDrawn(page)
    await screenshot(page, 'studio-templates')
    expect(await findingsInBothThemes(page)).toEqual([])
    expect((await ask('GET', '/studio')).open, 'nothing is open yet').toBe(null)
  })

  it('has it on air with their title and colours after one click', async () => {
    await page.getByTestId('template-title').fill('Evening talk')
    await page.getByTestId('template-speaker').fill('Ada')
    await page.getByTestId('template-size').selectOption('720')
    await page.getByTestId('template-create').click()
    await page.getByTestId('template-dialog').waitFor({ state: 'detached' })
    await page.getByTestId('screen-program').waitFor()
    const { name, collection } = await open()
    expect(name).toBe('Evening talk')
    expect(collection.canvases[0]).toMatchObject({ width: 1280, height: 720 })
    expect(await page.getByTestId('scene').locator('.entry-name').allInnerTexts()).toEqual([
      'Talk',
      'Camera',
      'Starting soon',
      'Be right back',
      'Thank you for watching',
    ])
    expect(collection.sources.map(({ settings }: any) => settings.text)).toEqual(expect.arrayContaining(['Evening talk', 'Ada']))
    await until(async () => isNear(await airAt(0.3, 140 / 1080), [0x27, 0xb3, 0x6a]), 'the accent is on air', 60_000)
    await screenshot(page, 'studio-template-made')
    const cutOff = await page
      .locator('.dock-body')
      .evaluateAll((docks) => docks.filter((dock) => dock.scrollWidth > dock.clientWidth).map((dock) => dock.textContent))
    expect(cutOff, 'long names push nothing out of a dock').toEqual([])
  })

  it('has a timer that runs before the show starts', async () => {
    await page.getByTestId('scene').filter({ hasText: 'Starting soon' }).click()
    await page.locator('[data-testid="scene"][data-on-air="true"]', { hasText: 'Starting soon' }).waitFor()
    const shot = async (): Promise<string> => {
      const reply = await fetch(`${host.http}/api/v1/studio/screenshot?scene=starting-soon&type=png&width=320`)
      return reply.ok ? Buffer.from(await reply.arrayBuffer()).toString('base64') : ''
    }
    const first = await until(shot, 'the scene is composed', 60_000)
    await until(
      async () => {
        const now = await shot()
        return now !== '' && now !== first
      },
      'the timer counts',
      60_000,
    )
  })

  it('makes another one with keys alone, in Spanish, in the place of the open one', async () => {
    const other = await browser.newPage({ viewport: { width: 1920, height: 1080 }, colorScheme: 'light', locale: 'es' })
    other.setDefaultTimeout(60_000)
    await other.goto(`${host.http}/studio`)
    await other.getByTestId('screen-program').waitFor()
    await other.keyboard.press('Control+k')
    await other.keyboard.type('plantilla')
    await other.keyboard.press('Enter')
    await other.getByTestId('template-dialog').waitFor()
    await other.locator('[data-testid="template-gaming"] input').focus()
    for (let presses = 0; presses < 4; presses++) await other.keyboard.press('ArrowDown')
    await other.locator('[data-testid="template-vertical"] input:checked').waitFor({ state: 'attached' })
    await allDrawn(other)
    await screenshot(other, 'studio-templates-spanish')
    expect(await sidewaysPx(other)).toBe(0)
    await other.getByTestId('template-title').focus()
    await other.keyboard.press('Enter')
    await other.getByTestId('template-dialog').waitFor({ state: 'detached' })
    const { name, collection } = await until(async () => {
      const now = await open()
      return now.name === 'Mi programa' && now
    }, 'the other show is open')
    expect(name).toBe('Mi programa')
    expect(collection.canvases[0]).toMatchObject({ width: 1080, height: 1920 })
    expect(collection.scenes.map((scene: any) => scene.name)).toContain('Volvemos enseguida')
    await other.close()
  })

  it('is left by Escape without a show being made', async () => {
    const before = (await ask('GET', '/studio/collections')).items.length
    await page.getByTestId('show-menu').click()
    await page.getByTestId('menu-template').click()
    await page.getByTestId('template-dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByTestId('template-dialog').waitFor({ state: 'detached' })
    expect((await ask('GET', '/studio/collections')).items.length).toBe(before)
  })

  it('is not drawn of a scene that is not there', async () => {
    const collection = { format: 'ami-streams/collection', version: 1, scenes: [{ id: 'one' }] }
    expect((await host.api('POST', '/studio/drawing', { collection, scene: 'two' })).body.code).toBe('studio.not_found')
  })
})
