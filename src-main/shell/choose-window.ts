import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { browserNames } from '../platform/config/installed-browsers.ts'
import type { Placement } from './placement.ts'

/** What is known of the machine when a window is wanted; passed in, so that every machine can be tested on one. */
export interface WindowSurroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** Root of the files on POSIX systems. */
  readonly isRoot: boolean
  /** Electron's binary, where its package brought one. */
  readonly electron: string | undefined
  /** The built Electron main file, where it is built. */
  readonly electronMain: string | undefined
  /** Finds a program by name in PATH or the system's usual places. */
  readonly find: (name: string) => string | undefined
  /** Folder for the browser's profile. */
  readonly profileDir: string
}

/** Which window it is, and how it opens. */
export interface WindowLook {
  /** Names the browser's profile: a window of its own process has a profile of its own. */
  readonly profile: string
  readonly placement?: Placement
  /** Full screen until the page itself closes: a projector. */
  readonly kiosk?: boolean
}

export type WindowPlan =
  | { readonly kind: 'electron'; readonly command: string; readonly args: readonly string[]; readonly env: Record<string, string> }
  | {
      readonly kind: 'chromium'
      readonly command: string
      readonly args: readonly string[]
      /** File to write before the browser starts, for this user's eyes alone: it opens the URL that `args` must not show. */
      readonly page?: { readonly file: string; readonly html: string }
    }
  | { readonly kind: 'none'; readonly reason: string }

/**
 * Decides how to show `url`: Electron if its binary is present, else a Chromium as an app window, else not at all. The part after `#` is a
 * one-time sign-in: it reaches the window by the environment or a private file, never by arguments, which every user can list.
 */
export function chooseWindow(url: string, around: WindowSurroundings, look: WindowLook = { profile: 'window' }): WindowPlan {
  if (around.env.CI) return { kind: 'none', reason: 'this is a CI run' }
  if (around.platform === 'linux' && !around.env.DISPLAY && !around.env.WAYLAND_DISPLAY)
    return { kind: 'none', reason: 'there is no display' }
  if (around.electron && around.electronMain) {
    return {
      kind: 'electron',
      command: around.electron,
      args: [around.electronMain, ...(around.isRoot ? ['--no-sandbox'] : [])],
      env: { AMI_STREAMS_WINDOW_URL: url },
    }
  }
  for (const name of browserNames(around.platform)) {
    const command = around.find(name)
    if (!command) continue
    const sandbox = around.isRoot && around.platform === 'linux' ? ['--no-sandbox'] : []
    const profile = join(around.profileDir, look.profile)
    // In the profile, because a confined browser may not read everywhere.
    const page = url.includes('#') ? { file: join(profile, 'sign-in.html'), html: pageFor(url) } : undefined
    const args = [
      `--app=${page === undefined ? url : pathToFileURL(page.file).href}`,
      `--user-data-dir=${profile}`,
      // What panels and window managers know it by, besides the browser's own windows.
      '--class=ami-streams',
      '--no-first-run',
      '--no-default-browser-check',
      ...placementArgs(look, around.env),
      ...sandbox,
    ]
    return { kind: 'chromium', command, args, ...(page === undefined ? {} : { page }) }
  }
  return { kind: 'none', reason: 'neither Electron nor a Chromium browser is installed' }
}

function placementArgs({ placement, kiosk = false }: WindowLook, env: WindowSurroundings['env']): readonly string[] {
  if (placement === undefined) return []
  const { bounds, maximised, fullScreen } = placement
  const where = bounds === undefined ? [] : [`--window-position=${bounds.x},${bounds.y}`, `--window-size=${bounds.width},${bounds.height}`]
  // Places mean something on X alone: a Wayland desktop that has X as well is asked through it.
  const system = bounds !== undefined && env.DISPLAY && env.WAYLAND_DISPLAY ? ['--ozone-platform=x11'] : []
  const state = fullScreen ? [kiosk ? '--kiosk' : '--start-fullscreen'] : maximised ? ['--start-maximized'] : []
  return [...where, ...state, ...system]
}

/** A page that goes on to `url` and leaves nothing of itself in the history. */
function pageFor(url: string): string {
  const target = JSON.stringify(url).replaceAll('<', '\\u003c')
  return `<!doctype html><meta charset="utf-8"><title>AMI Streams</title><script>location.replace(${target})</script>\n`
}
