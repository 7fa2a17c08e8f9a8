import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaints, launchBrowser, screenshot, sidewaysPx } from './helpers/browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { until, untilStill } from './helpers/until.ts'
import { XClient } from './helpers/x-client.ts'

/** Fingers, a pointer that is the display's alone, and keys of other machines: as a program on the display gets them. */

const missing = existsSync('/usr/bin/Xvnc') ? undefined : 'Xvnc is needed: apt-get install tigervnc-standalone-server'
const size = { width: 800, height: 600 }
let host: RunningHost
let browser: Browser
let program: XClient
let id = ''

beforeAll(async () => {
  if (missing !== undefined) return
  host = await startHost({ name: 'desktop-input' })
  browser = await launchBrowser()
  const made = await host.api('POST', '/desktop/displays', { name: 'Input', command: null, ...size })
  id = made.body.id
  const cookie = readFileSync(join(host.dataDir, 'displays', id, 'xauthority')).subarray(-16)
  program = await XClient.connect({ display: made.body.server!, cookie })
  const window = program.createWindow({ width: 2000, height: 2000, background: 0x204060 })
  program.map(window)
  program.watchPointer(window)
  await program.sync()
  program.focus(window)
  program.watchPointer(window)
  await program.sync()
}, 120_000)

afterAll(async () => {
  program?.close()
  if (id !== '') await host?.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
  await browser?.close()
  await host?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

const open = async (page: Page): Promise<void> => {
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
  // The size of the display stays what it is: that of this window.
  await page.getByTestId('desktop-follow').click()
  await page.getByTestId('desktop-keys').focus()
}
const clicks = () => program.pointer.filter((each) => !each.startsWith('move'))
const buttonsOf = (events: readonly string[]) => events.map((each) => each.split(' at ')[0])

describe('fingers on a display', () => {
  let page: Page
  let cdp: CDPSession
  let problems: string[]
  type Point = { readonly x: number; readonly y: number }

  beforeAll(async () => {
    if (missing !== undefined) return
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme: 'dark' })
    page = await context.newPage()
    problems = complaints(page)
    cdp = await context.newCDPSession(page)
    await open(page)
    await until(async () => (await page.getByTestId('desktop-bar').getAttribute('data-shown')) === 'false', 'the tools are hidden')
  }, 60_000)

  beforeEach(() => {
    program.pointer.length = 0
    program.keys.length = 0
  })

  /** A place of the display as a place of the window. */
  const on = async (x: number, y: number): Promise<Point> => {
    const [box, canvas] = await page
      .getByTestId('desktop-canvas')
      .evaluate(
        (each) =>
          [
            each.getBoundingClientRect().toJSON(),
            { width: (each as HTMLCanvasElement).width, height: (each as HTMLCanvasElement).height },
          ] as const,
      )
    return { x: box.left + ((x + 0.5) / canvas.width) * box.width, y: box.top + ((y + 0.5) / canvas.height) * box.height }
  }
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: readonly Point[]) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(({ x, y }, id) => ({ x, y, id })) })
  // Sent together: a machine that is busy between them would make them long presses.
  const drag = (start: Point, ...way: readonly Point[]) =>
    Promise.all([touch('touchStart', start), ...way.map((at) => touch('touchMove', at)), touch('touchEnd')])
  const tap = (...points: readonly Point[]) => Promise.all([touch('touchStart', ...points), touch('touchEnd')])

  it('click where they tap, and click right where they rest', async () => {
    const at = await on(200, 150)
    await tap(at)
    await until(
      () => clicks().length === 2,
      () => `a click; the program saw ${JSON.stringify(program.pointer)}`,
    )
    expect(buttonsOf(clicks())).toEqual(['press 1', 'release 1'])
    const [x, y] = clicks()[0]!.split(' at ')[1]!.split(',').map(Number)
    expect([Math.abs(x! - 200) <= 3, Math.abs(y! - 150) <= 3]).toEqual([true, true])
    await touch('touchStart', await on(300, 300))
    await until(() => clicks().length === 4, 'a click of the right button')
    await touch('touchEnd')
    expect(buttonsOf(clicks().slice(2))).toEqual(['press 3', 'release 3'])
  })

  it('drag with one, scroll with two, and click right with a tap of two', async () => {
    const [start, ...way] = await Promise.all([100, 140, 200, 300].map((x) => on(x, x === 100 ? 100 : 120)))
    await drag(start!, ...way)
    await until(() => clicks().length === 2, 'a drag')
    expect(buttonsOf(clicks())).toEqual(['press 1', 'release 1'])
    expect(program.pointer.filter((each) => each.startsWith('move')).length).toBeGreaterThan(1)
    expect(Number(clicks()[1]!.split(' at ')[1]!.split(',')[0])).toBeGreaterThan(280)
    program.pointer.length = 0
    const [one, other] = [await on(100, 300), await on(300, 300)]
    await touch('touchStart', one, other)
    for (const up of [20, 50, 90]) await touch('touchMove', { x: one.x, y: one.y - up }, { x: other.x, y: other.y - up })
    await touch('touchEnd')
    await until(() => buttonsOf(clicks()).includes('release 5'), 'the wheel turns down')
    expect(new Set(buttonsOf(clicks()))).toEqual(new Set(['press 5', 'release 5']))
    program.pointer.length = 0
    await tap(one, other)
    await until(() => clicks().length === 2, 'a click')
    expect(buttonsOf(clicks())).toEqual(['press 3', 'release 3'])
  })

  it('zoom the view when two move apart, and still click where they tap', async () => {
    const middle = await on(190, 300)
    const apart = (px: number): readonly [Point, Point] => [
      { x: middle.x - px, y: middle.y },
      { x: middle.x + px, y: middle.y },
    ]
    await touch('touchStart', ...apart(30))
    for (const px of [45, 60, 75, 90]) await touch('touchMove', ...apart(px))
    await touch('touchEnd')
    const zoom = () => page.getByTestId('desktop-canvas').evaluate((canvas) => Number(canvas.dataset.zoom))
    expect(await zoom()).toBeGreaterThan(1.5)
    expect(clicks()).toEqual([])
    await screenshot(page, 'desktop-touch-zoomed')
    await tap(await on(200, 310))
    await until(() => clicks().length === 2, 'a click')
    expect(clicks()[0]).toBe('press 1 at 200,310')
    await touch('touchStart', ...apart(90))
    for (const px of [60, 40, 20]) await touch('touchMove', ...apart(px))
    await touch('touchEnd')
    expect(await zoom()).toBe(1)
  })

  it('move the pointer where the screen is a touchpad, which is seen', async () => {
    await page.getByTestId('desktop-touchpad').tap()
    await page.locator('[data-testid=desktop-touchpad][aria-pressed=true]').waitFor()
    const from = await on(100, 100)
    // A tap of before and a drag would belong together.
    await delay(400)
    await drag(from, ...[20, 40, 60].map((x) => ({ x: from.x + x, y: from.y })))
    await page.getByTestId('touch-pointer').waitFor()
    const pointerX = () => Number(program.pointer.at(-1)?.split(' to ')[1]?.split(',')[0] ?? 0)
    await until(() => pointerX() > 250, 'the pointer moves')
    const x = await untilStill(pointerX, 300, 'the pointer rests')
    expect(clicks()).toEqual([])
    await tap(from)
    await until(() => clicks().length === 2, 'a click')
    expect(clicks()[0]!.split(' at ')[1]!.split(',').map(Number)[0]).toBe(x)
    await page.getByTestId('desktop-touchpad').tap()
  })

  it('press keys that phones lack, and modifiers for the next key', async () => {
    const bar = page.getByTestId('desktop-keybar')
    await bar.getByRole('button', { name: 'Ctrl' }).tap()
    await bar.getByRole('button', { name: 'Arrow left' }).tap()
    await until(() => program.keys.length === 4, 'four changes of keys')
    const [control, arrow] = [37, 113]
    expect(program.keys).toEqual([`press ${control}`, `press ${arrow}`, `release ${arrow}`, `release ${control}`])
    expect(await bar.getByRole('button', { name: 'Ctrl' }).getAttribute('aria-pressed')).toBe('false')
    program.keys.length = 0
    await bar.getByRole('button', { name: 'Ctrl' }).tap()
    await page.getByTestId('desktop-keys').focus()
    // As a phone's keyboard does it: a text, and no key.
    await page.keyboard.insertText('c')
    await until(() => program.keys.length === 4, 'Ctrl+C')
    expect(program.keys[0]).toBe(`press ${control}`)
    program.keys.length = 0
    await page.getByTestId('desktop-keys').evaluate((field) => {
      ;(field as HTMLTextAreaElement).value = ''
      field.dispatchEvent(new InputEvent('input', { inputType: 'deleteContentBackward' }))
    })
    await until(() => program.keys.length === 2, 'Backspace')
    expect(program.keys[0]).toBe('press 22')
    await bar.getByRole('button', { name: 'More' }).tap()
    await screenshot(page, 'desktop-touch-keys')
    expect(await sidewaysPx(page)).toBe(0)
    expect(await findingsInBothThemes(page)).toEqual([])
  })

  it('find tools and keys that are large enough, and none over another', async () => {
    await page.getByTestId('desktop-handle').tap()
    await until(async () => (await page.getByTestId('desktop-bar').getAttribute('data-shown')) === 'true', 'the tools are shown')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await screenshot(page, `desktop-touch-tools-${colorScheme}`)
    }
    const targets = await page.evaluate(() =>
      [...document.querySelectorAll('.desktop-toolbar :is(button, input, a), .desktop-keybar button')].map((each) => {
        const { left, top, right, bottom } = each.getBoundingClientRect()
        return { name: each.getAttribute('aria-label') ?? each.textContent ?? each.tagName, left, top, right, bottom }
      }),
    )
    expect(targets.length).toBeGreaterThan(20)
    const small = targets.filter(({ left, top, right, bottom }) => right - left < 40 || bottom - top < 40)
    expect(small.map(({ name }) => name)).toEqual([])
    expect(targets.filter(({ left, top, right, bottom }) => left < 0 || top < 0 || right > 390 || bottom > 844)).toEqual([])
    const over = targets.filter((one) =>
      targets.some(
        (other) => one !== other && one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom,
      ),
    )
    expect(over.map(({ name }) => name)).toEqual([])
    expect(problems).toEqual([])
  })
})

describe('pointer and keys of a computer', () => {
  let page: Page

  beforeAll(async () => {
    if (missing !== undefined) return
    page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
    await page.addInitScript(() => Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' }))
    await open(page)
  }, 60_000)

  beforeEach(() => {
    program.pointer.length = 0
    program.keys.length = 0
  })

  it('give a program movements where it takes the pointer for itself', async () => {
    await page.mouse.move(600, 400)
    await until(() => program.pointer.length > 0, 'the pointer has moved there')
    await page.getByTestId('desktop-lock').click()
    await page.waitForFunction(() => document.pointerLockElement?.tagName === 'CANVAS')
    program.pointer.length = 0
    await page.mouse.move(700, 400)
    await page.mouse.move(720, 410)
    await until(() => program.pointer.length > 0, 'the program gets movements')
    const before = program.pointer.at(-1)!
    await page.mouse.down()
    await page.mouse.up()
    await until(() => clicks().length === 2, 'a click')
    // Where the pointer is, not where the browser's is.
    expect(clicks()[0]!.split(' at ')[1]).toBe(
      program.pointer
        .filter((each) => each.startsWith('move'))
        .at(-1)!
        .split(' to ')[1],
    )
    expect(before).toContain('move')
    await page.evaluate(() => document.exitPointerLock())
  })

  it('press Ctrl where a Mac presses Command, unless the display shall have its own key', async () => {
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.press('Meta')
    await until(() => program.keys.length === 2, 'a key')
    expect(program.keys).toEqual(['press 37', 'release 37'])
    await page.getByTestId('desktop-command').click()
    await page.getByTestId('desktop-keys').focus()
    program.keys.length = 0
    await page.keyboard.press('Meta')
    await until(() => program.keys.length === 2, 'a key')
    expect(program.keys[0]).not.toBe('press 37')
  })
})
