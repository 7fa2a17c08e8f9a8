import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { shareOfColor } from './helpers/canvas-share.ts'
import { setUpDesktopInBrowser } from './helpers/desktop-in-browser.ts'
import type { RunningHost } from './helpers/host.ts'
import { look } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { killWorker } from './helpers/workers.ts'

/** Displays in memory with a real X server and real programs, seen and worked at in Chromium. */

const missing = ['Xvnc', 'xterm'].every((program) => existsSync(`/usr/bin/${program}`))
  ? undefined
  : 'Xvnc and xterm are needed: apt-get install tigervnc-standalone-server xterm'
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
let id = ''

/** What a terminal on the display was typed. */
const typed = () => join(host.dataDir, 'typed.txt')

setUpDesktopInBrowser({ name: 'desktop', missing, view: { colorScheme: 'dark' } }, (desk) => {
  ;({ host, browser, page, problems } = desk)
})

const display = async () => (await host.api('GET', `/desktop/displays/${id}`)).body
const share = (rgb: readonly number[]) => shareOfColor(page, rgb)

describe('a display in the browser', () => {
  it('is created on the page, opened by one click and has the size of the window', async () => {
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('desktops-empty').waitFor()
    await look(page, 'desktops-empty')
    await page.getByTestId('create-display').click()
    await page.getByTestId('display-starts').selectOption('program')
    await page.getByTestId('display-command').fill('xterm -maximized -bg #103050 -fg #ffffff')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('display-submit').click()
    const card = page.getByTestId('display-card')
    await card.waitFor()
    id = (await card.getAttribute('data-display')) ?? ''
    await card.getByRole('link').click()
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    const stage = await page
      .locator('.desktop-stage')
      .evaluate(({ clientWidth, clientHeight }) => ({ width: clientWidth, height: clientHeight }))
    await until(async () => {
      const { width, height } = await display()
      return width === stage.width && height === stage.height
    }, `the display is ${stage.width} x ${stage.height}`)
    await until(
      () => page.getByTestId('desktop-canvas').evaluate((canvas, width) => (canvas as HTMLCanvasElement).width === width, stage.width),
      'the page draws it in that size',
    )
    await until(async () => (await share([0x10, 0x30, 0x50])) > 0.2, 'the terminal is seen')
    await look(page, 'desktop-open')
  })

  it('types what is typed: letters of any script, chords, and keys that repeat', async () => {
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.type(`cat > ${typed()}`)
    await page.keyboard.press('Enter')
    await page.keyboard.type('Hello, World! {}[]|~@#')
    await page.keyboard.insertText(' Zäh ß € 漢字 привет')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+d')
    await page.keyboard.type(`touch ${typed()}.ended`)
    await page.keyboard.press('Enter')
    await until(() => existsSync(`${typed()}.ended`), 'Ctrl+D ended the program that wrote it')
    await until(() => existsSync(typed()) && readFileSync(typed(), 'utf8').endsWith('\n'), 'the terminal has written what was typed')
    expect(readFileSync(typed(), 'utf8').split('\n')[0]).toBe('Hello, World! {}[]|~@# Zäh ß € 漢字 привет')
  })

  it('releases keys of a viewer who is gone', async () => {
    const held = await browser.newPage()
    await held.goto(`${host.http}/desktops/${id}`)
    await held.locator('[data-testid=desktop][data-state=open]').waitFor()
    await held.getByTestId('desktop-keys').focus()
    await held.keyboard.down('Shift')
    await held.close()
    await until(async () => (await display()).viewers === 1, 'the other page has left')
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.type(`printf abc > ${typed()}`)
    await page.keyboard.press('Enter')
    await until(() => readFileSync(typed(), 'utf8') === 'abc', 'no Shift is held')
  })

  it('follows the window when it changes', async () => {
    await page.setViewportSize({ width: 1000, height: 640 })
    const width = await page.locator('.desktop-stage').evaluate((stage) => stage.clientWidth)
    await until(async () => (await display()).width === width, `the display is ${width} pixels wide`)
    await until(
      () => page.getByTestId('desktop-canvas').evaluate((canvas, wanted) => (canvas as HTMLCanvasElement).width === wanted, width),
      'the page draws it in that size',
    )
  })

  it('goes on without the process that shows it, and is back', async () => {
    await killWorker(host, 'desktop-worker', async () => (await page.locator('[data-testid=desktop][data-state=open]').count()) === 1)
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.type(`printf again > ${typed()}`)
    await page.keyboard.press('Enter')
    await until(() => readFileSync(typed(), 'utf8') === 'again', 'the same terminal takes what is typed')
  })

  it('shows motion as video, and everything without loss when it has come to rest', async () => {
    const kinds: number[] = []
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => typeof payload !== 'string' && kinds.push(payload[0]!)))
    await page.reload()
    await until(async () => (await share([0x10, 0x30, 0x50])) > 0.8, 'the terminal is seen')
    expect(kinds).not.toContain(3)
    const film = 'ffplay -loglevel error -an -f lavfi -i testsrc2=size=640x360:rate=30'
    const pid = join(host.dataDir, 'film.pid')
    await host.api('POST', `/desktop/displays/${id}/programs`, { command: ['sh', '-c', `echo $$ > ${pid}; exec ${film}`] })
    await until(() => kinds.filter((kind) => kind === 3).length > 20, 'frames of video have come')
    const covered = await share([0x10, 0x30, 0x50])
    process.kill(Number(readFileSync(pid, 'utf8')))
    // Where the pointer looks different now that is sent as well.
    await until(
      async () => kinds.filter((kind) => kind !== 2).at(-1) === 1 && (await share([0x10, 0x30, 0x50])) > covered + 0.2,
      'the terminal is seen again, and came as pixels',
    )
  })

  it('ends with its programs when it is removed', async () => {
    const { server } = await display()
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('remove-display').click()
    await page.getByTestId('confirm-yes').click()
    await page.getByTestId('desktops-empty').waitFor()
    await until(() => !existsSync(`/tmp/.X11-unix/X${server!.slice(1)}`), 'its server is gone')
    id = ''
    expect(problems).toEqual([])
  })

  it.skipIf(!existsSync('/usr/bin/openbox'))('shows something where nothing was chosen to start', async () => {
    id = (await host.api('POST', '/desktop/displays', {})).body.id
    await page.goto(`${host.http}/desktops/${id}`)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await until(async () => (await share([0, 0, 0])) < 0.95, 'it is not black')
    await look(page, 'desktop-default')
    expect(problems).toEqual([])
  })
})
