import { join } from 'node:path'
import { browserNames } from '../platform/config/installed-browsers.ts'

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

export type WindowPlan =
  | {
      readonly kind: 'electron' | 'chromium'
      readonly command: string
      readonly args: readonly string[]
      readonly env?: Record<string, string>
    }
  | { readonly kind: 'none'; readonly reason: string }

/** Decides how to show `url`: Electron where its binary is present, else a Chromium as an app window, else not at all. */
export function chooseWindow(url: string, around: WindowSurroundings): WindowPlan {
  if (around.env.CI) return { kind: 'none', reason: 'this is a CI run' }
  if (around.platform === 'linux' && !around.env.DISPLAY && !around.env.WAYLAND_DISPLAY)
    return { kind: 'none', reason: 'there is no display' }
  if (around.electron && around.electronMain) {
    // The address carries a one-time sign-in: the environment is the process's own, arguments are seen by everybody.
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
    const profile = `--user-data-dir=${join(around.profileDir, 'window')}`
    return { kind: 'chromium', command, args: [`--app=${url}`, profile, '--no-first-run', '--no-default-browser-check', ...sandbox] }
  }
  return { kind: 'none', reason: 'neither Electron nor a Chromium browser is installed' }
}
