import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../../platform/errors.ts'
import { demandAddon } from '../../../platform/load-addon.ts'
import { findProgram } from '../../../platform/programs/find-program.ts'
import { controlSocketOf, type DisplayOrder, type DisplayServer, pointerEnvironment, type RunningDisplay } from '../display-server.ts'
import { endServer, isServerOf, lastLine } from '../server-process.ts'
import { configurationOf, scaleCommand, xServerFile } from './configuration.ts'
import { writeHiddenPointers } from './hidden-pointers.ts'
import { runSwayCommand } from './sway-socket.ts'

/** Starting takes a tenth of a second; a machine under load many times as much. ms */
const startMs = 20_000
/** Between looks whether it is ready, ms. */
const lookMs = 10

/**
 * Wayland displays in memory, by the compositor sway: without a graphics card, devices or a console. Its sockets are in the display's folder.
 * The process outlives the host, and its programs with it.
 */
export const swayServer: DisplayServer = {
  async start({ folder, ...order }: DisplayOrder): Promise<RunningDisplay> {
    if (findProgram('sway') === undefined) {
      throw new AppError('desktop.wayland_missing', 'sway is not in the PATH of the host', { details: { server: 'sway' } })
    }
    demandAddon('wayland')
    const configuration = join(folder, 'sway.conf')
    const runsXPrograms = findProgram('Xwayland') !== undefined
    writeFileSync(configuration, configurationOf(order, runsXPrograms), { mode: 0o600 })
    // What one before it left, which was killed.
    for (const name of ['sway', xServerFile, ...socketsIn(folder)]) rmSync(join(folder, name), { force: true })
    const pointers = join(folder, 'pointers')
    writeHiddenPointers(pointers)
    const log = openSync(join(folder, 'server.log'), 'w', 0o600)
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, NODE_OPTIONS: _node, ...environment } = process.env
    const sway = ['sway', '--config', configuration] as const
    // Sway does not run as root, who may become anybody: root of a namespace without other users cannot.
    const isRoot = process.getuid?.() === 0
    const [program, ...args] = isRoot ? (['unshare', '--user', '--map-user=1000', '--map-group=1000', '--', ...sway] as const) : sway
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', 'ignore', log],
      env: {
        ...environment,
        ...pointerEnvironment(pointers),
        XDG_RUNTIME_DIR: folder,
        SWAYSOCK: controlSocketOf(join(folder, 'wayland')),
        WLR_BACKENDS: 'headless',
        WLR_RENDERER: 'pixman',
        WLR_LIBINPUT_NO_DEVICES: '1',
        LIBSEAT_BACKEND: 'noop',
      },
    })
    closeSync(log)
    try {
      const { server, xServer } = await ready(child, folder, runsXPrograms)
      child.unref()
      return {
        protocol: 'wayland',
        server,
        ...(xServer !== '' && { xServer }),
        authority: configuration,
        pointers,
        pid: child.pid as number,
      }
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  },

  async adopt(running) {
    return isServerOf(running) && (await answers(running.server))
  },

  async scale({ server }, scale) {
    await runSwayCommand(controlSocketOf(server), scaleCommand(scale)).catch((error: Error) => {
      throw new AppError('desktop.server_failed', `The scale was not changed: ${error.message}`, { details: { server: 'sway' } })
    })
  },

  end: endServer,
}

const socketsIn = (folder: string): readonly string[] => readdirSync(folder).filter((name) => /^wayland-\d+(\.lock)?$/.test(name))

/** Where programs reach it; `xServer` is empty where none of X11 do. */
async function ready(
  child: ChildProcess,
  folder: string,
  runsXPrograms: boolean,
): Promise<{ readonly server: string; readonly xServer: string }> {
  let ended: string | undefined
  child.on('error', (error) => {
    ended = `cannot be started: ${error.message}`
  })
  child.on('exit', (code, by) => {
    ended ??= `ended with ${by ?? `code ${code}`}: ${lastLine(join(folder, 'server.log'))}`
  })
  const failed = (why: string): AppError => new AppError('desktop.server_failed', `sway ${why}`, { details: { server: 'sway' } })
  for (const until = performance.now() + startMs; performance.now() < until; await delay(lookMs)) {
    if (ended !== undefined) throw failed(ended)
    const socket = socketsIn(folder).find((name) => !name.endsWith('.lock'))
    if (socket === undefined || !(await answers(join(folder, socket)))) continue
    const xServer = runsXPrograms ? xServerIn(folder) : ''
    if (xServer !== undefined) return { server: join(folder, socket), xServer }
  }
  throw failed(`is not ready after ${startMs / 1000} s`)
}

/** What sway said of its X server: empty where that could not be started, undefined as long as it has said nothing. */
function xServerIn(folder: string): string | undefined {
  try {
    return /^:\d+$/.exec(readFileSync(join(folder, xServerFile), 'latin1').trim())?.[0] ?? ''
  } catch {
    return undefined
  }
}

const answers = (server: string): Promise<boolean> =>
  runSwayCommand(controlSocketOf(server), 'nop').then(
    () => true,
    () => false,
  )
