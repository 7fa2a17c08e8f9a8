import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { findingsInBothThemes } from './helpers/axe.ts'
import { setUpDesktopInBrowser } from './helpers/desktop-in-browser.ts'
import { type RunningHost, startHost } from './helpers/host.ts'
import { until } from './helpers/until.ts'

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
let page: Page
let problems: string[]
let id = ''

setUpDesktopInBrowser({ name: 'desktop-xorg', missing }, (desk) => {
  ;({ host, page, problems } = desk)
})

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

  it('goes on when the host is started again, and leaves nothing when it is deleted', async () => {
    const { server: name } = await display()
    const pid = server()!
    await page.goto('about:blank')
    await host.kill()
    host = await startHost({ name: 'desktop-xorg', dataDir: host.dataDir })
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
