import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { setUpDesktopInBrowser } from './helpers/desktop-in-browser.ts'
import type { RunningHost } from './helpers/host.ts'
import { look } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { XClient } from './helpers/x-client.ts'

/** A display of several monitors: as programs and a window manager see them, and as browser windows show them. */

const missing = ['Xvnc', 'openbox'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc and openbox are needed: apt-get install tigervnc-standalone-server openbox'
const one = { x: 0, y: 0, width: 800, height: 600 }
const two = { x: 800, y: 0, width: 640, height: 480 }
const blue = [0x10, 0x30, 0x50]
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
let program: XClient
let id = ''

setUpDesktopInBrowser({ name: 'desktop-monitors', missing }, async (desk) => {
  ;({ host, browser, page, problems } = desk)
  id = (await host.api('POST', '/desktop/displays', { name: 'Two', command: ['openbox'], width: 800, height: 600 })).body.id
  program = await connect()
})

afterAll(() => program?.close())

function commandLine(process: string): string {
  try {
    return readFileSync(`/proc/${process}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

async function connect(): Promise<XClient> {
  const { server } = (await host.api('GET', `/desktop/displays/${id}`)).body
  return XClient.connect({ display: server!, cookie: readFileSync(join(host.dataDir, 'displays', id, 'xauthority')).subarray(-16) })
}
const places = (monitors: readonly (typeof one)[]) => monitors.map(({ x, y, width, height }) => `${x},${y} ${width}x${height}`).sort()
const seen = async () => [...(await program.monitors())].sort()
const open = async (query = '', on = page): Promise<void> => {
  await on.goto(`${host.http}/desktops/${id}${query}`)
  await on.locator('[data-testid=desktop][data-state=open]').waitFor()
}
const canvasOf = (on: Page) =>
  on.getByTestId('desktop-canvas').evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement
    return { width, height }
  })
/** The colour of a pixel of the canvas. */
const pixel = (on: Page, x: number, y: number) =>
  on
    .getByTestId('desktop-canvas')
    .evaluate((canvas, at) => [...(canvas as HTMLCanvasElement).getContext('2d')!.getImageData(at.x, at.y, 1, 1).data.slice(0, 3)], {
      x,
      y,
    })
const isBlue = async (on: Page, x: number, y: number) => (await pixel(on, x, y)).join() === blue.join()

describe('a display of several monitors', () => {
  it('has them by the API, and a window manager fills one with a maximised window', async () => {
    const { status, body } = await host.api('PATCH', `/desktop/displays/${id}`, { monitors: [one, two] })
    expect([status, body.monitors, body.width, body.height]).toEqual([200, [one, two], 1440, 600])
    await until(async () => (await seen()).join() === places([one, two]).join(), 'programs see two monitors')
    const window = program.createWindow({ x: 900, y: 50, width: 200, height: 100, background: 0x103050 })
    program.map(window)
    await open()
    await until(async () => (await canvasOf(page)).width === 1440, 'the page shows both')
    await until(() => {
      // A window manager places a new window itself.
      program.place(window, 900, 50, 200, 100)
      return isBlue(page, 990, 120)
    }, 'the window is on the second monitor')
    await program.maximise(window)
    await until(async () => (await isBlue(page, 820, 300)) && (await isBlue(page, 1400, 440)), 'it fills the second monitor')
    expect(await isBlue(page, 780, 300)).toBe(false)
    expect(await isBlue(page, 1000, 560)).toBe(false)
  })

  it('shows one of them in a window of its own, which it takes the size of, and works there', async () => {
    const other = await browser.newPage({ viewport: { width: 700, height: 560 } })
    await open('?monitor=2', other)
    const size = await until(async () => {
      const { width, height } = await canvasOf(other)
      return width === 700 && (await seen()).includes(`800,0 ${width}x${height}`) && { width, height }
    }, 'the second monitor has the size of that window')
    expect(await seen()).toContain('0,0 800x600')
    await until(async () => (await isBlue(other, 20, 300)) && (await isBlue(other, 690, size.height - 20)), 'the browser window shows it')
    const window = program.createWindow({ x: 900, y: 100, width: 200, height: 200, background: 0xff0000 })
    program.watchPointer(window)
    program.map(window)
    await until(async () => {
      program.place(window, 900, 100, 200, 200)
      const [red, green] = await pixel(other, 200, 200)
      return red === 255 && green === 0
    }, 'a window on that monitor is seen where it is on it')
    await other.mouse.move(0, 0)
    const box = (await other.getByTestId('desktop-canvas').boundingBox())!
    await other.mouse.click(box.x + 200, box.y + 200)
    await until(() => program.pointer.some((each) => each.startsWith('press 1')), 'the window is clicked')
    program.destroy(window)
    await other.close()
  })

  it('is arranged on the page', async () => {
    await open()
    await page.getByTestId('desktop-monitors').click()
    await page.getByTestId('desktop-monitor-2').press('ArrowDown')
    await until(async () => (await seen()).some((each) => each.startsWith('0,600 ')), 'the second monitor is below')
    await page.getByTestId('desktop-monitor-add').click()
    await until(async () => (await seen()).length === 3, 'there are three')
    await page.getByTestId('desktop-monitor-3').waitFor()
    const box = (await page.getByTestId('desktop-monitor-3').boundingBox())!
    await page.mouse.move(box.x + 5, box.y + 5)
    await page.mouse.down()
    await page.mouse.move(box.x - 200, box.y + 5, { steps: 4 })
    await page.mouse.up()
    await until(
      async () => (await page.getByTestId('desktop-monitor-3').getAttribute('data-place'))?.startsWith('0,0 '),
      'the third is at the left',
    )
    await page.getByTestId('desktop-monitor-shown').selectOption('1')
    await until(async () => (await canvasOf(page)).height < 800, 'the window shows one of them')
    await look(page, 'desktop-monitors')
    expect(await findingsInBothThemes(page)).toEqual([])
    for (let left = 2; left > 0; left--) {
      await page.getByTestId('desktop-monitor-remove').click()
      await until(async () => (await seen()).length === left, `there are ${left}`)
    }
    expect(problems).toEqual([])
  })

  it('has them again when it is started again', async () => {
    await page.goto('about:blank')
    await host.api('PATCH', `/desktop/displays/${id}`, { monitors: [two, one] })
    const kept = (await host.api('GET', `/desktop/displays/${id}`)).body.monitors
    expect(kept).toEqual([{ ...two, x: 800 }, one])
    await until(async () => (await seen()).length === 2, 'programs see two')
    program.close()
    const authority = join(host.dataDir, 'displays', id, 'xauthority')
    const server = readdirSync('/proc').find(
      (each) => /^\d+$/.test(each) && commandLine(each).startsWith('Xvnc') && commandLine(each).includes(authority),
    )
    expect(server).toBeDefined()
    process.kill(Number(server))
    await until(() => !commandLine(server!).includes(authority), 'the server has ended')
    await open()
    program = await connect()
    await until(async () => (await seen()).join() === places(kept as (typeof one)[]).join(), 'programs see the same two')
  })
})
