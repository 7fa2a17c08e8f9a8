import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { PrivatePipeWire, Removable } from './pipewire.ts'

/** Why no Wayland desktop can be had on this machine; undefined where one can. */
export const mutterMissing = (): string | undefined =>
  existsSync('/usr/bin/mutter') ? undefined : 'mutter missing: apt-get install mutter'

export const portalProgram = '/usr/libexec/xdg-desktop-portal'

/** Why no desktop portal can be had on this machine; undefined where one can. */
export function portalMissing(): string | undefined {
  if (existsSync(portalProgram) && existsSync('/usr/lib/python3/dist-packages/gi')) return mutterMissing()
  return 'xdg-desktop-portal missing: apt-get install xdg-desktop-portal python3-gi'
}

/** GNOME's compositor without a screen or a graphics card, on the message bus and the PipeWire that are given. */
export async function startMutter(pipeWire: PrivatePipeWire, width: number, height: number): Promise<Removable> {
  const args = ['--headless', '--virtual-monitor', `${width}x${height}`, '--wayland', '--no-x11', '--wayland-display', 'wayland-test']
  const mutter = pipeWire.spawn('mutter', args)
  await pipeWire.untilOnBus('org.gnome.Mutter.ScreenCast', mutter)
  return { remove: () => pipeWire.end(mutter) }
}

/** A program in mutter's desktop that fills the screen with frame counters. */
export function showCounters(pipeWire: PrivatePipeWire, width: number, height: number, rate: number): Removable {
  const args = [
    ...['-q', 'fdsrc', `blocksize=${(width * height * 3) / 2}`],
    ...['!', 'rawvideoparse', `width=${width}`, `height=${height}`, 'format=i420', `framerate=${rate}/1`],
    ...['!', 'videoconvert', '!', 'video/x-raw,format=BGRx', '!', 'waylandsink', 'fullscreen=true', 'sync=false'],
  ]
  return pipeWire.spawnWithFrames(width, height, rate, 'gst-launch-1.0', args, { WAYLAND_DISPLAY: 'wayland-test' })
}

export interface RunningPortal extends Removable {
  /** What the person before the desktop was asked: `asked`, or `restored` where they need not be. */
  readonly questions: readonly string[]
  /** Sessions that have ended. */
  readonly closed: () => number
  /** The person ends what is shared. */
  end(): void
}

/**
 * xdg-desktop-portal as it is, with a double in place of the desktop's dialogue: the screen that it shares is mutter's.
 * @param person says yes or no
 */
export async function startPortal(pipeWire: PrivatePipeWire, person: 'allow' | 'refuse'): Promise<RunningPortal> {
  const portals = join(pipeWire.folder, 'portals')
  mkdirSync(portals, { recursive: true })
  const name = 'org.freedesktop.impl.portal.desktop.double'
  writeFileSync(
    join(portals, 'double.portal'),
    `[portal]\nDBusName=${name}\nInterfaces=org.freedesktop.impl.portal.ScreenCast;org.freedesktop.impl.portal.RemoteDesktop;\nUseIn=double\n`,
  )
  const program = fileURLToPath(new URL('./portal-backend-double.py', import.meta.url))
  const double = pipeWire.spawn('/usr/bin/python3', ['-B', program, person], { stdio: ['pipe', 'pipe', 'ignore'] })
  const questions: string[] = []
  let closed = 0
  createInterface({ input: double.stdout! }).on('line', (line) => {
    if (line === 'closed') closed++
    else if (line !== 'ready') questions.push(line)
  })
  await pipeWire.untilOnBus(name, double)
  const env = { XDG_CURRENT_DESKTOP: 'double', XDG_DESKTOP_PORTAL_DIR: portals }
  // The bus may have started one by itself, which knows of no desktop.
  const portal = pipeWire.spawn(portalProgram, ['--replace'], { env })
  await pipeWire.untilOnBus('org.freedesktop.portal.Desktop', portal)
  return {
    questions,
    closed: () => closed,
    end: () => void double.stdin!.write('end\n'),
    async remove() {
      await Promise.all([double, portal].map(pipeWire.end))
    },
  }
}

/** A double of a newer portal, with its desktop, in the place of xdg-desktop-portal: it remembers what the person allowed. */
export async function startRememberingPortal(pipeWire: PrivatePipeWire): Promise<Removable & Pick<RunningPortal, 'questions'>> {
  const program = fileURLToPath(new URL('./remembering-portal-double.py', import.meta.url))
  const portal = pipeWire.spawn('/usr/bin/python3', ['-B', program], { stdio: ['ignore', 'pipe', 'ignore'] })
  const questions: string[] = []
  createInterface({ input: portal.stdout! }).on('line', (line) => questions.push(line))
  await pipeWire.untilOnBus('org.freedesktop.portal.Desktop', portal)
  return { questions, remove: () => pipeWire.end(portal) }
}
