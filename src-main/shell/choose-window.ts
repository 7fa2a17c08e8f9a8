import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { browserNames } from '../platform/config/installed-browsers.ts'
import type { WindowLook } from './windows/window-system.ts'

/** What is known of the machine when a window is wanted; passed in, so that every machine can be tested on one. */
export interface WindowSurroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** Root of the files on POSIX systems. */
  readonly isRoot: boolean
  /** Finds a program by name in PATH or the system's usual places. */
  readonly find: (name: string) => string | undefined
  /** Folder for the browser's profile. */
  readonly profileDir: string
}

export type WindowPlan =
  | {
      readonly kind: 'chromium'
      readonly command: string
      readonly args: readonly string[]
      /** File to write before the browser starts, for this user's eyes alone: it opens the URL that `args` must not show. */
      readonly page?: { readonly file: string; readonly html: string }
    }
  | { readonly kind: 'none'; readonly reason: string }

/** Why no window can be shown here, whatever is installed; undefined where one can. */
export function noDisplay(platform: NodeJS.Platform, env: WindowSurroundings['env']): string | undefined {
  if (env.CI) return 'this is a CI run'
  return platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY ? 'there is no display' : undefined
}

/**
 * Decides how to show `url`: a Chromium as an app window, or not at all. The part after `#` is a one-time sign-in: it reaches the window by
 * a private file, never by arguments, which every user can list.
 */
export function chooseWindow(url: string, around: WindowSurroundings, look: WindowLook): WindowPlan {
  const reason = noDisplay(around.platform, around.env)
  if (reason !== undefined) return { kind: 'none', reason }
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

function placementArgs({ view, placement }: WindowLook, env: WindowSurroundings['env']): readonly string[] {
  if (placement === undefined) return []
  const { bounds, maximised, fullScreen } = placement
  const where = bounds === undefined ? [] : [`--window-position=${bounds.x},${bounds.y}`, `--window-size=${bounds.width},${bounds.height}`]
  // Places mean something on X alone: a Wayland desktop that has X as well is asked through it.
  const system = bounds !== undefined && env.DISPLAY && env.WAYLAND_DISPLAY ? ['--ozone-platform=x11'] : []
  const state = fullScreen ? [view.kind === 'projector' ? '--kiosk' : '--start-fullscreen'] : maximised ? ['--start-maximized'] : []
  return [...where, ...state, ...system]
}

/** A page that goes on to `url` and leaves nothing of itself in the history. */
function pageFor(url: string): string {
  const target = JSON.stringify(url).replaceAll('<', '\\u003c')
  return `<!doctype html><meta charset="utf-8"><title>AMI Streams</title><script>location.replace(${target})</script>\n`
}
