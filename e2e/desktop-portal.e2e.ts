import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from '../src-main/platform/programs/find-program.ts'
import { complaints, hostWasKilled, launchBrowser } from './helpers/browser.ts'
import { shareOfColor } from './helpers/canvas-share.ts'
import { streams } from './helpers/command.ts'
import { complaintsOf } from './helpers/decode.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { type PrivatePipeWire, pipeWireMissing, type Removable, startPipeWire } from './helpers/pipewire.ts'
import { skipBecause } from './helpers/skip.ts'
import { look } from './helpers/studio-page.ts'
import { writeMouseReporter } from './helpers/terminal-steps.ts'
import { until } from './helpers/until.ts'
import { portalMissing, type RunningPortal, startMutter, startPortal, startRememberingPortal } from './helpers/wayland-desktop.ts'

/**
 * The desktop that is logged in at a machine, seen and worked at in Chromium: mutter, PipeWire and xdg-desktop-portal are real; what answers
 * in the person's place is a double.
 */

const missing =
  pipeWireMissing() ?? portalMissing() ?? (findProgram('foot') === undefined ? 'foot is needed: apt-get install foot' : undefined)
const execute = promisify(execFile)
const size = { width: 1280, height: 720 }
const terminal = [0x10, 0x30, 0x50]
let pipeWire: PrivatePipeWire
let mutter: Removable
let portal: RunningPortal
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
let id = ''

const environment = () => ({ ...pipeWire.env, DISPLAY: '', WAYLAND_DISPLAY: 'wayland-test' })
const display = async () => (await host.api('GET', `/desktop/displays/${id}`)).body
const share = (rgb: readonly number[]) => shareOfColor(page, rgb)
const shows = (state: string) => page.locator(`[data-testid=desktop][data-state=${state}]`).waitFor()
/** The recording that was started last. */
const newestFile = async (): Promise<{ state: string; bytes: number; display: string; fileName: string } | undefined> =>
  (await host.api('GET', '/desktop/recordings')).body.items[0]
/** Color above the bottom right corner of the first frame that FFmpeg gets; undefined where it gets none. */
async function colorOf(url: string): Promise<readonly number[] | undefined> {
  const scaled = ['-vf', 'crop=64:64:iw-80:ih-80,scale=1:1', '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']
  const { stdout } = await execute('ffmpeg', ['-v', 'error', '-i', url, ...scaled], { encoding: 'buffer' }).catch(() => ({
    stdout: Buffer.alloc(0),
  }))
  return stdout.length === 3 ? [...stdout] : undefined
}
const isTerminal = (color: readonly number[] | undefined): boolean =>
  color?.every((value, channel) => Math.abs(value - terminal[channel]!) < 24) ?? false
const typed = () => join(host.dataDir, 'typed.txt')

/** Does it again only when it had no effect for a while: a desktop that is behind would be further behind. */
const untilSeen = (act: () => Promise<void>, seen: () => boolean, what: string) =>
  until(async () => {
    await act()
    return until(seen, what, 5000).catch(() => false)
  }, what)

beforeAll(async () => {
  if (missing !== undefined) return
  pipeWire = await startPipeWire()
  mutter = await startMutter(pipeWire, size.width, size.height)
  portal = await startPortal(pipeWire, 'allow')
  pipeWire.spawn('foot', ['--fullscreen', '--override=colors.background=103050'], { env: { WAYLAND_DISPLAY: 'wayland-test' } })
  host = await startHost({ name: 'desktop-portal', env: environment() })
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' })
  problems = complaints(page)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await host?.stop()
  await portal?.remove()
  await mutter?.remove()
  await pipeWire?.stop()
}, 60_000)

describe('the desktop that is logged in at the machine', () => {
  beforeEach((context) => {
    if (missing !== undefined) skipBecause(context, missing)
  })

  it('is offered, added without a question, and shown when somebody opens it and the person allows it', async () => {
    expect((await host.api('GET', '/desktop/portal')).body).toEqual({ available: true, remembers: false })
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('create-display').click()
    await page.getByTestId('display-starts').selectOption('portal')
    await look(page, 'desktop-portal-new')
    await page.getByTestId('display-submit').click()
    const card = page.getByTestId('display-card')
    await card.waitFor()
    id = (await card.getAttribute('data-display')) ?? ''
    expect(await display()).toMatchObject({ kind: 'portal', protocol: 'wayland', server: null, audio: null })
    expect(portal.questions).toEqual([])
    await card.getByRole('link').click()
    await shows('open')
    expect(portal.questions).toEqual(['asked'])
    await until(async () => (await share(terminal)) > 0.8, 'the terminal is seen')
    expect(await display()).toMatchObject(size)
    await look(page, 'desktop-portal')
  })

  it('types what is typed', async () => {
    // This desktop has neither a mouse nor a keyboard plugged in: it makes them with the first input, of which its programs miss some.
    await untilSeen(
      async () => {
        await page.getByTestId('desktop-canvas').click()
        await page.getByTestId('desktop-keys').focus()
        await page.keyboard.type(`touch ${typed()}.begun`)
        await page.keyboard.press('Enter')
      },
      () => existsSync(`${typed()}.begun`),
      'the terminal has the keyboard',
    )
    await page.keyboard.type(`cat > ${typed()}`)
    await page.keyboard.press('Enter')
    // What is typed while the shell still edits its line is not read as lines.
    await until(() => existsSync(typed()), 'the program reads')
    await page.keyboard.type('Hello, World! {}[]|~@#')
    await page.keyboard.press('Shift+X')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+d')
    await page.keyboard.type(`touch ${typed()}.ended`)
    await page.keyboard.press('Enter')
    await until(() => existsSync(`${typed()}.ended`), 'Ctrl+D ended the program that wrote it')
    expect(readFileSync(typed(), 'utf8').split('\n')[0]).toBe('Hello, World! {}[]|~@#X')
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
    await untilSeen(
      () => at(5, 5),
      () => said().includes('\x1b[<0;1;1M'),
      'a click at the first character',
    )
    await at(box.width / 2, box.height / 2)
    await until(
      () => [...said().matchAll(/\[<0;(\d+);(\d+)M/g)].some(([, column, line]) => Number(column) > 20 && Number(line) > 10),
      'one in the middle',
    )
    await page.mouse.wheel(0, 300)
    await until(() => said().includes('[<65;'), 'the wheel turns down')
    await page.mouse.click(box.x + 5, box.y + 5, { button: 'right' })
    await until(() => said().includes('\x1b[<2;1;1M'), 'the right button')
  })

  it('takes no input from a connection that may not control it any more, and takes it again', async () => {
    // What it is sent first may be there before the next line runs here.
    const visit = await page.evaluateHandle(
      (path) => {
        const each = new WebSocket(path)
        const attendee = new Promise<string>((resolve) => {
          each.onmessage = ({ data }) => {
            const message = typeof data === 'string' ? JSON.parse(data) : {}
            if (message.kind === 'rights') resolve(message.attendee)
          }
        })
        return { each, attendee }
      },
      `${host.http.replace('http', 'ws')}/api/v1/desktop/session?display=${id}`,
    )
    const socket = await visit.evaluateHandle(({ each }) => each)
    const attendee = await visit.evaluate((seen) => seen.attendee)
    /** Resolves when the host has read it. */
    const press = (key: string) =>
      socket.evaluate(
        (each, pressed) =>
          new Promise<void>((resolve) => {
            each.onmessage = ({ data }) => {
              if (typeof data === 'string' && JSON.parse(data).kind === 'pong') resolve()
            }
            for (const down of [true, false]) each.send(JSON.stringify({ kind: 'key', code: 'KeyA', key: pressed, down }))
            each.send(JSON.stringify({ kind: 'ping', at: 0 }))
          }),
        key,
      )
    const said = () => readFileSync(join(host.dataDir, 'mouse.txt'), 'utf8')
    const may = (rights: readonly string[]) => host.api('PATCH', `/desktop/displays/${id}/attendees/${attendee}` as never, { rights })
    await press('q')
    await until(() => said().endsWith('q'), 'it controls')
    await may(['see'])
    await press('w')
    await may(['see', 'control'])
    await press('z')
    await until(() => said().endsWith('z'), 'it controls again')
    expect(said().slice(-2)).toBe('qz')
    await socket.evaluate((each) => each.close())
  })

  it('says when the person ends it, and shows it again when they allow it once more', async () => {
    portal.end()
    await shows('failed')
    expect(await page.locator('.desktop-notice').textContent()).toContain('ended the sharing')
    await look(page, 'desktop-portal-ended')
    await page.getByTestId('desktop-again').click()
    await shows('open')
    await until(async () => (await share(terminal)) > 0.8, 'the terminal is seen again')
    expect(portal.questions).toEqual(['asked', 'asked'])
  })

  it('is not captured while nobody looks, and has no image on its card', async () => {
    const closed = portal.closed()
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('display-card').waitFor()
    await until(() => portal.closed() === closed + 1, 'the session with the desktop is closed')
    const { status, body } = await host.api('GET', `/desktop/displays/${id}/screenshot?width=320&height=180` as never)
    expect([status, body]).toEqual([404, expect.objectContaining({ code: 'desktop.no_image' })])
    expect(portal.questions.length).toBe(2)
  })

  it('takes neither programs, a size, nor the same desktop once more', async () => {
    const codeOf = async (answer: Promise<{ body: { code?: string } }>) => (await answer).body.code
    const at = `/desktop/displays/${id}` as const
    expect(await codeOf(host.api('POST', `${at}/programs` as never, { command: ['foot'] }))).toBe('desktop.attached')
    expect(await codeOf(host.api('PATCH', at as never, { endAfterMinutes: 5 }))).toBe('desktop.attached')
    expect(await codeOf(host.api('POST', '/desktop/displays', { attach: { portal: true } }))).toBe('desktop.shown_already')
  })

  it('says that the person did not allow it, and what to do', async () => {
    await portal.remove()
    portal = await startPortal(pipeWire, 'refuse')
    await page.goto(`${host.http}/desktops/${id}`)
    await shows('failed')
    const notice = (await page.locator('.desktop-notice').textContent()) ?? ''
    expect(notice).toContain('did not allow it')
    expect(notice).toContain('Ask the person at the machine')
    await look(page, 'desktop-portal-refused')
    // It is not asked again and again.
    expect(portal.questions).toEqual(['asked'])
  })

  it('is asked once where the desktop remembers, also by the host after this one', async () => {
    await portal.remove()
    const remembering = await startRememberingPortal(pipeWire)
    try {
      expect((await host.api('GET', '/desktop/portal')).body).toEqual({ available: true, remembers: true })
      await page.goto(`${host.http}/desktops/${id}`)
      await shows('open')
      await until(async () => (await share(terminal)) > 0.8, 'the terminal is seen')
      expect(remembering.questions).toEqual(['asked'])
      for (const times of [1, 2]) {
        await host.kill('SIGKILL')
        host = await startHost({ name: 'desktop-portal', dataDir: host.dataDir, env: environment() })
        await page.goto(`${host.http}/desktops/${id}`)
        await shows('open')
        await until(async () => (await share(terminal)) > 0.8, 'the terminal is seen by the next host')
        expect(remembering.questions).toEqual(['asked', ...Array(times).fill('restored')])
      }
      const token = join(host.dataDir, 'displays', id, 'portal-token')
      expect(statSync(token).mode & 0o777).toBe(0o600)
      // What was allowed is deleted with the display.
      await host.api('DELETE', `/desktop/displays/${id}`)
      expect(existsSync(token)).toBe(false)
    } finally {
      await remembering.remove()
    }
    expect(problems.filter((each) => !hostWasKilled.test(each))).toEqual([])
  })

  it('is created on the command line, which asks nobody, and not twice', async () => {
    portal = await startPortal(pipeWire, 'allow')
    const made = await streams(['desktop', 'create', 'Mine', '--portal', '--json'], host)
    expect([made.code, made.errors]).toEqual([0, ''])
    expect(made.json()).toMatchObject({ name: 'Mine', kind: 'portal', protocol: 'wayland', state: 'running' })
    id = made.json().id
    expect((await streams(['desktop', 'list'], host)).out).toMatch(new RegExp(`^${id} +Mine +portal +running `, 'm'))
    expect(portal.questions).toEqual([])
    const twice = await streams(['--json', 'desktop', 'create', '--portal'], host)
    expect([twice.code, twice.json().error.code]).toEqual([1, 'desktop.shown_already'])
  })

  it('is recorded and sent live without anybody who looks, once the person allows it', async () => {
    const at = `/desktop/displays/${id}` as const
    const closed = portal.closed()
    expect((await host.api('POST', `${at}/recording` as never)).body).toMatchObject({ by: 'hand' })
    await until(async () => (await newestFile())?.state === 'recording' && (await newestFile())!.bytes > 1000, 'a file grows')
    expect((await host.api('POST', `${at}/live` as never, { stream: 'mine', audio: false })).body).toMatchObject({ stream: 'mine' })
    await until(async () => isTerminal(await colorOf(`${host.http}/live/mine/index.m3u8`)), 'the terminal is seen live', 90_000)
    // What it is recorded and sent live from is one session.
    expect(portal.questions).toEqual(['asked'])
    await host.api('DELETE', `${at}/recording` as never)
    await until(async () => (await newestFile())?.state === 'complete', 'the file is complete')
    const { display: folder, fileName } = (await newestFile())!
    const path = join(host.dataDir, 'desktop-recordings', folder, fileName)
    expect(isTerminal(await colorOf(path))).toBe(true)
    expect(await complaintsOf(path)).toBe('')
    await host.api('DELETE', `${at}/live` as never)
    await until(() => portal.closed() === closed + 1, 'the session with the desktop is closed')
  })

  it('ends recording and stream when the person ends the sharing', async () => {
    const at = `/desktop/displays/${id}` as const
    await host.api('POST', `${at}/recording` as never)
    await host.api('POST', `${at}/live` as never, { stream: 'again', audio: false })
    await until(async () => isTerminal(await colorOf(`${host.http}/live/again/index.m3u8`)), 'the terminal is seen live', 90_000)
    portal.end()
    await until(async () => (await display()).recorded === false && (await display()).live === null, 'both have ended')
    await until(async () => (await newestFile())?.state === 'complete', 'the file is complete')
    await until(async () => {
      const { items } = (await host.api('GET', '/audit?kind=error')).body
      return items.some(({ code }) => code === 'desktop.portal_ended')
    }, 'the log says why')
    // It is not sent again by itself, which would ask again.
    await host.kill('SIGKILL')
    host = await startHost({ name: 'desktop-portal', dataDir: host.dataDir, env: environment() })
    expect(await display()).toMatchObject({ state: 'running', live: null, recorded: false })
    expect(portal.questions).toEqual(['asked', 'asked'])
    await host.api('DELETE', at as never)
    await portal.remove()
  })

  it('is not offered, and says what is missing, where no desktop is logged in', async () => {
    const refused = await streams(['desktop', 'create', '--portal'], host)
    expect([refused.code, refused.errors]).toEqual([1, expect.stringContaining('xdg-desktop-portal')])
    expect((await host.api('GET', '/desktop/portal')).body).toEqual({ available: false, remembers: false })
    const { status, body } = await host.api('POST', '/desktop/displays', { attach: { portal: true } })
    expect([status, body]).toEqual([
      409,
      expect.objectContaining({ code: 'desktop.portal_missing', remedy: expect.stringContaining('xdg-desktop-portal') }),
    ])
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('create-display').click()
    await page.getByTestId('display-submit').waitFor()
    const offered = page.getByTestId('display-starts').locator('option[value=portal]')
    await until(() => offered.isDisabled(), 'it cannot be chosen')
    await page.getByTestId('remedies').locator('summary').click()
    expect(await page.getByTestId('remedy-portal').textContent()).toContain('No desktop that can be shown is logged in')
  })
})
