import { unbuiltAddon } from '../../platform/load-addon.ts'
import { findProgram } from '../../platform/programs/find-program.ts'
import type { RequirementName } from '../schemas/display.ts'
import { audioPrograms } from './pipewire/pipewire-server.ts'
import { lightDesktop, xTerminal } from './programs.ts'
import { findXorg, type XorgProgram } from './xorg/xorg-program.ts'

/** What displays need of this machine, and what is installed. */

export interface Requirement {
  readonly name: RequirementName
  readonly available: boolean
  /** Programs that are there. */
  readonly found: readonly string[]
  /** Programs and native parts that are not there, `native/NAME`; of several that would do: the first. */
  readonly missing: readonly string[]
  /** What installs them on Debian and Ubuntu, a line each. */
  readonly commands: readonly string[]
}

/** Where programs are searched, and which native parts are built. */
export interface RequirementPlaces {
  /** As PATH has it. */
  readonly path: string
  /** Where portals are, which are in no PATH. */
  readonly portalPath: string
  /** Packages to build a native part with; undefined where it is built. */
  readonly unbuilt: (addon: string) => readonly string[] | undefined
  /** What of Xorg is there, which is in no PATH. */
  readonly xorg: XorgProgram
}

const here = (): RequirementPlaces => ({
  path: process.env.PATH ?? '',
  portalPath: '/usr/libexec:/usr/lib:/usr/lib/xdg-desktop-portal',
  unbuilt: unbuiltAddon,
  xorg: findXorg(),
})

/** What there is on this machine. @param hasPortal a desktop is logged in that can be shown */
export function findRequirements(hasPortal: boolean, { path, portalPath, unbuilt, xorg } = here()): readonly Requirement[] {
  const isThere = (program: string): boolean => findProgram(program, path) !== undefined
  /** All programs, and the native part, by the packages that have them. */
  const all = (name: RequirementName, programs: Readonly<Record<string, string>>, addon?: string): Requirement => {
    const missing = Object.keys(programs).filter((program) => !isThere(program))
    return requirement(
      name,
      Object.keys(programs).filter(isThere),
      missing,
      [...new Set(missing.map((each) => programs[each] as string))],
      addon,
    )
  }
  const requirement = (
    name: RequirementName,
    found: readonly string[],
    missing: readonly string[],
    packages: readonly string[],
    addon?: string,
  ): Requirement => {
    const toBuild = addon === undefined ? undefined : unbuilt(addon)
    const wanted = [...packages, ...(toBuild ?? [])]
    return {
      name,
      available: missing.length === 0 && toBuild === undefined,
      found,
      missing: [...missing, ...(toBuild === undefined ? [] : [`native/${addon}`])],
      commands: [
        ...(wanted.length > 0 ? [`apt-get install ${wanted.join(' ')}`] : []),
        ...(toBuild === undefined ? [] : ['npm run build']),
      ],
    }
  }
  /** Any of several programs. */
  const any = (name: RequirementName, found: string | undefined, instead: string, packages: readonly string[]): Requirement =>
    found === undefined ? requirement(name, [], [instead], packages) : requirement(name, [found], [], [])
  const terminal = xTerminal(path)
  const xorgParts = [
    { part: 'Xorg', there: xorg.server !== undefined && xorg.hasInputTest, inPackage: 'xserver-xorg-core' },
    { part: 'dummy', there: xorg.hasDummy, inPackage: 'xserver-xorg-video-dummy' },
  ]
  const xorgLacks = xorgParts.filter(({ there }) => !there)
  const portal = findProgram('xdg-desktop-portal', portalPath) === undefined ? ['xdg-desktop-portal'] : []
  return [
    all('x11', { Xvnc: 'tigervnc-standalone-server' }, 'x11'),
    requirement(
      'xorg',
      xorgParts.flatMap(({ part, there }) => (there ? [part] : [])),
      xorgLacks.map(({ part }) => part),
      xorgLacks.map(({ inPackage }) => inPackage),
      'x11',
    ),
    any('lightDesktop', lightDesktop('x11', path)?.[0], 'openbox', terminal === undefined ? ['openbox', 'xterm'] : ['openbox']),
    any('terminal', terminal, 'xterm', ['xterm']),
    all('wayland', { sway: 'sway' }, 'wayland'),
    any('waylandTerminal', lightDesktop('wayland', path)?.[0], 'foot', ['foot']),
    all('xwayland', { Xwayland: 'xwayland' }),
    all('audio', Object.fromEntries(audioPrograms.map((program) => [program, program])), 'pipewire'),
    // It may be installed where nobody is logged in.
    hasPortal
      ? requirement('portal', ['xdg-desktop-portal'], [], [])
      : { ...requirement('portal', [], portal, portal, 'pipewire'), available: false },
  ]
}
