import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { launchBrowser, screenshot } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look, openCollection, showRequests, studioWindow } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'

const color = (id: string, value: string, width: number, height: number) => ({
  id,
  kind: 'color',
  settings: { color: value, width, height },
})
const collection = {
  format: 'ami-streams/collection',
  version: 1,
  name: 'edits',
  frameRate: 10,
  canvases: [{ id: 'main', name: 'Main', width: 1280, height: 720, scene: 'shapes' }],
  scenes: [
    {
      id: 'shapes',
      name: 'Shapes',
      items: [
        { id: 'green', source: 'green', position: { x: 900, y: 450 } },
        { id: 'dot', source: 'dot', position: { x: 700, y: 150 } },
        { id: 'red', source: 'red', position: { x: 100, y: 100 } },
      ],
    },
  ],
  sources: [color('red', '#d04040', 200, 100), color('green', '#2f9e62', 200, 100), color('dot', '#ffffff', 6, 4)],
}

type Place = readonly [x: number, y: number]

describe('editing on the canvas', () => {
  let host: RunningHost
  let browser: Browser
  let page: Page
  let problems: string[]
  let stage: Locator
  const { ask, show } = showRequests(() => host)
  const item = async (id: string): Promise<any> => (await show()).scenes[0].items.find((each: any) => each.id === id)
  const untilItem = (id: string, accept: (item: any) => boolean): Promise<unknown> => {
    let last: any
    return until(
      async () => {
        last = await item(id)
        return last !== undefined && accept(last)
      },
      () => `${id} stays ${JSON.stringify(last)}`,
    )
  }
  const steps = async (): Promise<number> => (await ask('GET', '/studio/history')).undo.length
  const near = (value: number, wanted: number, by = 4): boolean => Math.abs(value - wanted) <= by
  const isAt = (x: number, y: number) => (now: any) => near(now.position.x, x) && near(now.position.y, y)
  /** A place on the screen of a pixel of the canvas. */
  const onScreen = async ([x, y]: Place): Promise<[number, number]> => {
    const box = (await stage.boundingBox())!
    return [box.x + (x * box.width) / 1280, box.y + (y * box.height) / 720]
  }
  const moveTo = async (to: Place): Promise<void> => page.mouse.move(...(await onScreen(to)), { steps: 4 })
  const press = async (from: Place, to: Place): Promise<void> => {
    await page.mouse.move(...(await onScreen(from)))
    await page.mouse.down()
    await moveTo(to)
  }
  /** With Ctrl nothing snaps. */
  const drag = async (from: Place, to: Place, key?: string): Promise<void> => {
    await page.mouse.move(...(await onScreen(from)))
    await page.mouse.down()
    if (key !== undefined) await page.keyboard.down(key)
    await moveTo(to)
    await page.mouse.up()
    if (key !== undefined) await page.keyboard.up(key)
  }
  const choose = async (id: string, at: Place): Promise<void> => {
    await page.mouse.click(...(await onScreen(at)))
    await page.getByTestId(`frame-${id}`).waitFor()
  }
  const middleOf = async (testId: string): Promise<[number, number]> => {
    const { x, y, width, height } = (await page.getByTestId(testId).boundingBox())!
    return [x + width / 2, y + height / 2]
  }
  /** The document as it was, whatever a test did. */
  const restore = async (): Promise<void> => {
    const { items } = collection.scenes[0]!
    for (const { id, position } of items) {
      const place = { position, scale: { x: 1, y: 1 }, rotation: 0, bounds: null }
      // The last change of a gesture may still be under way, and comes after ours then.
      await until(async () => {
        await ask('PATCH', `/studio/scenes/shapes/items/${id}`, place)
        return isDrawnAt(id, position)
      }, `${id} is where it was`)
    }
  }
  const isDrawnAt = async (id: string, { x, y }: { x: number; y: number }): Promise<boolean> => {
    await page.locator(`[data-testid="source"][data-item-id="${id}"]`).click()
    return ((await page.getByTestId(`frame-${id}`).getAttribute('points')) ?? '').startsWith(`${x},${y} `)
  }
  const untilDrawnAt = (id: string, place: { x: number; y: number }): Promise<unknown> =>
    until(() => isDrawnAt(id, place), `${id} is drawn at ${place.x}, ${place.y}`)

  beforeAll(async () => {
    host = await startHost({ name: 'studio-canvas-edits' })
    await openCollection(host, collection)
    browser = await launchBrowser()
    ;({ page, problems } = await studioWindow(browser))
    await page.goto(`${host.http}/studio`)
    stage = page.getByTestId('stage')
    await page.locator('[data-testid="picture-program"][data-loaded="true"]').waitFor()
    // Handles need the size of the video, which the studio reports.
    await until(async () => {
      await page.mouse.click(...(await onScreen([150, 150])))
      return (await page.getByTestId('frame-red').count()) === 1
    }, 'the item is selected by a click')
  })
  afterAll(async () => {
    await browser?.close()
    await host?.stop()
  })

  it('puts an item back with Escape, or undo, while it is dragged, and leaves no step in the history', async () => {
    for (const key of ['Escape', 'Control+z']) {
      await press([150, 150], [450, 350])
      await untilItem('red', ({ position }) => position.x > 300)
      expect(await steps()).toBe(1)
      await page.keyboard.press(key)
      await untilItem('red', ({ position }) => position.x === 100 && position.y === 100)
      await moveTo([600, 400])
      await page.mouse.up()
      await untilDrawnAt('red', { x: 100, y: 100 })
      expect(await steps()).toBe(0)
    }
  })

  it('follows the pointer that pressed and no other, and ends where it is when the pointer is lost', async () => {
    await press([150, 150], [250, 150])
    await stage.evaluate((element) => {
      const { left, top } = element.getBoundingClientRect()
      for (const type of ['pointerdown', 'pointermove', 'pointerup'])
        element.dispatchEvent(
          new PointerEvent(type, { pointerId: 77, pointerType: 'touch', clientX: left + 5, clientY: top + 5, bubbles: true }),
        )
    })
    await moveTo([350, 250])
    await untilItem('red', isAt(300, 200))
    const pointer = await stage.evaluate((element) =>
      Array.from({ length: 200 }, (_, id) => id).find((id) => element.hasPointerCapture(id)),
    )
    await stage.evaluate((element, id) => element.releasePointerCapture(id!), pointer)
    await moveTo([600, 500])
    await page.mouse.up()
    await untilItem('red', isAt(300, 200))
    expect(await steps()).toBe(1)
    await restore()
  })

  it('mirrors an item whose handle crosses the opposite side, and turns it in steps of 15 degrees with Shift', async () => {
    await choose('red', [150, 150])
    await drag([300, 150], [40, 150], 'Control')
    await untilItem('red', ({ scale }) => near(scale.x, -0.3, 0.05) && scale.y === 1)
    await screenshot(page, 'studio-canvas-mirrored')
    await restore()
    await choose('red', [150, 150])
    await page.mouse.move(...(await middleOf('handle-turn')))
    await page.mouse.down()
    await page.keyboard.down('Shift')
    await moveTo([270, 60])
    await page.mouse.up()
    await page.keyboard.up('Shift')
    await untilItem('red', ({ rotation }) => rotation > 0 && rotation % 15 === 0)
    await restore()
  })

  it('keeps the handles of a dot apart, and moves and scales it by them', async () => {
    await choose('dot', [703, 152])
    const [first, last] = [await middleOf('handle-nw'), await middleOf('handle-se')]
    expect(last[0] - first[0]).toBeGreaterThan(30)
    await screenshot(page, 'studio-canvas-dot')
    const [x, y] = [(first[0] + last[0]) / 2 + 8, (first[1] + last[1]) / 2]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.keyboard.down('Control')
    await page.mouse.move(x + 40, y + 30, { steps: 4 })
    await page.mouse.up()
    await page.keyboard.up('Control')
    await untilItem('dot', ({ position }) => position.x > 740 && position.y > 170)
    await restore()
    await choose('dot', [703, 152])
    await page.mouse.move(...(await middleOf('handle-se')))
    await page.mouse.down()
    await page.mouse.move(last[0] + 60, last[1] + 60, { steps: 4 })
    await page.mouse.up()
    await untilItem('dot', ({ scale }) => scale.x > 5)
    await restore()
  })

  it('ends the drag of an item that is deleted elsewhere, and says so', async () => {
    await ask('POST', '/studio/scenes/shapes/items', { id: 'gone', source: 'green', position: { x: 500, y: 300 } })
    await until(async () => {
      await page.mouse.click(...(await onScreen([600, 350])))
      return (await page.getByTestId('frame-gone').count()) === 1
    }, 'the item is there')
    await press([600, 350], [650, 400])
    await ask('DELETE', '/studio/scenes/shapes/items/gone')
    await page.getByText('was deleted elsewhere while it was dragged').waitFor()
    await moveTo([700, 450])
    await page.mouse.up()
    await drag([150, 150], [200, 200], 'Control')
    await untilItem('red', isAt(150, 150))
    await restore()
  })

  it('has rulers, and guides that are dragged out of them, catch items, and go where they came from', async () => {
    await page.getByTestId('canvas-view').click()
    await page.getByRole('menuitemcheckbox', { name: 'Rulers' }).click()
    const guides = async (): Promise<any> => (await show()).canvases[0].guides
    await page.mouse.move(...(await middleOf('ruler-y')))
    await page.mouse.down()
    await moveTo([333, 300])
    await page.mouse.up()
    await until(async () => near((await guides())?.x[0], 333, 2), 'a vertical guide is there')
    const [at] = (await guides()).x as [number]
    await page.mouse.move(...(await middleOf('ruler-x')))
    await page.mouse.down()
    await moveTo([600, 222])
    await page.mouse.up()
    await until(async () => near((await guides()).y[0], 222, 2), 'a horizontal guide is there')
    // Its left edge comes near the guide.
    await drag([150, 150], [150 + at - 100 + 5, 360])
    await untilItem('red', ({ position }) => position.x === at)
    await look(page, 'studio-canvas-rulers')
    await page.mouse.move(...(await onScreen([333, 600])))
    await page.mouse.down()
    await page.mouse.move(...(await middleOf('ruler-y')), { steps: 4 })
    await page.mouse.up()
    await until(async () => (await guides()).x.length === 0, 'the guide is removed')
    await page.keyboard.press('Control+z')
    await until(async () => (await guides()).x.length === 1, 'the guide is back')
    await restore()
  })

  it('has guides added by a number, with keys alone', async () => {
    await stage.focus()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+F10')
    const entry = page.getByRole('menuitem', { name: 'Edit guides…' })
    while (!(await entry.evaluate((element) => element === document.activeElement))) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const dialog = page.getByTestId('guides-dialog')
    await dialog.getByTestId('guide-axis').selectOption('y')
    await dialog.getByTestId('guide-place').focus()
    await page.keyboard.type('77')
    await page.keyboard.press('Enter')
    await dialog.getByTestId('guide-row').nth(2).waitFor()
    await until(async () => (await show()).canvases[0].guides.y.includes(77), 'the guide is at the number')
    await look(page, 'studio-canvas-guides')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.getByTestId('canvas-view').click()
    await screenshot(page, 'studio-canvas-view-menu')
    await page.getByRole('menuitem', { name: 'Remove all guides' }).click()
    await until(async () => (await show()).canvases[0].guides.x.length === 0, 'they are gone')
  })

  it('does what the keys of OBS do, on the canvas alone', async () => {
    // Which keys the page keeps from the browser.
    await page.evaluate(() => {
      const kept: string[] = []
      Object.assign(window, { kept })
      const prevent = KeyboardEvent.prototype.preventDefault
      KeyboardEvent.prototype.preventDefault = function () {
        kept.push(this.key)
        prevent.call(this)
      }
    })
    const takeKept = (): Promise<string[]> => page.evaluate(() => (window as unknown as { kept: string[] }).kept.splice(0))
    await choose('red', [150, 150])
    await page.keyboard.press('Control+d')
    await untilItem('red', isAt(540, 310))
    await page.keyboard.press('Control+f')
    await untilItem('red', ({ bounds }) => bounds?.fit === 'contain')
    await page.keyboard.press('Control+s')
    await untilItem('red', ({ bounds }) => bounds?.fit === 'stretch')
    await page.keyboard.press('Control+r')
    await untilItem('red', ({ bounds, position }) => bounds === null && position.x === 0)
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('ArrowRight')
    await untilItem('red', ({ position }) => position.x === 11)
    expect((await takeKept()).filter((key) => 'dfsr'.includes(key))).toEqual(['d', 'f', 's', 'r'])
    await page.keyboard.press('Control+c')
    await page.keyboard.press('Control+v')
    await until(async () => (await show()).scenes[0].items.length === 4, 'a copy is there')
    const copy = (await show()).scenes[0].items[3].id
    await page.getByTestId(`frame-${copy}`).waitFor()
    await page.keyboard.press('Delete')
    await until(async () => (await show()).scenes[0].items.length === 3, 'it is gone')
    // The list of sources keeps them, too, where the item is locked: the browser would reload the page.
    const entry = page.locator('[data-testid="source"][data-item-id="red"]')
    await entry.getByTestId('toggle-locked').click()
    await untilItem('red', ({ locked }) => locked)
    await takeKept()
    for (const key of ['r', 's', 'f', 'd']) await entry.locator('[data-item]').press(`Control+${key}`)
    expect((await takeKept()).filter((key) => 'dfsr'.includes(key))).toEqual(['r', 's', 'f', 'd'])
    await entry.getByTestId('toggle-locked').click()
    await untilItem('red', ({ locked, position }) => !locked && position.x === 11)
    // Nothing is selected: the browser gets its keys neither.
    await stage.focus()
    await page.keyboard.press('Escape')
    await takeKept()
    await page.keyboard.press('Control+s')
    expect(await takeKept()).toEqual(['s'])
    await untilDrawnAt('red', { x: 11, y: 0 })
    await stage.focus()
    await page.keyboard.press('Control+e')
    const field = page.getByTestId('properties').getByLabel('X', { exact: true })
    await until(() => field.evaluate((element) => element === document.activeElement), 'the first number has the focus')
    await takeKept()
    // What is written is written, and no item is touched.
    for (const key of ['Control+d', 'Control+r', 'Delete']) await field.press(key)
    expect(await takeKept()).toEqual([])
    await field.press('Control+a')
    await field.pressSequentially('64')
    await untilItem('red', ({ position, bounds }) => position.x === 64 && position.y === 0 && bounds === null)
    await page.getByTestId('properties').getByRole('button', { name: 'Close' }).first().click()
    await stage.focus()
    await page.keyboard.press('?')
    await page.getByTestId('shortcuts').getByText('On the canvas of the studio').waitFor()
    await look(page, 'studio-canvas-keys')
    await page.keyboard.press('Escape')
    await choose('red', [100, 50])
    await page.mouse.click(...(await onScreen([100, 50])), { button: 'right' })
    await page.getByTestId('stage-menu').getByText('Ctrl+E').waitFor()
    await look(page, 'studio-canvas-edit-menu')
    await page.keyboard.press('Escape')
    await restore()
  })

  it('zooms at the pointer, is moved by the space bar and a drag, and shows the whole canvas again', async () => {
    const whole = (await stage.boundingBox())!
    const under = await onScreen([200, 150])
    await page.mouse.move(...under)
    await page.keyboard.down('Control')
    for (let turn = 0; turn < 3; turn++) await page.mouse.wheel(0, -100)
    await page.keyboard.up('Control')
    await until(async () => (await stage.boundingBox())!.width > whole.width * 2, 'it is enlarged')
    const [x, y] = await onScreen([200, 150])
    expect([near(x, under[0]), near(y, under[1])]).toEqual([true, true])
    await screenshot(page, 'studio-canvas-zoomed')
    // A drag is in pixels of the canvas still.
    await drag([150, 150], [250, 200], 'Control')
    await untilItem('red', isAt(200, 150))
    const before = (await stage.boundingBox())!
    await page.keyboard.down(' ')
    await page.mouse.down()
    await page.mouse.move(under[0] - 60, under[1] - 40, { steps: 4 })
    await page.mouse.up()
    await page.keyboard.up(' ')
    const after = (await stage.boundingBox())!
    expect(after.x).toBeLessThan(before.x)
    await untilItem('red', isAt(200, 150))
    await page.keyboard.press('Control+0')
    await until(async () => near((await stage.boundingBox())!.width, whole.width, 1), 'it shows the whole canvas')
    await page.keyboard.press('Control+-')
    await until(async () => (await stage.boundingBox())!.width < whole.width * 0.8, 'it is smaller')
    await screenshot(page, 'studio-canvas-small')
    await page.getByTestId('zoom-whole').click()
    expect(problems.filter((text) => !text.includes('404'))).toEqual([])
  })
})
