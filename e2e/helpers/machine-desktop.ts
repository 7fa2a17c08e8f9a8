import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { CommandEnd, Machine } from './machine.ts'
import { systrayPanel } from './panel-settings.ts'
import { until } from './until.ts'

const run = promisify(execFile)

/** Of Debian, what makes a desktop of a machine, besides what the program's package recommends. */
export const desktopPackages = [
  ...[
    'xvfb',
    'xauth',
    'openbox',
    'xfce4-panel',
    'dunst',
    'xterm',
    'xdotool',
    'x11-apps',
    'libnotify-bin',
    'iproute2',
    'procps',
    'chromium-sandbox',
  ],
  // What has links and files opened by the program that they belong to.
  ...['desktop-file-utils', 'shared-mime-info', 'libglib2.0-bin', 'xdg-utils'],
]

/** The desktop of a user of a machine: an X server with a window manager, a panel that shows icons, and a program for notifications. */
export interface MachineDesktop {
  /** Runs a program in the session of the user; does not throw. */
  run(...command: readonly string[]): Promise<CommandEnd>
  /** The same, and what it printed; throws where it ends with another code than 0. */
  do(...command: readonly string[]): Promise<string>
  /** Starts a program as a click on it does: it stays. */
  click(...command: readonly string[]): Promise<void>
  /** Calls a method over the user's session bus; answers the arguments as JSON has them. */
  call(destination: string, path: string, face: string, member: string, signature?: string, ...values: readonly string[]): Promise<any[]>
  property(destination: string, path: string, face: string, name: string): Promise<any>
  /** X windows of a class that are seen. */
  windows(className: string): Promise<string[]>
  /** The screen as a PNG file of this machine. */
  screenshot(file: string): Promise<void>
  /** Colour of each pixel of a part of the screen, `rrggbb`. */
  pixels(x: number, y: number, width: number, height: number): Promise<string[]>
}

const display = ':7'
export const screenSize = { width: 1280, height: 800 }

/** Starts it for a user whose systemd runs, as a display manager does: each program is a unit of the user. */
export async function startMachineDesktop(machine: Machine, user: string): Promise<MachineDesktop> {
  const home = join(machine.root, 'home', user)
  const authority = `/home/${user}/.Xauthority`
  const uid = (await machine.do(['id', '--user', user])).trim()
  const session = [
    `DISPLAY=${display}`,
    `XAUTHORITY=${authority}`,
    `DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/${uid}/bus`,
    ...['LANG=C.UTF-8', 'XDG_SESSION_TYPE=x11', 'NO_AT_BRIDGE=1'],
  ]
  const inSession = (command: readonly string[]): Promise<CommandEnd> => machine.run(['env', ...session, ...command], user)
  const must = async (...command: readonly string[]): Promise<string> => machine.do(['env', ...session, ...command], user)
  const start = async (unit: string, ...command: readonly string[]): Promise<void> => {
    await must('systemd-run', '--user', '--quiet', `--unit=${unit}`, ...command)
  }
  await must('sh', '-c', `xauth -f ${authority} add ${display} . "$(mcookie)" 2>&1`)
  await must('systemctl', '--user', 'set-environment', ...session)
  const { width, height } = screenSize
  await start('x-server', 'Xvfb', display, '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-auth', authority)
  const answers = async (): Promise<boolean> => (await inSession(['xdotool', 'getdisplaygeometry'])).code === 0
  await until(answers, 'the X server')
  mkdirSync(join(home, '.config/xfce4/xfconf/xfce-perchannel-xml'), { recursive: true })
  writeFileSync(join(home, '.config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml'), systrayPanel)
  await machine.do(['chown', '--recursive', user, `/home/${user}/.config`])
  await start('window-manager', 'openbox')
  await start('notifications', 'dunst')
  await start('panel', 'xfce4-panel', '--disable-wm-check')
  const theBus = 'org.freedesktop.DBus'
  const desktop: MachineDesktop = {
    run: (...command) => inSession(command),
    do: must,
    async click(...command) {
      // What it says stays on the machine, and nobody waits for its end.
      const script = 'exec setsid "$@" >>"$HOME/clicked.log" 2>&1 </dev/null &'
      await must('sh', '-c', script, 'sh', ...command)
    },
    async call(destination, path, face, member, signature = '', ...values) {
      const more = signature === '' ? [] : ['--', signature, ...values]
      const said = await must('busctl', '--user', '--json=short', 'call', destination, path, face, member, ...more)
      return said.trim() === '' ? [] : JSON.parse(said).data
    },
    property: async (...where) => JSON.parse(await must('busctl', '--user', '--json=short', 'get-property', ...where)).data,
    async windows(className) {
      const { out } = await inSession(['xdotool', 'search', '--onlyvisible', '--class', `^${className}$`])
      return out.split('\n').filter((each) => /^\d+$/.test(each))
    },
    async screenshot(file) {
      await grab(['-y', file])
    },
    async pixels(x, y, w, h) {
      const raw = await grab(['-vf', `crop=${w}:${h}:${x}:${y}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'])
      return Array.from({ length: w * h }, (_, index) => raw.subarray(index * 3, index * 3 + 3).toString('hex'))
    },
  }
  const grab = async (to: readonly string[]): Promise<Buffer> => {
    const name = 'screen.xwd'
    // X answers BadMatch now and then.
    const copied = async (): Promise<boolean> => (await inSession(['xwd', '-root', '-silent', '-out', `/home/${user}/${name}`])).code === 0
    await until(copied, 'an image of the screen')
    try {
      const { stdout } = await run('ffmpeg', ['-v', 'error', '-f', 'image2pipe', '-c:v', 'xwd', '-i', join(home, name), ...to], {
        encoding: 'buffer',
        maxBuffer: 1 << 26,
      })
      return stdout
    } finally {
      rmSync(join(home, name), { force: true })
    }
  }
  for (const name of ['org.kde.StatusNotifierWatcher', 'org.freedesktop.Notifications']) {
    const owned = async (): Promise<boolean> =>
      (await desktop.call(theBus, '/org/freedesktop/DBus', theBus, 'NameHasOwner', 's', name))[0] === true
    await until(owned, `${name} of the desktop`)
  }
  return desktop
}
