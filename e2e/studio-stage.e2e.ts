import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'stage',
  frameRate: 10,
  canvases: [
    { id: 'wide', name: 'Wide', width: 640, height: 360, scene: 'talk' },
    { id: 'tall', name: 'Upright', width: 360, height: 640, scene: 'talk-tall' },
  ],
  scenes: [
    { id: 'talk', name: 'Talk', canvas: 'wide', items: [{ id: 'red', source: 'red', position: { x: 100, y: 100 } }] },
    { id: 'talk-tall', name: 'Talk upright', canvas: 'tall', follows: 'talk', items: [] },
  ],
  sources: [{ id: 'red', name: 'Red', kind: 'color', settings: { color: '#e5484d', width: 120, height: 80 } }],
}

describe('the stage of the studio page', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  let stage: Locator
  const { ask, show, untilShow } = showRequests(() => host)
  const itemOf = (document: any, scene: number, item = 0): any => document.scenes[scene].items[item]
  /** A place on the screen of a pixel of the canvas. */
  const onScreen = async (x: number, y: number): Promise<[number, number]> => {
    const box = (await stage.boundingBox())!
    return [box.x + (x * box.width) / 640, box.y + (y * box.height) / 360]
  }
  const drawnAt = (id: string, corners: string): Promise<unknown> =>
    until(
      async () => (await page.getByTestId(`frame-${id}`).getAttribute('points')) === corners,
      `the frame of ${id} is drawn at ${corners}`,
    )

  beforeAll(async () => {
    host = await startHost({ name: 'studio-stage' })
    await openCollection(host, collection)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    stage = page.getByTestId('stage')
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor({ timeout: 60_000 })
    await page.mouse.click(...(await onScreen(160, 140)))
    await drawnAt('red', '100,100 220,100 220,180 100,180')
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('adds an item to another canvas linked, which moves with it until it is set apart, each undone as one step', async () => {
    await page.getByTestId('source-properties').click()
    const link = page.locator('[data-testid="canvas-link"][data-canvas="tall"]')
    await link.getByRole('button', { name: 'Add and link: Upright' }).click()
    await untilShow((now) => itemOf(now, 1)?.link !== undefined && itemOf(now, 1).link === itemOf(now, 0).link, 'both are linked')
    const before = itemOf(await show(), 1)
    await stage.focus()
    await page.keyboard.press('Shift+ArrowRight')
    await untilShow((now) => itemOf(now, 0).position.x === 110 && itemOf(now, 1).position.x > before.position.x, 'it moves along')
    expect(itemOf(await show(), 1).position.x - before.position.x).toBeCloseTo((10 * 360) / 640, 3)
    await page.keyboard.press('Control+z')
    await untilShow((now) => itemOf(now, 0).position.x === 100 && itemOf(now, 1).position.x === before.position.x, 'both are back')
    await page.getByTestId('item-linked').waitFor()
    await look(page, 'studio-links')
    await page.setViewportSize({ width: 1280, height: 720 })
    await link.getByRole('button', { name: 'Set apart: Upright' }).click()
    await untilShow((now) => itemOf(now, 0).link === undefined && itemOf(now, 1).link === undefined, 'they are apart')
    await ask('POST', '/studio/edits', { edits: [{ do: 'change', at: 'scenes/talk/items/red', changes: { position: { x: 130 } } }] })
    expect(itemOf(await show(), 1).position.x).toBe(before.position.x)
    await link.getByRole('button', { name: 'Link: Upright' }).waitFor()
    for (let steps = 0; steps < 3; steps++) await page.keyboard.press('Control+z')
    await untilShow((now) => now.scenes[1].items.length === 0, 'everything is undone')
    expect(problems).toEqual([])
  })

  it('is edited by fingers: a drag moves, two fingers zoom, a finger that rests opens the menu', async () => {
    const before = itemOf(await show(), 0).position
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, hasTouch: true })
    const other = await context.newPage()
    other.setDefaultTimeout(60_000)
    const cdp = await context.newCDPSession(other)
    type Point = readonly [x: number, y: number]
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: readonly Point[]) =>
      cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) })
    await other.goto(`${host.http}/studio`)
    await other.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
    const box = (await other.getByTestId('stage').boundingBox())!
    const scale = box.width / 640
    const at = (x: number, y: number): Point => [box.x + x * scale, box.y + y * scale]
    const middle = at(before.x + 60, before.y + 40)
    // A first tap selects, and the handles know the size of the source; the drag starts on what is selected.
    await until(async () => {
      await touch('touchStart', middle)
      await touch('touchEnd')
      return (await other.getByTestId('frame-red').count()) === 1
    }, 'a tap selects')
    await touch('touchStart', middle)
    for (let step = 1; step <= 10; step++) await touch('touchMove', [middle[0] + 10 * step, middle[1] + 6 * step])
    await touch('touchEnd')
    await untilShow((now) => itemOf(now, 0).position.x > before.x + 95 / scale, 'a finger drags it, all the way')
    const { position } = itemOf(await show(), 0)

    const [x, y] = at(320, 300)
    await touch('touchStart', [x - 40, y], [x + 40, y])
    for (let step = 1; step <= 8; step++) await touch('touchMove', [x - 40 - 5 * step, y], [x + 40 + 5 * step, y])
    await touch('touchEnd')
    await other.getByText(/^(1[5-9]\d|2\d\d) %$/).waitFor()
    expect(itemOf(await show(), 0).position, 'two fingers move nothing').toEqual(position)

    const menuAt = async (point: Point, entry: string): Promise<void> => {
      await touch('touchStart', point)
      await other.getByRole('menuitem', { name: entry }).waitFor()
      await touch('touchEnd')
      // It stays when the finger leaves.
      await other.getByRole('menuitem', { name: entry }).waitFor()
      await other.keyboard.press('Escape')
      await other.getByRole('menu').waitFor({ state: 'detached' })
    }
    const inside = async (found: Locator): Promise<Point> => {
      const row = (await found.boundingBox())!
      return [row.x + 60, row.y + row.height / 2]
    }
    await menuAt(await inside(other.locator('[data-testid="source"][data-item-id="red"]')), 'Fit to canvas')
    await menuAt(await inside(other.getByTestId('scene').filter({ hasText: 'Talk' }).first()), 'Hotkey')
    await context.close()
    await ask('POST', '/studio/undo', {})
  })
})
