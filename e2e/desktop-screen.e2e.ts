import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { complaints, hostWasKilled, launchBrowser } from './helpers/browser.ts'
import { shareOfColor } from './helpers/canvas-share.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { removeFolder } from './helpers/private-folder.ts'
import { skipBecause } from './helpers/skip.ts'
import { look } from './helpers/studio-page.ts'
import { until } from './helpers/until.ts'
import { killWorker } from './helpers/workers.ts'
import { XClient } from './helpers/x-client.ts'
import { type RunningXvfb, startXvfb, xvfbProgram } from './helpers/xvfb.ts'

/**
 * The screen that the host was started on, seen and controlled from Chromium: an Xvfb with a window manager and a terminal. Its gamma ramps
 * and its keyboard are the server's own, as those of a real screen are; nobody sees whether a monitor is black.
 */

const missing =
  xvfbProgram !== undefined && ['openbox', 'xterm'].every((program) => existsSync(`/usr/bin/${program}`))
    ? undefined
    : 'Xvfb, openbox and xterm are needed: apt-get install xvfb openbox xterm'
/** What Xvfb calls the keyboard that it would have. */
const localKeyboard = 'Xvfb keyboard'
const blue = [0x10, 0x30, 0x50]
const keycodeOfA = 38
let screen: RunningXvfb
const programs: ChildProcess[] = []
let host: RunningHost
let browser: Browser
let page: Page
let problems: string[]
let local: XClient

beforeAll(async () => {
  if (missing !== undefined) return
  screen = await startXvfb({ width: 1000, height: 700 })
  local = await XClient.connect(screen)
  await local.setBrightness(0.9)
  for (const command of [['openbox'], ['xterm', '-maximized', '-bg', '#103050', '-fg', '#ffffff']] as const) {
    const [program, ...args] = command
    programs.push(spawn(program, args, { env: { ...process.env, ...screen.env, HOME: '/nonexistent' }, stdio: 'ignore' }))
    if (program === 'openbox') await local.untilManaged()
  }
  host = await startHost({ name: 'desktop-screen', env: screen.env })
  browser = await launchBrowser()
  page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
  problems = complaints(page)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await host?.stop()
  // The second host was given the folder of the first one.
  if (host) removeFolder(host.dataDir)
  local?.close()
  for (const program of programs) program.kill()
  await screen?.stop()
}, 60_000)

beforeEach((context) => {
  if (missing !== undefined) skipBecause(context, missing)
})

function commandLine(process: string): string {
  try {
    return readFileSync(`/proc/${process}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

const described = async () => (await host.api('GET', '/desktop/displays/screen')).body
const open = async (): Promise<void> => {
  await page.goto(`${host.http}/desktops/screen`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
}
const share = (rgb: readonly number[]) => shareOfColor(page, rgb)
const isDark = async () => (await local.brightness()).every((step) => step === 0)
/** As the test made it, not as a server has it without anybody's wish. */
const isAsBefore = async () => (await local.brightness()).every((step) => Math.abs(step - 65_535 * 0.9) < 2)

describe('the screen of the machine', () => {
  it('is shown with its own size, and typed and clicked at', async () => {
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('display-card').getByRole('link').click()
    await page.locator('[data-testid=desktop][data-state=open]').waitFor()
    await until(async () => (await share(blue)) > 0.8, 'the terminal is seen')
    expect(await described()).toMatchObject({ kind: 'screen', width: 1000, height: 700, monitors: [{ width: 1000, height: 700 }] })
    const typed = join(host.dataDir, 'typed.txt')
    const box = (await page.getByTestId('desktop-canvas').boundingBox())!
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.type(`printf 'on the screen' > ${typed}`)
    await page.keyboard.press('Enter')
    await until(() => existsSync(typed) && readFileSync(typed, 'utf8') === 'on the screen', 'the terminal has run what was typed')
    const image = await fetch(`${host.http}/api/v1/desktop/displays/screen/screenshot?width=320&height=240`)
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  })

  it('is black, and takes nothing of its own keyboard, while somebody controls it', async () => {
    const window = local.createWindow({ x: 700, y: 400, width: 200, height: 200, background: 0xff0000 })
    local.map(window)
    await until(async () => (await share([0xff, 0, 0])) > 0.03, 'a window of the test is seen')
    local.focus(window)
    await local.typeAtDevice(localKeyboard, keycodeOfA)
    expect(local.keys).toEqual([`press ${keycodeOfA}`, `release ${keycodeOfA}`])
    await page.getByTestId('screen-blanks').click()
    await page.getByTestId('screen-blanked').waitFor()
    await page.getByTestId('screen-blocks-input').click()
    await page.getByTestId('screen-input-blocked').waitFor()
    expect(await isDark()).toBe(true)
    await look(page, 'desktop-screen-private')
    local.keys.length = 0
    local.focus(window)
    await local.typeAtDevice(localKeyboard, keycodeOfA)
    expect(local.keys).toEqual([])
    await page.getByTestId('desktop-keys').focus()
    await page.keyboard.press('b')
    await until(() => local.keys.length === 2, 'what is typed in the browser arrives')
    expect(await share([0xff, 0, 0]), 'the browser sees the screen as before').toBeGreaterThan(0.03)
    local.destroy(window)
  })

  it('stays so without the process that shows it', async () => {
    await killWorker(host, 'desktop-worker', async () => (await share(blue)) > 0.5)
    await until(isDark, 'it is black')
    expect(await described()).toMatchObject({ privacy: { blanked: 'on', inputBlocked: 'on' } })
  })

  it('is as it was when nobody controls it any more', async () => {
    // The process before this one took its ramps with it.
    await page.getByTestId('screen-blanks').click()
    await until(async () => !(await isDark()), 'it is visible')
    await local.setBrightness(0.9)
    await page.getByTestId('screen-blanks').click()
    await until(isDark, 'it is black again')
    await page.goto(`${host.http}/desktops`)
    await until(isAsBefore, 'its ramps are those that it had')
    await until(async () => {
      const { privacy } = await described()
      return privacy?.blanked === 'off' && privacy.inputBlocked === 'off' && privacy.blanks && privacy.blocksInput
    }, 'the choice is kept for the next time')
    const window = local.createWindow({ width: 100, height: 100 })
    local.map(window)
    await local.untilManaged()
    local.keys.length = 0
    local.focus(window)
    await local.typeAtDevice(localKeyboard, keycodeOfA)
    await until(() => local.keys.length === 2, 'its keyboard works')
    local.destroy(window)
  })

  it('is not the only one: a display of other programs is shown by the path of its socket, and goes on when it is removed', async () => {
    const other = await startXvfb({ width: 640, height: 480 })
    // A socket has other names on its own file system alone.
    const container = mkdtempSync('/tmp/ami-container-')
    try {
      const program = await XClient.connect(other)
      const window = program.createWindow({ width: 640, height: 480, background: 0x00ff00 })
      program.map(window)
      program.focus(window)
      const socket = join(container, 'X0')
      linkSync(`/tmp/.X11-unix/X${other.display.slice(1)}`, socket)
      const linked = join(container, 'linked')
      symlinkSync(socket, linked)
      const wrong = { server: socket, authority: screen.authority }
      const attach = { server: socket, authority: other.authority }
      const added = (body: object) => host.api('POST', '/desktop/displays', body)
      expect((await added({ attach: { server: join(host.dataDir, 'nothing') } })).body).toMatchObject({ code: 'desktop.not_reachable' })
      for (const authority of ['/etc/passwd', '/dev/zero']) {
        expect((await added({ attach: { server: socket, authority } })).body).toMatchObject({ code: 'desktop.not_reachable' })
      }
      expect((await added({ attach: { server: linked, authority: other.authority } })).body).toMatchObject({
        code: 'desktop.not_reachable',
        detail: expect.stringContaining(linked),
      })
      const screenSocket = `/tmp/.X11-unix/X${screen.display.slice(1)}`
      for (const server of [screen.display, screenSocket]) {
        const ours = { server, authority: screen.authority }
        expect((await added({ attach: ours })).body).toMatchObject({ code: 'desktop.shown_already' })
      }
      expect((await added({ attach: { server: '192.0.2.1:0' } })).status).toBe(400)
      expect((await added({ attach, width: 800 })).body).toMatchObject({ code: 'desktop.attached' })
      const rejected = (await added({ name: 'Wrong cookie', attach: wrong })).body.id
      await page.goto(`${host.http}/desktops/${rejected}`)
      await page.locator('[data-testid=desktop][data-state=failed]').waitFor()
      await host.api('DELETE', `/desktop/displays/${rejected}`)
      await page.goto(`${host.http}/desktops`)
      await page.getByTestId('create-display').click()
      await page.getByTestId('display-name').fill('Container')
      await page.getByTestId('display-starts').selectOption('attach')
      await page.getByTestId('display-server').fill(socket)
      await page.getByTestId('display-authority').fill(other.authority)
      await look(page, 'desktop-attach')
      await page.getByTestId('display-submit').click()
      await page.getByRole('link', { name: 'Open Container' }).click()
      await page.locator('[data-testid=desktop][data-state=open]').waitFor()
      await until(async () => (await share([0, 0xff, 0])) > 0.9, 'the display is seen')
      await page.getByTestId('desktop-keys').focus()
      await page.keyboard.press('b')
      await until(() => program.keys.length === 2, 'what is typed arrives')
      const { items } = (await host.api('GET', '/desktop/displays')).body
      const { id, kind, width } = items.find(({ name }) => name === 'Container')!
      expect([kind, width]).toEqual(['attached', 640])
      // Its programs lead to the screen of the machine afterwards.
      rmSync(socket)
      symlinkSync(screenSocket, socket)
      await page.goto(`${host.http}/desktops/${id}`)
      await page.locator('[data-testid=desktop][data-state=failed]').waitFor()
      const image = await host.api('GET', `/desktop/displays/${id}/screenshot?width=100&height=100`)
      expect(image.body).toMatchObject({ code: 'desktop.no_image', why: 'no-server', detail: 'The display cannot be read: no-server' })
      await page.goto(`${host.http}/desktops`)
      expect((await host.api('DELETE', `/desktop/displays/${id}`)).status).toBe(204)
      await program.sync()
      program.close()
    } finally {
      await other.stop()
      rmSync(container, { recursive: true })
    }
  })

  it('is visible after the host was killed', async () => {
    await open()
    await until(isDark, 'it is black')
    await host.kill('SIGKILL')
    await until(isAsBefore, 'the process that made it black has undone it')
  })

  it('is visible after everything was killed and the host is back', async () => {
    await local.setBrightness(0)
    host = await startHost({ name: 'desktop-screen', env: screen.env, dataDir: host.dataDir })
    await until(async () => !(await isDark()), 'the next host makes it visible')
    await page.goto('about:blank')
    if (existsSync('/usr/bin/Xvnc')) {
      // A display that starts with the host is there before anybody opens anything, as after a reboot.
      const ran = join(host.dataDir, 'ran.txt')
      const command = ['sh', '-c', `echo $DISPLAY >> ${ran}; exec sleep 1000`]
      const { id } = (await host.api('POST', '/desktop/displays', { name: 'Early', command })).body
      expect((await host.api('PATCH', `/desktop/displays/${id}`, { startsWithHost: true })).body.startsWithHost).toBe(true)
      await until(() => existsSync(ran), 'its program runs')
      await host.kill('SIGTERM')
      // A machine that starts again has none of its processes.
      const left = readdirSync('/proc').filter(
        (each) => /^\d+$/.test(each) && commandLine(each).includes(join('displays', id, 'xauthority')),
      )
      for (const each of left) process.kill(Number(each), 'SIGKILL')
      await until(() => left.every((each) => commandLine(each) === ''), 'its server is gone')
      rmSync(ran)
      host = await startHost({ name: 'desktop-screen', env: screen.env, dataDir: host.dataDir })
      await until(() => existsSync(ran), 'its program runs again, and nobody has opened it')
      expect((await host.api('GET', `/desktop/displays/${id}`)).body.state).toBe('running')
      if (process.getuid?.() === 0 && existsSync('/usr/bin/xset')) {
        const { server } = (await host.api('GET', `/desktop/displays/${id}`)).body
        const authority = join(host.dataDir, 'displays', id, 'xauthority')
        const asks = ['/usr/bin/xset', '-display', server!, 'q'] as const
        const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups']
        const env = { ...process.env, XAUTHORITY: authority }
        expect(spawnSync(asks[0], asks.slice(1), { env }).status, 'the user of the host is answered').toBe(0)
        expect(spawnSync('setpriv', [...nobody, ...asks], { env }).status, 'another user of the machine is not').toBe(1)
        expect(spawnSync('setpriv', [...nobody, 'cat', authority]).status, 'nor reads its cookie').toBe(1)
      }
      await host.api('DELETE', `/desktop/displays/${id}`)
    }
    expect((await host.api('PATCH', '/desktop/displays/screen', { name: 'Other' })).body).toMatchObject({ code: 'desktop.not_ours' })
    // Images were asked for of displays that had just been removed.
    const removed = /404 \(Not Found\).*\/screenshot\?/
    expect(problems.filter((each) => !hostWasKilled.test(each) && !removed.test(each))).toEqual([])
  })
})
