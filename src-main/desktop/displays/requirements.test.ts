import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RequirementName } from '../schemas/display.ts'
import { lightDesktop } from './programs.ts'
import { findRequirements } from './requirements.ts'
import { findXorg, type XorgProgram } from './xorg/xorg-program.ts'

/** What displays need, found in a PATH of this test alone. */

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ami-requirements-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const install = (...programs: readonly string[]): void => {
  for (const program of programs) {
    writeFileSync(join(folder, program), '')
    chmodSync(join(folder, program), 0o755)
  }
}
const noXorg: XorgProgram = { hasDummy: false, hasInputTest: false }
const find = (unbuilt: Readonly<Record<string, readonly string[]>> = {}, hasPortal = false, xorg: XorgProgram = noXorg) => {
  const found = findRequirements(hasPortal, { path: folder, portalPath: folder, unbuilt: (addon) => unbuilt[addon], xorg })
  return Object.fromEntries(found.map(({ name, ...rest }) => [name, rest])) as Record<RequirementName, Omit<(typeof found)[number], 'name'>>
}

describe('what displays need of a machine', () => {
  it('is all missing where nothing is installed, each with what installs it', () => {
    const found = find()
    expect(Object.values(found).map(({ available }) => available)).toEqual(Array(9).fill(false))
    expect(Object.fromEntries(Object.entries(found).map(([name, { commands }]) => [name, commands]))).toEqual({
      x11: ['apt-get install tigervnc-standalone-server'],
      xorg: ['apt-get install xserver-xorg-core xserver-xorg-video-dummy'],
      lightDesktop: ['apt-get install openbox xterm'],
      terminal: ['apt-get install xterm'],
      wayland: ['apt-get install sway'],
      waylandTerminal: ['apt-get install foot'],
      xwayland: ['apt-get install xwayland'],
      audio: ['apt-get install pipewire wireplumber pipewire-pulse'],
      portal: ['apt-get install xdg-desktop-portal'],
    })
  })

  it('is what is there, and which light desktop and terminal would start', () => {
    install('Xvnc', 'icewm-session', 'openbox', 'konsole', 'sway', 'kitty', 'Xwayland', 'pipewire', 'wireplumber', 'pipewire-pulse')
    const found = find({}, true, { server: '/usr/lib/xorg/Xorg', hasDummy: true, hasInputTest: true })
    expect(Object.values(found).every(({ available, missing, commands }) => available && missing.length + commands.length === 0)).toBe(true)
    expect([found.lightDesktop.found, found.terminal.found, found.waylandTerminal.found]).toEqual([
      ['icewm-session'],
      ['konsole'],
      ['kitty'],
    ])
  })

  it('is a terminal, too, where a light desktop alone is installed', () => {
    install('Xvnc', 'openbox')
    expect(find().lightDesktop).toMatchObject({ available: true, found: ['openbox'] })
    expect(find().terminal).toEqual({ available: false, found: [], missing: ['xterm'], commands: ['apt-get install xterm'] })
  })

  it('is a terminal in a bare openbox, which shows nothing by itself, unless somebody wrote what it starts', () => {
    install('openbox-session', 'openbox')
    expect(lightDesktop('x11', folder, folder)).toEqual(['openbox-session'])
    install('xterm')
    expect(lightDesktop('x11', folder, folder)).toEqual(['openbox', '--startup', 'xterm'])
    mkdirSync(join(folder, '.config/openbox'), { recursive: true })
    writeFileSync(join(folder, '.config/openbox/autostart'), '')
    expect(lightDesktop('x11', folder, folder)).toEqual(['openbox-session'])
  })

  it('is only the part of the audio that is missing', () => {
    install('pipewire', 'wireplumber')
    expect(find().audio).toEqual({
      available: false,
      found: ['pipewire', 'wireplumber'],
      missing: ['pipewire-pulse'],
      commands: ['apt-get install pipewire-pulse'],
    })
  })

  it('is a native part that is not built, with what builds it', () => {
    install('sway')
    expect(find({ wayland: ['g++', 'libwayland-dev'] }).wayland).toEqual({
      available: false,
      found: ['sway'],
      missing: ['native/wayland'],
      commands: ['apt-get install g++ libwayland-dev', 'npm run build'],
    })
  })

  it('is nothing to install where a portal is there and nobody is logged in', () => {
    install('xdg-desktop-portal')
    expect(find().portal).toEqual({ available: false, found: [], missing: [], commands: [] })
  })

  it('is what of Xorg is there, which is in no PATH', () => {
    expect(findXorg(folder)).toEqual(noXorg)
    const put = (path: string): void => {
      mkdirSync(join(folder, dirname(path)), { recursive: true })
      install(path)
    }
    put('usr/lib/xorg/Xorg')
    put('usr/lib/xorg/modules/input/inputtest_drv.so')
    const xorg = findXorg(folder)
    expect(xorg).toEqual({ server: join(folder, 'usr/lib/xorg/Xorg'), hasDummy: false, hasInputTest: true })
    expect(find({}, false, xorg).xorg).toEqual({
      available: false,
      found: ['Xorg'],
      missing: ['dummy'],
      commands: ['apt-get install xserver-xorg-video-dummy'],
    })
    put('usr/lib/xorg/modules/drivers/dummy_drv.so')
    expect(find({}, false, findXorg(folder)).xorg).toMatchObject({ available: true, found: ['Xorg', 'dummy'] })
  })
})
