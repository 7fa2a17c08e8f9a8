import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { findProgram } from '../platform/programs/find-program.ts'
import { chooseWindow } from './choose-window.ts'
import { startWindowProgram } from './windows/window-program.ts'
import { noWindow, type OpenedWindow, type WindowLook } from './windows/window-system.ts'

/** As long as the sign-in link in it is valid, ms: a busy machine may take its time to start a browser. */
const pageLifeMs = 10 * 60_000

export interface OpenWindowOptions {
  /** The browser keeps its profile below this folder. */
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Opens a browser's window on the host's page, or says why it cannot: then the caller prints the URL. Resolves once the program runs. */
export function openWindow(url: string, look: WindowLook, options: OpenWindowOptions): Promise<OpenedWindow> {
  const env = options.env ?? process.env
  const around = {
    platform: process.platform,
    env,
    isRoot: process.getuid?.() === 0,
    find: (name: string) => findProgram(name, env.PATH ?? ''),
    profileDir: options.dataDir,
  }
  const plan = chooseWindow(url, around, look)
  if (plan.kind === 'none') return Promise.resolve(noWindow(plan.reason))
  const { command, args, page } = plan
  const removePage = (): void => {
    try {
      if (page !== undefined) rmSync(page.file, { force: true })
    } catch {
      // It is private, and its link works once.
    }
  }
  try {
    if (page !== undefined) writePrivately(page.file, page.html)
  } catch (error) {
    return Promise.resolve(noWindow(`its sign-in page could not be written: ${(error as Error).message}`))
  }
  setTimeout(removePage, pageLifeMs).unref()
  return startWindowProgram('chromium', command, args, env).then((window) => {
    // A window that was open already may be about to read the page.
    if (window.kind === 'none') removePage()
    else window.onClosed((how) => how === 'handed-over' || removePage())
    return window
  })
}

/** Writes a file that only this user may read, whatever was there before. */
function writePrivately(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  rmSync(file, { force: true })
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
}
