import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../platform/config/installed-browsers.ts'
import { chooseWindow, type WindowLook } from './choose-window.ts'

/**
 * How a window's program ended. `closed`: a person closed it. `handed-over`: it went at once, because a window that is open already took
 * the URL. `failed`: it could not show anything. `crashed`: it was killed, or ended with an error.
 */
export type WindowEnd = 'closed' | 'handed-over' | 'failed' | 'crashed'

/** As long as the sign-in link in it is valid, ms: a busy machine may take its time to start a browser. */
const pageLifeMs = 10 * 60_000

/** A program that ends sooner than this was not closed by a person, ms. */
const minLookMs = 3000

export interface OpenedWindow {
  readonly kind: 'electron' | 'chromium' | 'none'
  /** Why no window opened. */
  readonly reason?: string
  /** Process of the window's program. */
  readonly pid?: number
  /** Calls back when the window's program has ended; never for `none`. */
  readonly onClosed: (listener: (how: WindowEnd) => void) => void
  /** Ends the window's program. Idempotent. */
  readonly close: () => void
}

export interface OpenWindowOptions {
  /** The browser keeps its profile below this folder. */
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly look?: WindowLook
}

/** How often a window is looked at that another process opened, ms. */
const lookMs = 1000

/** A window that a host before this one opened; undefined where its program has ended. */
export function adoptWindow(pid: number): OpenedWindow | undefined {
  const isOpen = (): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  if (!isOpen()) return undefined
  let timer: NodeJS.Timeout | undefined
  return {
    kind: 'chromium',
    pid,
    onClosed: (listener) => {
      timer = setInterval(() => {
        if (isOpen()) return
        clearInterval(timer)
        listener('closed')
      }, lookMs)
      timer.unref()
    },
    close: () => {
      clearInterval(timer)
      if (isOpen()) process.kill(pid)
    },
  }
}

/** Electron's binary as its package notes it. The package's own entry is not used: it downloads when nothing is there. */
function findElectron(env: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
    const name = readFileSync(join(folder, 'path.txt'), 'utf8').trim()
    const binary = join(env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name)
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/** Opens a window on the host's page, or says why it cannot: then the caller prints the URL. Resolves once the program runs. */
export function openWindow(url: string, options: OpenWindowOptions): Promise<OpenedWindow> {
  const env = options.env ?? process.env
  const main = fileURLToPath(new URL('../shell/main.js', import.meta.url))
  const around = {
    platform: process.platform,
    env,
    isRoot: process.getuid?.() === 0,
    electron: findElectron(env),
    electronMain: existsSync(main) ? main : undefined,
    find: (name: string) => findProgram(name, env.PATH ?? ''),
    profileDir: options.dataDir,
  }
  const plan = chooseWindow(url, around, options.look)
  const none = (reason: string): OpenedWindow => ({ kind: 'none', reason, onClosed: () => undefined, close: () => undefined })
  if (plan.kind === 'none') return Promise.resolve(none(plan.reason))
  const page = plan.kind === 'chromium' ? plan.page : undefined
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
    return Promise.resolve(none(`its sign-in page could not be written: ${(error as Error).message}`))
  }
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(plan.command, plan.args, {
      stdio: 'ignore',
      env: { ...env, ...(plan.kind === 'electron' ? plan.env : {}) },
    })
    setTimeout(removePage, pageLifeMs).unref()
    child.once('error', (error) => {
      removePage()
      resolve(none(`${plan.command} could not be started: ${error.message}`))
    })
    child.once('spawn', () => {
      const openedMs = performance.now()
      let asked = false
      const ended = new Promise<WindowEnd>((end) => {
        child.once('exit', (code) => {
          const soon = performance.now() - openedMs < minLookMs
          if (asked) end('closed')
          else if (soon) end(code === 0 ? 'handed-over' : 'failed')
          else end(code === 0 ? 'closed' : 'crashed')
        })
      })
      // A window that was open already may be about to read the page.
      void ended.then((how) => how === 'handed-over' || removePage())
      resolve({
        kind: plan.kind,
        ...(child.pid === undefined ? {} : { pid: child.pid }),
        onClosed: (listener) => void ended.then(listener),
        close: () => {
          asked = true
          child.kill()
        },
      })
    })
  })
}

/** Writes a file that only this user may read, whatever was there before. */
function writePrivately(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  rmSync(file, { force: true })
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
}
