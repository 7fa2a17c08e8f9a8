import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { findProgram } from '../../platform/programs/find-program.ts'
import { displayEnvironment, type RunningDisplay } from './display-server.ts'
import { endProcesses, fieldsOf } from './end-processes.ts'
import { failedBeforeWindow } from './sway/failed-before-window.ts'

/** Light desktops, the best first; each runs as long as the display does. */
const lightDesktops = [['startxfce4'], ['icewm-session'], ['openbox-session'], ['openbox']] as const

/** Terminals that are seen on X11, the best first. */
const terminals = [
  ...['xfce4-terminal', 'xterm', 'gnome-terminal', 'konsole', 'lxterminal', 'mate-terminal', 'qterminal', 'terminator'],
  ...['alacritty', 'kitty', 'urxvt', 'rxvt', 'st'],
] as const

/** What is there to start with on a Wayland display, where the compositor is the desktop. */
const waylandTerminals = [['foot'], ['alacritty'], ['kitty'], ['weston-terminal']] as const

/** Says of a program, and of what it started, which display it belongs to: see `endPrograms`. */
const marker = 'AMI_STREAMS_DISPLAY'

/** The terminal of X11 that this machine has. */
export const xTerminal = (path?: string): string | undefined => terminals.find((program) => findProgram(program, path) !== undefined)

/**
 * The best desktop that this machine has; null where it has none that is known here: the display is empty then. A bare openbox, which
 * draws nothing by itself, starts with a terminal, so that nobody looks at a black screen; who has written what it starts gets that.
 */
export function lightDesktop(protocol: 'x11' | 'wayland', path?: string, home = homedir()): string[] | null {
  const found = (protocol === 'wayland' ? waylandTerminals : lightDesktops).find(([program]) => findProgram(program, path) !== undefined)
  if (found === undefined) return null
  const [program] = found
  const terminal = program.startsWith('openbox') && !existsSync(join(home, '.config/openbox/autostart')) ? xTerminal(path) : undefined
  return terminal === undefined ? [...found] : ['openbox', '--startup', terminal]
}

const inPath = (program: string): boolean => findProgram(program) !== undefined

/**
 * Starts a program on a display, with a session bus of its own where there is dbus-run-session: one that the host was started in belongs
 * to another desktop. It runs on without the host. Resolves when it was started.
 * @throws AppError `desktop.program_failed`
 */
export function startProgram(command: readonly string[], display: RunningDisplay, log: Logger): Promise<void> {
  const [program, ...args] = command as [string, ...string[]]
  const {
    DISPLAY: _display,
    XAUTHORITY: _authority,
    WAYLAND_DISPLAY: _wayland,
    DBUS_SESSION_BUS_ADDRESS: _bus,
    XDG_SESSION_ID: _session,
    NODE_OPTIONS: _node,
    ...environment
  } = process.env
  const withBus = inPath('dbus-run-session') ? (['dbus-run-session', '--', program, ...args] as const) : ([program, ...args] as const)
  return new Promise((resolve, reject) => {
    const failed = (reason: string): void =>
      reject(new AppError('desktop.program_failed', `${program} cannot be started: ${reason}`, { details: { program } }))
    if (!inPath(program)) {
      failed('no such program in PATH')
      return
    }
    const [file, ...rest] = withBus
    const child = spawn(file, rest, {
      cwd: homedir(),
      detached: true,
      stdio: 'ignore',
      env: { ...environment, ...displayEnvironment(display), [marker]: display.authority },
    })
    child.once('spawn', () => {
      child.unref()
      if (display.protocol !== 'wayland' || display.xServer !== undefined) resolve()
      else failedBeforeWindow(child, display).then((why) => (why === undefined ? resolve() : reject(withoutXwayland(program, why))), reject)
    })
    child.once('error', (error) => failed(error.message))
    child.once('exit', (code, signal) => log.debug({ program, code, signal }, 'a program of a display ended'))
  })
}

const withoutXwayland = (program: string, why: string): AppError =>
  new AppError('desktop.xwayland_missing', `${program} ended with ${why} and showed nothing`, { details: { program, server: 'Xwayland' } })

/** Ends the programs that were started on a display, and what those started: also what draws nothing, which the end of its server leaves. */
export function endPrograms({ authority }: RunningDisplay): Promise<void> {
  return endProcesses((pid) => fieldsOf(pid, 'environ').includes(`${marker}=${authority}`))
}
