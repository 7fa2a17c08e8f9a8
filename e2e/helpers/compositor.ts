import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, removeFolder } from './private-folder.ts'
import { until } from './until.ts'

/** A compositor in memory that the test started by itself, as another program's. */
export interface RunningCompositor {
  /** Full path of its socket, as WAYLAND_DISPLAY has it. */
  readonly socket: string
  /** Has it run a command of swaymsg. Throws where it fails. */
  command(...words: readonly string[]): void
  /** Starts a program there, which ends with it. */
  start(program: string, args: readonly string[]): void
  stop(): Promise<void>
}

/** Starts sway with one output of that size, pixels, or with one that is a window of another one and goes with it. Whoever starts it stops it. */
export async function startCompositor(
  place: { readonly width: number; readonly height: number } | { readonly within: RunningCompositor },
): Promise<RunningCompositor> {
  const folder = makeFolder('ami-compositor-')
  const configuration = join(folder, 'sway.conf')
  const mode = 'within' in place ? [] : [`output * mode --custom ${place.width}x${place.height}@60Hz`]
  const lines = ['xwayland disable', ...mode, 'default_border none', 'focus_follows_mouse no']
  writeFileSync(configuration, `${lines.join('\n')}\n`)
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...inherited } = process.env
  const env = {
    ...inherited,
    XDG_RUNTIME_DIR: folder,
    SWAYSOCK: join(folder, 'sway'),
    ...('within' in place ? { WLR_BACKENDS: 'wayland', WAYLAND_DISPLAY: place.within.socket } : { WLR_BACKENDS: 'headless' }),
    WLR_RENDERER: 'pixman',
    WLR_LIBINPUT_NO_DEVICES: '1',
    LIBSEAT_BACKEND: 'noop',
  }
  // Sway does not run as root.
  const unshare = process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] : []
  const [program, ...args] = [...unshare, 'sway', '--config', configuration]
  const sway = spawn(program!, args, { env, stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => sway.once('exit', () => resolve()))
  const named = await until(
    () => existsSync(env.SWAYSOCK) && (readdirSync(folder).find((name) => /^wayland-\d+$/.test(name)) ?? false),
    'the compositor runs',
  )
  const socket = join(folder, named)
  const programs = new Set<ReturnType<typeof spawn>>()
  return {
    socket,
    command(...words) {
      const { status, stdout } = spawnSync('swaymsg', ['--', ...words], { env, encoding: 'utf8' })
      if (status !== 0) throw new Error(`swaymsg ${words.join(' ')}: ${stdout}`)
    },
    start: (name, words) => void programs.add(spawn(name, words, { env: { ...env, WAYLAND_DISPLAY: socket }, stdio: 'ignore' })),
    async stop() {
      for (const each of [...programs, sway]) each.kill('SIGKILL')
      await ended
      removeFolder(folder)
    },
  }
}
