import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../src-main/platform/programs/find-program.ts'
import { complaints, launchBrowser } from './helpers/browser.ts'
import { shareOfColor } from './helpers/canvas-share.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { skipBecause } from './helpers/skip.ts'
import { untilShellListens, writeMouseReporter } from './helpers/terminal-steps.ts'
import { until } from './helpers/until.ts'

/** Programs of X11 on a Wayland display, by the real Xwayland: worked at in Chromium, and what is said where it is not installed. */

const needed = ['sway', 'foot', 'xterm', 'xclip', 'xset', 'wl-paste', 'Xwayland'] as const
const missing = needed.every((program) => findProgram(program) !== undefined)
  ? undefined
  : 'needed: apt-get install sway foot xterm xclip x11-xserver-utils wl-clipboard xwayland'
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
let id = ''

const green = [0x10, 0x50, 0x30] as const
const share = (rgb: readonly number[]) => shareOfColor(page, rgb)
const textOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
const start = (command: string[]) => host.api('POST', `/desktop/displays/${id}/programs` as never, { command })

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

describe('a program of X11 on a Wayland display', () => {
  beforeAll(async () => {
    if (missing !== undefined) return
    host = await startHost({ name: 'desktop-wayland-x' })
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 1000, height: 700 }, colorScheme: 'dark' })
    problems = complaints(page)
  }, 120_000)

  afterAll(async () => {
    if (id !== '') await host?.api('DELETE', `/desktop/displays/${id}`).catch(() => undefined)
    await browser?.close()
    await host?.stop()
  }, 60_000)

  it('has the whole display, which has the size of the window', async () => {
    const command = ['xterm', '-b', '0', '-bw', '0', '+sb', '-u8', '-bg', '#105030', '-fg', 'white']
    const { status, body } = await host.api('POST', '/desktop/displays', { protocol: 'wayland', command })
    expect(status).toBe(201)
    id = body.id
    await page.goto(`${host.http}/desktops/${id}`)
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await until(async () => (await share(green)) > 0.8, 'the terminal of X11 has the whole display')
  })

  it('gets what is typed: signs, chords and Shift', async () => {
    const typed = join(host.dataDir, 'typed.txt')
    await page.getByTestId('desktop-keys').focus()
    await untilShellListens(page, `${typed}.ready`)
    await page.keyboard.type(`cat > ${typed}`)
    await page.keyboard.press('Enter')
    await page.keyboard.type('Hello, World! {}[]|~@#')
    await page.keyboard.insertText(' Zäh ß €')
    await page.keyboard.press('Shift+X')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+d')
    await page.keyboard.type(`touch ${typed}.ended`)
    await page.keyboard.press('Enter')
    await until(() => existsSync(`${typed}.ended`), 'Ctrl+D ended the program that wrote it')
    expect(textOf(typed).split('\n')[0]).toBe('Hello, World! {}[]|~@# Zäh ß €X')
  })

  it('copies and pastes: with programs of Wayland', async () => {
    const [source, pasted] = [join(host.dataDir, 'copied.txt'), join(host.dataDir, 'pasted.txt')]
    writeFileSync(source, 'copied in X11')
    // The compositor hands the clipboard of X11 on as long as a window of X11 has the keyboard, as this terminal has.
    await page.keyboard.type(`xclip -selection clipboard ${source}`)
    await page.keyboard.press('Enter')
    await page.keyboard.type(`wl-paste --no-newline > ${pasted}`)
    await page.keyboard.press('Enter')
    await until(() => textOf(pasted) === 'copied in X11', 'a program of Wayland pastes it')
    await page.keyboard.type(`printf back | wl-copy; xclip -o -selection clipboard > ${pasted}`)
    await page.keyboard.press('Enter')
    await until(() => textOf(pasted) === 'back', 'a program of X11 pastes what one of Wayland copied')
  })

  it('gets clicks where the pointer is, and the wheel', async () => {
    // The terminal reports both: button, column, line.
    const [reports, script] = [join(host.dataDir, 'mouse.txt'), join(host.dataDir, 'mouse.sh')]
    writeMouseReporter(script, reports)
    await page.keyboard.type(`sh ${script}`)
    await page.keyboard.press('Enter')
    const box = (await page.getByTestId('desktop-canvas').boundingBox())!
    await until(async () => {
      await page.mouse.click(box.x + 5, box.y + 5)
      return textOf(reports).includes('\x1b[<0;1;1M')
    }, 'a click at the first character')
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    await until(
      () => [...textOf(reports).matchAll(/\[<0;(\d+);(\d+)M/g)].some(([, column, line]) => Number(column) > 20 && Number(line) > 10),
      'one in the middle',
    )
    await page.mouse.wheel(0, 300)
    await until(() => textOf(reports).includes('[<65;'), 'the wheel turns down')
  })

  it('is beside programs of Wayland', async () => {
    expect((await start(['foot', '--override=colors.background=501030'])).status).toBeLessThan(300)
    await until(async () => (await share([0x50, 0x10, 0x30])) > 0.3 && (await share(green)) > 0.3, 'both have a share')
  })

  it('is no desktop of another server, and nobody else of this machine gets there', async () => {
    // What the terminal wrote while it could.
    const where = join(host.dataDir, 'where.txt')
    expect((await start(['sh', '-c', `echo $DISPLAY > ${where}`])).status).toBeLessThan(300)
    await until(() => /^:\d+\n$/.test(textOf(where)), 'its X display is known')
    const server = textOf(where).trim()
    expect((await host.api('POST', '/desktop/displays', { attach: { server } })).body).toMatchObject({ code: 'desktop.shown_already' })
    if (process.getuid?.() !== 0) return
    const { XAUTHORITY: _, ...env } = process.env
    const own = spawnSync('xset', ['q'], { env: { ...env, DISPLAY: server }, encoding: 'utf8', timeout: 30_000 })
    const others = spawnSync('xset', ['q'], {
      env: { ...env, DISPLAY: server },
      uid: 65_534,
      gid: 65_534,
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect([own.status, others.status]).toEqual([0, 1])
  })

  it('ends with the display', async () => {
    await host.api('DELETE', `/desktop/displays/${id}`)
    id = ''
    expect(problems).toEqual([])
  })
})

it('says what to install where Xwayland is missing, while programs of Wayland run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'without-xwayland-'))
  for (const program of ['sway', 'foot', 'xterm', 'sh', 'unshare', 'dbus-run-session', 'dbus-daemon']) {
    const path = findProgram(program)
    if (path !== undefined) symlinkSync(path, join(folder, program))
  }
  const without = await startHost({ name: 'desktop-no-xwayland', env: { PATH: folder } })
  const remedy = { status: 503, body: { code: 'desktop.xwayland_missing', remedy: expect.stringContaining('apt-get install xwayland') } }
  try {
    expect(await without.api('POST', '/desktop/displays', { protocol: 'wayland', command: ['xterm'] })).toMatchObject(remedy)
    const { status, body } = await without.api('POST', '/desktop/displays', { protocol: 'wayland', command: ['foot'] })
    expect([status, body.state]).toEqual([201, 'running'])
    const programs = `/desktop/displays/${body.id}/programs` as never
    expect(await without.api('POST', programs, { command: ['xterm'] })).toMatchObject(remedy)
    expect((await without.api('POST', programs, { command: ['sh', '-c', 'exit 0'] })).status).toBeLessThan(300)
    await without.api('DELETE', `/desktop/displays/${body.id}`)
  } finally {
    await without.stop()
    rmSync(folder, { recursive: true })
  }
}, 120_000)
