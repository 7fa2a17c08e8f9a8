import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { findProgram } from '../src-main/platform/programs/find-program.ts'
import { hostWasKilled } from './helpers/browser.ts'
import { shareOfColor } from './helpers/canvas-share.ts'
import { setUpDesktopInBrowser } from './helpers/desktop-in-browser.ts'
import { watchDesktop } from './helpers/desktop-viewer.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { look } from './helpers/studio-page.ts'
import { untilShellListens, writeMouseReporter } from './helpers/terminal-steps.ts'
import { until } from './helpers/until.ts'
import { killWorker } from './helpers/workers.ts'

/** Wayland displays in memory, with a real compositor and a real terminal, seen and worked at in Chromium. */

const missing = ['sway', 'foot'].every((program) => findProgram(program) !== undefined)
  ? undefined
  : 'sway and foot are needed: apt-get install sway foot'
let host: RunningHost
let page: Page
let problems: string[]
let again: () => Promise<RunningHost>
let id = ''

const typed = () => join(host.dataDir, 'typed.txt')
const display = async () => (await host.api('GET', `/desktop/displays/${id}`)).body
const share = (rgb: readonly number[]) => shareOfColor(page, rgb)

setUpDesktopInBrowser({ name: 'desktop-wayland', missing, view: { colorScheme: 'dark' } }, (desk) => {
  ;({ host, page, problems, again } = desk)
})

describe('a Wayland display in the browser', () => {
  it('is created on the page, opened by one click and has the size of the window', async () => {
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('create-display').click()
    await page.getByTestId('display-starts').selectOption('program')
    await page.getByTestId('display-protocol').selectOption('wayland')
    await page.getByTestId('display-command').fill('foot --title A-terminal --override=colors.background=103050')
    await page.getByTestId('display-submit').click()
    const card = page.getByTestId('display-card')
    await card.waitFor()
    id = (await card.getAttribute('data-display')) ?? ''
    expect(await display()).toMatchObject({ protocol: 'wayland', state: 'running', server: expect.stringMatching(/\/wayland-\d+$/) })
    await card.getByRole('link').click()
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    const stage = await page
      .locator('.desktop-stage')
      .evaluate(({ clientWidth, clientHeight }) => ({ width: clientWidth, height: clientHeight }))
    await until(async () => {
      const { width, height } = await display()
      return width === stage.width && height === stage.height
    }, `the display is ${stage.width} x ${stage.height}`)
    await until(async () => (await share([0x10, 0x30, 0x50])) > 0.8, 'the terminal has the whole display')
    await look(page, 'desktop-wayland')
  })

  it('types what is typed: letters of any script, chords and Shift', async () => {
    await page.getByTestId('desktop-keys').focus()
    await untilShellListens(page, `${typed()}.ready`)
    await page.keyboard.type(`cat > ${typed()}`)
    await page.keyboard.press('Enter')
    await page.keyboard.type('Hello, World! {}[]|~@#')
    await page.keyboard.insertText(' Zäh ß € 漢字 привет 😀')
    await page.keyboard.press('Shift+X')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+d')
    await page.keyboard.type(`touch ${typed()}.ended`)
    await page.keyboard.press('Enter')
    await until(() => existsSync(`${typed()}.ended`), 'Ctrl+D ended the program that wrote it')
    expect(readFileSync(typed(), 'utf8').split('\n')[0]).toBe('Hello, World! {}[]|~@# Zäh ß € 漢字 привет 😀X')
  })

  it('clicks where the pointer is, and turns the wheel', async () => {
    // The terminal reports both as XTerm does: button, column, line.
    const reports = join(host.dataDir, 'mouse.txt')
    const script = join(host.dataDir, 'mouse.sh')
    writeMouseReporter(script, reports)
    await page.keyboard.type(`sh ${script}`)
    await page.keyboard.press('Enter')
    const said = () => (existsSync(reports) ? readFileSync(reports, 'utf8') : '')
    const box = (await page.getByTestId('desktop-canvas').boundingBox())!
    const at = async (x: number, y: number) => {
      await page.mouse.move(box.x + x, box.y + y)
      await page.mouse.click(box.x + x, box.y + y)
    }
    await until(async () => {
      await at(5, 5)
      return said().includes('\x1b[<0;1;1M')
    }, 'a click at the first character')
    await at(box.width / 2, box.height / 2)
    await until(
      () => [...said().matchAll(/\[<0;(\d+);(\d+)M/g)].some(([, column, line]) => Number(column) > 20 && Number(line) > 10),
      'one in the middle',
    )
    await page.mouse.wheel(0, 300)
    await until(() => said().includes('[<65;'), 'the wheel turns down')
    // The pointer of the browser is the only one: nothing is drawn there.
    const around = await page.getByTestId('desktop-canvas').evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(width / 2 - 30, height / 2 - 30, 60, 60)
      return [...new Set(new Uint32Array(data.buffer))].length
    })
    expect(around, 'colors around the pointer').toBe(1)
    await page.mouse.click(box.x + 5, box.y + 5, { button: 'right' })
    await until(() => said().includes('\x1b[<2;1;1M'), 'the right button')
  })

  it('follows the window when it changes', async () => {
    await page.setViewportSize({ width: 1001, height: 641 })
    const stage = await page.locator('.desktop-stage').evaluate((each) => ({ width: each.clientWidth, height: each.clientHeight }))
    await until(async () => {
      const { width, height } = await display()
      return width === stage.width && height === stage.height
    }, `the display is ${stage.width} x ${stage.height}`)
    await until(async () => (await share([0x10, 0x30, 0x50])) > 0.8, 'the terminal has the whole display')
  })

  it('shares its size between windows, and closes one by a chord with Shift', async () => {
    const programs = await host.api('POST', `/desktop/displays/${id}/programs` as never, {
      command: ['foot', '--override=colors.background=501030'],
    })
    expect(programs.status).toBeLessThan(300)
    await until(async () => (await share([0x50, 0x10, 0x30])) > 0.3, 'the second terminal has a share')
    await page.getByTestId('desktop-keys').press('Meta+f')
    await until(async () => (await share([0x50, 0x10, 0x30])) > 0.8, 'the second terminal is full screen')
    await page.getByTestId('desktop-keys').press('Meta+Shift+Q')
    await until(async () => (await share([0x10, 0x30, 0x50])) > 0.8, 'the terminal has the whole display again')
  })

  it('goes on without the process that shows it, and is back', async () => {
    await killWorker(host, 'desktop-worker', async () => (await page.locator('[data-testid=desktop][data-state=open]').count()) === 1)
    await until(async () => (await share([0x10, 0x30, 0x50])) > 0.8, 'the terminal is seen')
  })

  it('has an image on its card, and no second monitor', async () => {
    const image = await fetch(`${host.http}/api/v1/desktop/displays/${id}/screenshot?width=320&height=180`)
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    const monitors = [0, 800].map((x) => ({ x, y: 0, width: 800, height: 600 }))
    const rejected = { code: 'desktop.wayland_limit', remedy: expect.stringContaining('X11') }
    expect((await host.api('PATCH', `/desktop/displays/${id}`, { monitors })).body).toMatchObject(rejected)
    expect(await page.getByTestId('desktop-monitors').count()).toBe(0)
    const before = await display()
    const viewer = watchDesktop(host, { display: id })
    expect(await viewer.heard('monitors')).toMatchObject({ several: false })
    viewer.send({ kind: 'arrange', monitors })
    expect(await viewer.heard('problem')).toMatchObject(rejected)
    viewer.leave()
    const { width, height } = await display()
    expect([width, height]).toEqual([before.width, before.height])
  })

  it('is recorded and sent live, and runs on while the host is killed and started again', async () => {
    const stages = { record: `/desktop/displays/${id}/recording`, live: `/desktop/displays/${id}/live` } as const
    expect((await host.api('POST', stages.record as never)).body).toMatchObject({ state: 'recording' })
    expect((await host.api('POST', stages.live as never, { stream: 'wayland', audio: false })).status).toBeLessThan(300)
    const colorOf = (input: string) => {
      const scaled = ['-vf', 'crop=16:16:in_w-32:in_h-32,scale=1:1', '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
      return [...spawnSync('ffmpeg', ['-v', 'error', '-i', input, ...scaled]).stdout]
    }
    const isTerminal = (color: readonly number[]) =>
      color.length === 3 && [0x10, 0x30, 0x50].every((value, at) => Math.abs(color[at]! - value) < 12)
    await until(() => isTerminal(colorOf(`${host.http}/live/wayland/index.m3u8`)), 'the stream shows the terminal', 90_000)
    const { pid } = host.process
    await host.kill('SIGKILL')
    host = await again()
    expect(host.process.pid).not.toBe(pid)
    expect(await display()).toMatchObject({ protocol: 'wayland', state: 'running' })
    await page.goto(`${host.http}/desktops/${id}`)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await until(async () => (await share([0x10, 0x30, 0x50])) > 0.8, 'the terminal is seen again')
    await host.api('DELETE', stages.live as never)
    const recordings = async () => (await host.api('GET', '/desktop/recordings')).body.items
    await until(async () => (await recordings()).every(({ state }) => state !== 'recording'), 'the recording was recovered')
    const [recording] = await recordings()
    const color = colorOf(join(host.dataDir, 'desktop-recordings', recording!.display, recording!.fileName))
    expect(isTerminal(color), `the recording, ${recording!.state}, shows ${color}`).toBe(true)
    const { titles } = (await host.api('GET', `/desktop/recordings/${recording!.id}/titles`)).body
    expect(titles.map(({ title }) => title)).toContain('A-terminal')
  })

  it('ends with its programs and its compositor when it is removed', async () => {
    const server = (await display()).server ?? ''
    expect(existsSync(server)).toBe(true)
    await host.api('DELETE', `/desktop/displays/${id}`)
    id = ''
    expect(existsSync(server)).toBe(false)
    expect(problems.filter((each) => !hostWasKilled.test(each))).toEqual([])
  })
})

it('says which package is missing where there is no compositor', async () => {
  const without = await startHost({ name: 'desktop-no-sway', env: { PATH: '/nonexistent' } })
  try {
    const { status, body } = await without.api('POST', '/desktop/displays', { protocol: 'wayland', command: null })
    expect([status, body]).toEqual([
      503,
      expect.objectContaining({ code: 'desktop.wayland_missing', remedy: expect.stringContaining('sway') }),
    ])
  } finally {
    await without.stop()
  }
}, 60_000)
