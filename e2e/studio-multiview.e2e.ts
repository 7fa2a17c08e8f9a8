import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until, untilStill } from './helpers/until.ts'

const colors = ['#c0392b', '#27ae60', '#2980b9', '#8e44ad', '#f39c12', '#16a085', '#2c3e50', '#d35400', '#7f8c8d', '#1abc9c']

/** Scenes of one colour each, one that moves, one upright, one in another; a film that starts again whenever it is shown. */
const document = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'Wall',
  frameRate: 30,
  canvases: [{ id: 'main', name: 'Main', width: 640, height: 360, scene: 'live' }],
  sources: [
    { id: 'card', name: 'Camera', kind: 'test-pattern', settings: { width: 640, height: 360 } },
    { id: 'clock', name: 'Clock', kind: 'clock', settings: { fontSize: 120 } },
    { id: 'voice', name: 'Voice', kind: 'tone', audio: {} },
    ...colors.map((color, index) => ({
      id: `color-${index}`,
      name: `Colour ${index}`,
      kind: 'color',
      settings: { color, width: 640, height: 360 },
    })),
  ],
  scenes: [
    { id: 'live', name: 'Camera alone', items: [{ source: 'card' }] },
    { id: 'nested', name: 'Camera with clock', items: [{ scene: 'live' }, { source: 'clock', position: { x: 20, y: 200 } }] },
    ...colors.map((_, index) => ({
      id: `scene-${index}`,
      name: `Scene ${index}`,
      items: [{ source: `color-${index}`, bounds: { fit: 'stretch', width: 640, height: 360 } }],
    })),
  ],
}

describe('the multiview', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]

  const { ask } = showRequests(() => host)
  const program = async (): Promise<any> => (await ask('GET', '/studio/program')).canvases[0]
  const tile = (id: string, of = page): Locator => of.locator(`[data-testid="tile"][data-tile="${id}"]`)
  const tally = async (id: string): Promise<string | null> => tile(id).getAttribute('data-tally')
  /** Colour in the middle of a tile, as the page draws it. */
  const middle = (id: string, of = page): Promise<string> =>
    tile(id, of)
      .locator('canvas')
      .evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement
        const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(width >> 1, height >> 2, 1, 1)
        return [data[0], data[1], data[2]].join(' ')
      })
  const isNear = (seen: string, color: string): boolean =>
    seen.split(' ').every((value, index) => Math.abs(Number(value) - Number.parseInt(color.slice(1 + 2 * index, 3 + 2 * index), 16)) < 16)
  const images = async (id: string, of = page): Promise<number> =>
    Number((await tile(id, of).locator('canvas').getAttribute('data-images')) ?? 0)
  const borderOf = (id: string): Promise<string> => tile(id).evaluate((element) => getComputedStyle(element).borderTopColor)

  beforeAll(async () => {
    host = await startHost({ name: 'studio-multiview', env: { DISPLAY: '', WAYLAND_DISPLAY: '' } })
    await openCollection(host, document)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('shows every scene as it looks, and what moves moves', async () => {
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('multiview-open').click()
    await page.getByTestId('multiview').waitFor()
    for (const [index, color] of colors.entries())
      await until(async () => isNear(await middle(`scene:scene-${index}`), color), `scene ${index} is seen in its colour`, 60_000)
    const before = { moving: await images('scene:live'), nested: await images('scene:nested') }
    await until(async () => (await images('scene:live')) > before.moving + 5, 'the tile of a scene that moves is renewed')
    await until(async () => (await images('scene:nested')) > before.nested + 5, 'so is that of a scene in a scene')
    expect(await images('scene:scene-0'), 'what stands still is sent once').toBe(1)
    await page.getByTestId('multiview-program').locator('canvas[data-loaded="true"]').waitFor()
    await screenshot(page, 'studio-multiview')
  })

  it('says by colours and words what is on air and in the preview, and follows other pages', async () => {
    expect(await tally('scene:live')).toBe('on-air')
    expect(await borderOf('scene:live')).toBe('rgb(229, 72, 77)')
    await ask('POST', '/studio/program', { scene: 'scene-3' })
    await until(async () => (await tally('scene:scene-3')) === 'on-air', 'the new scene is red')
    expect(await tally('scene:live')).toBe('none')
    await ask('PATCH', '/studio/program', { studioMode: true })
    await ask('POST', '/studio/preview', { scene: 'live' })
    await until(async () => (await tally('scene:live')) === 'prepared', 'the prepared scene is green')
    expect(await borderOf('scene:live')).toBe('rgb(48, 164, 108)')
    expect(await tile('scene:live').innerText()).toContain('Preview')
    await page.getByTestId('multiview-preview').locator('canvas[data-loaded="true"]').waitFor()
    await screenshot(page, 'studio-multiview-studio-mode')
  })

  it('puts a clicked scene into the preview, and on air by a double click, by mouse and by keys', async () => {
    await tile('scene:scene-5').click()
    await until(async () => (await program()).preview === 'scene-5', 'the clicked scene is prepared')
    expect((await program()).program).toBe('scene-3')
    await tile('scene:scene-6').dblclick()
    await until(async () => (await program()).program === 'scene-6', 'the scene of the double click is on air')
    await tile('scene:live').focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate(() => (globalThis as any).document.activeElement.dataset.tile)).toBe('scene:nested')
    await page.keyboard.press('Enter')
    await until(async () => (await program()).preview === 'nested', 'Enter prepares')
    await page.keyboard.press('End')
    await page.keyboard.press('Shift+Enter')
    await until(async () => (await program()).program === 'scene-9', 'Shift+Enter puts on air')
    await ask('PATCH', '/studio/program', { studioMode: false })
    await page.getByTestId('multiview-preview').waitFor({ state: 'detached' })
    await tile('scene:live').click()
    await until(async () => (await program()).program === 'live', 'without studio mode a click puts on air')
  })

  it('shows sources, with a yellow border for those that the program shows', async () => {
    await page.getByTestId('multiview-choice').selectOption('sources')
    await until(async () => (await images('source:card')) > 0, 'the source is seen', 60_000)
    expect(await tally('source:card')).toBe('in-program')
    expect(await borderOf('source:card')).toBe('rgb(242, 182, 50)')
    expect(await tally('source:color-1')).toBe('none')
    expect(await tile('source:voice').count(), 'what has no video has no tile').toBe(0)
    await until(async () => isNear(await middle('source:color-1'), colors[1]!), 'a source that no scene on air shows is seen too')
    await page.getByTestId('multiview-choice').selectOption('both')
    await tile('scene:live').waitFor()
    expect(await page.getByTestId('tile').count()).toBe(16)
    await page.getByTestId('multiview-next').click()
    await until(async () => (await page.getByTestId('tile').count()) === 8, 'the rest is on the next page')
    await until(async () => isNear(await middle('source:color-9'), colors[9]!), 'and is seen there')
    await page.getByTestId('multiview-choice').selectOption('scenes')
  })

  it('has a window of its own, in Spanish and light too, and on a phone', async () => {
    await page.goto('about:blank')
    for (const [name, viewport] of [
      ['large', { width: 1920, height: 1080 }],
      ['phone', { width: 390, height: 844 }],
    ] as const) {
      const other = await browser.newPage({ viewport, colorScheme: 'light', locale: 'es' })
      other.setDefaultTimeout(60_000)
      await other.goto(`${host.http}/studio?multiview`)
      await until(async () => isNear(await middle('scene:scene-2', other), colors[2]!), `the tiles are seen (${name})`, 60_000)
      expect(await other.getByTestId('nav-studio').count(), 'nothing but the multiview').toBe(0)
      expect(await tile('scene:live', other).innerText()).toContain('En el aire')
      expect(await sidewaysPx(other)).toBe(0)
      await other.getByTestId('multiview-program').locator('canvas[data-loaded="true"]').waitFor()
      await screenshot(other, `studio-multiview-${name}`)
      await other.close()
    }
  })

  it('has the tiles below the program on a phone, and covers nothing', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('multiview-open').click()
    await tile('scene:scene-3').waitFor()
    const screen = (await page.locator('.multiview-screen').first().boundingBox())!
    const first = (await tile('scene:live').boundingBox())!
    expect(first.y).toBeGreaterThanOrEqual(screen.y + screen.height)
    expect(screen.height).toBeGreaterThan(150)
    await page.getByTestId('multiview-open').click()
    await page.setViewportSize({ width: 1280, height: 720 })
  })

  it('shows all canvases side by side on the studio page, and edits the one that is clicked', async () => {
    const tall = { id: 'tall', name: 'Tall', width: 360, height: 640 }
    await ask('POST', '/studio/edits', { edits: [{ do: 'add', to: 'canvases', value: tall }] })
    await ask('POST', '/studio/edits', {
      edits: [{ do: 'add', to: 'scenes', value: { id: 'upright', name: 'Upright', canvas: 'tall', items: [{ source: 'color-1' }] } }],
    })
    await ask('POST', '/studio/program', { scene: 'upright' })
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('all-canvases').click()
    const other = page.getByTestId('other-canvas')
    await other.locator('canvas[data-loaded="true"]').waitFor()
    expect(await other.getAttribute('data-canvas')).toBe('tall')
    await screenshot(page, 'studio-all-canvases')
    await other.click()
    await until(async () => (await other.getAttribute('data-canvas')) === 'main', 'the clicked canvas is edited')
    await page.locator('[data-testid="canvas-program"][data-scene="upright"]').waitFor()
    await page.getByTestId('all-canvases').click()
    await other.waitFor({ state: 'detached' })
  })

  it('makes nothing when nobody looks, and comes back after the studio was lost', async () => {
    await page.goto(`${host.http}/studio`)
    await page.getByTestId('multiview-open').click()
    await until(async () => (await images('scene:nested')) > 0, 'the tiles are seen')
    const { pid } = await ask('GET', '/studio/statistics')
    process.kill(pid, 'SIGKILL')
    const before = await images('scene:nested')
    await until(async () => (await images('scene:nested')) > before + 3, 'the tiles come back', 90_000)
    await tile('scene:live').focus()
    await page.keyboard.press('Escape')
    await page.getByTestId('multiview').waitFor({ state: 'detached' })
    await page.getByTestId('scenes-dock').waitFor()
    // Figures come once a second.
    await untilStill(async () => (await ask('GET', '/studio/statistics')).tiles, 3000, 'no tile is made any more')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('multiview')
    await page.keyboard.press('Enter')
    await page.getByTestId('multiview').waitFor()
    await until(async () => (await images('scene:nested')) > 3, 'Ctrl+K opens it again')
    expect(problems).toEqual([])
  })
})
