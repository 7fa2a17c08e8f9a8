import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { complaints } from './helpers/browser.ts'
import { setUpDesktopInBrowser } from './helpers/desktop-in-browser.ts'
import { watchDesktop } from './helpers/desktop-viewer.ts'
import type { RunningHost } from './helpers/host.ts'
import { until } from './helpers/until.ts'
import { lives, workersOf } from './helpers/workers.ts'
import { XClient } from './helpers/x-client.ts'

/** Displays that Xorg makes with the driver dummy, seen and worked at in Chromium. */

const run = promisify(execFile)
const missing = ['/usr/lib/xorg/Xorg', '/usr/lib/xorg/modules/drivers/dummy_drv.so', '/usr/bin/xterm', '/usr/bin/xrandr'].every((file) =>
  existsSync(file),
)
  ? undefined
  : 'Xorg, its driver dummy, xterm and xrandr are needed: apt-get install xserver-xorg-core xserver-xorg-video-dummy xterm x11-xserver-utils'
const one = { x: 0, y: 0, width: 800, height: 600 }
const two = { x: 800, y: 0, width: 640, height: 480 }
let host: RunningHost
let again: () => Promise<RunningHost>
let browser: Browser
let page: Page
let problems: string[]
let program: XClient
let id = ''

setUpDesktopInBrowser({ name: 'desktop-xorg', missing }, (desk) => {
  ;({ host, again, browser, page, problems } = desk)
})
afterAll(() => program?.close())

const display = async () => (await host.api('GET', `/desktop/displays/${id}`)).body
const authority = () => join(host.dataDir, 'displays', id, 'xauthority')
const typed = () => join(host.dataDir, 'typed.txt')
const open = async (): Promise<void> => {
  await page.goto(`${host.http}/desktops/${id}`)
  await page.locator('[data-testid=desktop][data-state=open]').waitFor()
}
const canvas = () =>
  page.getByTestId('desktop-canvas').evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement
    return { width, height }
  })
/** Outputs and their places, as programs see them. */
const monitors = async (): Promise<readonly string[]> => {
  const { stdout } = await run('xrandr', ['--listmonitors'], {
    env: { ...process.env, DISPLAY: (await display()).server!, XAUTHORITY: authority() },
  })
  return [...stdout.matchAll(/(\d+)\/\d+x(\d+)\/\d+\+(\d+)\+(\d+) +(\S+)/g)].map(
    ([, width, height, x, y, output]) => `${output} ${x},${y} ${width}x${height}`,
  )
}
function commandLine(process: string): readonly string[] {
  try {
    return readFileSync(`/proc/${process}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}
const server = () =>
  readdirSync('/proc').find(
    (each) => /^\d+$/.test(each) && /Xorg$/.test(commandLine(each)[0] ?? '') && commandLine(each).includes(authority()),
  )

/** A program that fills the display, and listens for touches. */
async function openProgram(): Promise<XClient> {
  const opened = await XClient.connect({ display: (await display()).server!, cookie: readFileSync(authority()).subarray(-16) })
  const window = opened.createWindow({ width: 2000, height: 2000, background: 0x204060 })
  opened.watchPointer(window)
  await opened.watchTouches(window)
  opened.map(window)
  await opened.sync()
  return opened
}
/** What it got, without the numbers of the fingers. */
const touched = () => program.touches.map((each) => each.replace(/ \d+ at/, ''))
/** Of a process so far, at a hundred ticks a second. */
function cpuMs(pid: string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

describe('a display that Xorg makes', () => {
  it('is chosen on the page', async () => {
    await page.goto(`${host.http}/desktops`)
    await page.getByTestId('create-display').click()
    await page.getByTestId('display-protocol').selectOption('xorg')
    await page.getByTestId('display-starts').selectOption('program')
    await page.getByTestId('display-command').fill('xterm -maximized -bg #103050 -fg #ffffff')
    expect(await findingsInBothThemes(page)).toEqual([])
    await page.getByTestId('display-submit').click()
    await page.getByTestId('display-card').waitFor()
    const [made] = (await host.api('GET', '/desktop/displays')).body.items.filter(({ kind }) => kind === 'virtual')
    expect([made?.xServer, made?.protocol, made?.state]).toEqual(['xorg', 'x11', 'running'])
    // The list asks for images of what it shows.
    await page.goto('about:blank')
    await host.api('DELETE', `/desktop/displays/${made!.id}`)
  })

  it('opens no device and no console of the machine, and no port', async () => {
    const command = ['xterm', '-maximized', '-e', 'sh', '-c', `cat > ${typed()}`]
    const made = await host.api('POST', '/desktop/displays', { xServer: 'xorg', command, width: 800, height: 600 })
    expect([made.status, made.body.xServer]).toEqual([201, 'xorg'])
    id = made.body.id
    const pid = server()!
    const files = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
    expect(files.filter((file) => file.startsWith('/dev/') && !['/dev/null', '/dev/vga_arbiter'].includes(file))).toEqual([])
    const port = 6000 + Number(made.body.server!.slice(1))
    const answer = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => resolve(socket.destroy() && 'connected'))
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    })
    expect(answer).toBe('ECONNREFUSED')
  })

  it('is no display of another user of the machine, who has no cookie', async () => {
    const isRoot = process.getuid!() === 0
    /** What a program says as the user nobody, where this one may become that. */
    const asOther = async (...command: string[]): Promise<string> => {
      const become = isRoot ? ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--'] : ['--']
      const answer = await run('setpriv', [...become, ...command], { cwd: '/', env: { PATH: process.env.PATH, XAUTHORITY: '/nowhere' } })
        .then(({ stdout }) => stdout)
        .catch(({ stderr }: { readonly stderr: string }) => stderr)
      return answer.trim()
    }
    expect(await asOther('xrandr', '--display', (await display()).server!)).toMatch(/Can't open display/)
    if (isRoot) expect(await asOther('cat', authority())).toMatch(/Permission denied/)
  })

  it('is typed at in the browser', async () => {
    await open()
    await page.getByTestId('desktop-keys').focus()
    await until(async () => {
      await page.keyboard.type('Zäh ß €')
      await page.keyboard.press('Enter')
      return existsSync(typed()) && readFileSync(typed(), 'utf8').includes('Zäh ß €\n')
    }, 'the terminal has what was typed')
  })

  it('has the size of the window', async () => {
    let seen = ''
    for (const window of [
      { width: 1003, height: 611 },
      { width: 640, height: 480 },
      { width: 1500, height: 900 },
    ]) {
      await page.setViewportSize(window)
      await until(
        async () => {
          const stage = await page.locator('.desktop-stage').evaluate(({ clientWidth, clientHeight }) => `${clientWidth}x${clientHeight}`)
          const { width, height } = await canvas()
          seen = `stage ${stage}, canvas ${width}x${height}, ${await monitors()}`
          return seen === `stage ${stage}, canvas ${stage}, DUMMY0 0,0 ${stage}`
        },
        () => `the display has not the size of a window of ${window.width}: ${seen}`,
      )
    }
  })

  it('has an output for each of several monitors, also behind a kill of Xorg', async () => {
    const { status } = await host.api('PATCH', `/desktop/displays/${id}`, { monitors: [one, two] })
    expect(status).toBe(200)
    const both = 'DUMMY0 0,0 800x600,DUMMY1 800,0 640x480'
    await until(async () => (await monitors()).join() === both, 'programs see two outputs')
    await until(async () => (await canvas()).width === 1440, 'the page shows both')
    await page.goto('about:blank')
    const pid = server()!
    process.kill(Number(pid), 'SIGKILL')
    await until(() => server() === undefined, 'Xorg has ended')
    await open()
    expect(server()).not.toBe(pid)
    await until(async () => (await monitors()).join() === both, 'programs see two outputs again')
    // Nobody has it open whose window it follows.
    await page.goto('about:blank')
    await host.api('PATCH', `/desktop/displays/${id}`, { monitors: [two] })
    await until(async () => (await monitors()).join() === 'DUMMY0 0,0 640x480', 'there is one')
  })

  it('takes the fingers of a phone where they are, two at once', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    const phone = await context.newPage()
    const found = complaints(phone)
    await phone.goto(`${host.http}/desktops/${id}`)
    await phone.locator('[data-testid=desktop][data-state=open]').waitFor()
    await until(async () => (await phone.getByTestId('desktop-bar').getAttribute('data-shown')) === 'false', 'the tools are hidden')
    program = await openProgram()
    let box = { x: 0, y: 0, width: 0, height: 0 }
    await until(async () => {
      box = (await phone.getByTestId('desktop-canvas').boundingBox())!
      const [monitor] = await monitors()
      return monitor === `DUMMY0 0,0 ${box.width}x${box.height}`
    }, 'the display has the size of the window')
    const cdp = await context.newCDPSession(phone)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: readonly (readonly [x: number, y: number])[]) =>
      cdp.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: places.map(([x, y], id) => ({ x: box.x + x + 0.5, y: box.y + y + 0.5, id })),
      })
    await touch('touchStart', [100, 80])
    await touch('touchStart', [100, 80], [301, 203])
    await until(() => touched().length === 2, 'two fingers are down')
    await touch('touchMove', [100, 80], [333, 256])
    await until(() => touched().at(-1) === 'move 333,256', 'the second one moves')
    await touch('touchEnd')
    await until(() => touched().filter((each) => each.startsWith('end')).length === 2, 'both are lifted')
    expect(touched().filter((each) => !each.startsWith('move'))).toEqual(['begin 100,80', 'begin 301,203', 'end 100,80', 'end 333,256'])
    // Of the screen as a touchpad its programs get a pointer.
    program.touches.length = 0
    await phone.getByTestId('desktop-touchpad').press('Enter')
    await phone.locator('[data-testid=desktop-touchpad][aria-pressed=true]').waitFor()
    await touch('touchStart', [100, 80])
    await touch('touchEnd')
    await until(() => program.pointer.some((each) => each.startsWith('release 1')), 'a click')
    expect([touched(), found]).toEqual([[], []])
    await context.close()
  })

  it('lifts the fingers of a connection that is lost, and takes none of who may not control it', async () => {
    const admin = watchDesktop(host, { display: id })
    const { token, secret } = (await host.api('POST', '/tokens', { label: 'Ann', role: 'editor' })).body
    await host.api('PUT', `/desktop/displays/${id}/grants/${encodeURIComponent(`token:${token.id}`)}`, { rights: ['see'] })
    const ann = watchDesktop(host, { display: id, secret })
    await Promise.all([admin.heard('touch-screen'), ann.heard('touch-screen')])
    await until(() => admin.rights()?.includes('control') === true, 'the admin may control it')
    program.touches.length = 0
    ann.send({ kind: 'touch', fingers: [{ finger: 0, x: 11, y: 12 }] })
    await ann.read()
    admin.send({ kind: 'touch', fingers: [0, 9].map((finger) => ({ finger, x: 20 + finger, y: 30 })) })
    await until(() => touched().length === 2, 'two fingers are down')
    admin.socket.terminate()
    await until(() => touched().length === 4, 'both are lifted')
    expect(touched()).toEqual(['begin 20,30', 'begin 29,30', 'end 20,30', 'end 29,30'])
    ann.leave()
  })

  it('takes fingers again behind a kill of what shows it, and Xorg is at rest meanwhile', async () => {
    const viewer = watchDesktop(host, { display: id })
    const touch = (...fingers: readonly number[]) =>
      viewer.send({ kind: 'touch', fingers: fingers.map((finger) => ({ finger, x: 40 + finger, y: 50 })) })
    await viewer.heard('touch-screen')
    await until(() => viewer.rights()?.includes('control') === true, 'they may control it')
    program.touches.length = 0
    touch(1)
    await until(() => touched().length === 1, 'a finger is down')
    // Nothing follows the process while the host does nothing.
    host.process.kill('SIGSTOP')
    try {
      const [worker] = workersOf(host, 'desktop-worker')
      process.kill(worker!, 'SIGKILL')
      await until(() => !lives(worker!), 'it is killed')
      const [before, fromMs] = [cpuMs(server()!), performance.now()]
      await delay(1000)
      expect((cpuMs(server()!) - before) / (performance.now() - fromMs)).toBeLessThan(0.3)
    } finally {
      host.process.kill('SIGCONT')
    }
    await until(() => touched().includes('end 41,50'), 'the finger is lifted')
    await until(() => {
      touch(2)
      return touched().includes('begin 42,50')
    }, 'another finger is down')
    viewer.leave()
    await until(() => touched().includes('end 42,50'), 'it is lifted')
  })

  it('goes on when the host is started again, and leaves nothing when it is deleted', async () => {
    const { server: name } = await display()
    const pid = server()!
    await page.goto('about:blank')
    await host.kill()
    host = await again()
    expect([(await display()).state, server()]).toEqual(['running', pid])
    await host.api('DELETE', `/desktop/displays/${id}`)
    await until(() => server() === undefined, 'Xorg has ended')
    expect(existsSync(`/tmp/.X11-unix/X${name!.slice(1)}`)).toBe(false)
    expect(existsSync(`/tmp/.X${name!.slice(1)}-lock`)).toBe(false)
    expect(existsSync(join(host.dataDir, 'displays', id))).toBe(false)
    id = ''
    expect(problems).toEqual([])
  })
})
