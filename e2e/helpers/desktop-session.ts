import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../../src-main/platform/programs/find-program.ts'
import { systrayPanel } from './panel-settings.ts'
import { documentPortal, keepServicesOut, makeFolder, removeFolder } from './private-folder.ts'
import { until } from './until.ts'
import { XClient, type XMonitor } from './x-client.ts'
import { type RunningXvfb, startXvfb } from './xvfb.ts'

const run = promisify(execFile)

/** Why there can be no desktop session on this machine; undefined where there can. */
export function desktopMissing(...programs: readonly string[]): string | undefined {
  const all = ['Xvfb', 'dbus-daemon', 'busctl', 'openbox', ...programs]
  const missing = all.filter((name) => findProgram(name) === undefined)
  return missing.length === 0 ? undefined : `${missing.join(', ')} missing: apt-get install dbus systemd openbox ${programs.join(' ')}`
}

/** A desktop of one test: an X server with a window manager, a session bus, and a home folder of its own. */
export interface DesktopSession {
  readonly xvfb: RunningXvfb
  readonly folder: string
  /** For every program that is to be in the session. */
  readonly env: Readonly<Record<string, string>>
  /** Starts a program in it, ended by `stop()` at the latest. Its output is in `said`. */
  spawn(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): SessionProgram
  /** Calls a method over the session bus, as another program: `busctl call`. Answers the arguments as JSON has them. */
  call(destination: string, path: string, face: string, member: string, signature?: string, ...values: readonly string[]): Promise<any[]>
  property(destination: string, path: string, face: string, name: string): Promise<any>
  hasOwner(name: string): Promise<boolean>
  /** The whole screen as a PNG file. */
  screenshot(file: string): Promise<void>
  /** Colour of each pixel of a part of the screen, `rrggbb`. */
  pixels(x: number, y: number, width: number, height: number): Promise<string[]>
  stop(): Promise<void>
}

export interface SessionProgram {
  readonly child: ChildProcess
  readonly said: () => string
  /** Resolves with its exit code, or its signal. */
  readonly ended: Promise<number | string>
  end(signal?: NodeJS.Signals): Promise<void>
}

export interface DesktopOptions {
  readonly width?: number
  readonly height?: number
  /** Displays that the screen is divided into; the first is at the server's own output. */
  readonly displays?: readonly XMonitor[]
}

export async function startDesktop({ width = 1280, height = 720, displays = [] }: DesktopOptions = {}): Promise<DesktopSession> {
  const folder = makeFolder('ami-desktop-')
  for (const name of ['runtime', 'home', 'config', 'cache', 'state', 'data']) mkdirSync(join(folder, name), { mode: 0o700 })
  keepServicesOut(join(folder, 'runtime'), [documentPortal])
  const xvfb = await startXvfb({ width, height })
  const address = `unix:path=${join(folder, 'runtime/bus')}`
  const env: Record<string, string> = {
    ...xvfb.env,
    DBUS_SESSION_BUS_ADDRESS: address,
    HOME: join(folder, 'home'),
    XDG_RUNTIME_DIR: join(folder, 'runtime'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_DATA_HOME: join(folder, 'data'),
    LANG: 'C.UTF-8',
    // Those who run the tests may be in CI, or have another desktop.
    CI: '',
    WAYLAND_DISPLAY: '',
    NO_AT_BRIDGE: '1',
  }
  const programs = new Set<SessionProgram>()
  const start = (program: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): SessionProgram => {
    const child = spawn(program, args, { env: { ...process.env, ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-20_000)
      })
    }
    const ended = new Promise<number | string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('close', (code, signal) => resolve(code ?? signal ?? 0))
    })
    const one: SessionProgram = {
      child,
      said: () => said,
      ended,
      async end(signal = 'SIGTERM') {
        if (child.exitCode !== null || child.signalCode !== null) return
        child.kill(signal)
        const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
        await ended
        clearTimeout(timer)
      },
    }
    programs.add(one)
    return one
  }
  const busctl = async (...args: readonly string[]): Promise<any> => {
    const { stdout } = await run('busctl', [`--address=${address}`, '--json=short', ...args], { maxBuffer: 1 << 24 })
    return stdout.trim() === '' ? undefined : JSON.parse(stdout)
  }
  const session: DesktopSession = {
    xvfb,
    folder,
    env,
    spawn: start,
    call: async (destination, path, face, member, signature = '', ...values) =>
      (await busctl('call', destination, path, face, member, ...(signature === '' ? [] : ['--', signature, ...values])))?.data ?? [],
    property: async (destination, path, face, name) => (await busctl('get-property', destination, path, face, name)).data,
    async hasOwner(name) {
      const theBus = 'org.freedesktop.DBus'
      return (await session.call(theBus, '/org/freedesktop/DBus', theBus, 'NameHasOwner', 's', name))[0] === true
    },
    async screenshot(file) {
      mkdirSync(dirname(file), { recursive: true })
      await grab(['-y', file], [width, height, 0, 0])
    },
    async pixels(x, y, w, h) {
      const raw = await grab(['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], [w, h, x, y])
      return Array.from({ length: w * h }, (_, index) => raw.subarray(index * 3, index * 3 + 3).toString('hex'))
    },
    async stop() {
      await Promise.all([...programs].map((each) => each.end()))
      await xvfb.stop()
      removeFolder(folder)
    },
  }
  const grab = async (to: readonly string[], [w, h, x, y]: readonly number[]): Promise<Buffer> => {
    const from = ['-v', 'error', '-f', 'x11grab', '-video_size', `${w}x${h}`, '-draw_mouse', '0', '-i', `${xvfb.display}+${x},${y}`]
    const { stdout } = await run('ffmpeg', [...from, '-frames:v', '1', ...to], {
      env: { ...process.env, ...env },
      encoding: 'buffer',
      maxBuffer: 1 << 26,
    })
    return stdout
  }
  try {
    start('dbus-daemon', ['--session', `--address=${address}`, '--nofork', '--nopidfile'])
    await until(() => existsSync(join(folder, 'runtime/bus')), 'the session bus listens')
    // Before the window manager reads them.
    if (displays.length > 0) await divideScreen(xvfb, displays)
    start('openbox', [])
    const client = await XClient.connect(xvfb)
    await client.untilManaged()
    client.close()
    return session
  } catch (error) {
    await session.stop()
    throw error
  }
}

async function divideScreen(xvfb: RunningXvfb, displays: readonly XMonitor[]): Promise<void> {
  const client = await XClient.connect(xvfb)
  const [output] = await client.outputs()
  for (const [index, display] of displays.entries()) await client.setMonitor(index === 0 ? { ...display, output: output! } : display)
  await client.sync()
  client.close()
}

/** Debian's xfce4-panel with the plugin that shows icons of programs, at the top of the screen. */
export async function startPanel(session: DesktopSession): Promise<SessionProgram> {
  const folder = join(session.env.XDG_CONFIG_HOME!, 'xfce4/xfconf/xfce-perchannel-xml')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'xfce4-panel.xml'), systrayPanel)
  const program = session.spawn('xfce4-panel', ['--disable-wm-check'])
  await until(
    () => session.hasOwner('org.kde.StatusNotifierWatcher'),
    () => `the panel watches for icons: ${program.said()}`,
  )
  return program
}
