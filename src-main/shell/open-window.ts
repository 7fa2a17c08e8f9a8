import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../platform/config/installed-browsers.ts'
import { chooseWindow } from './choose-window.ts'

/**
 * How a window's program ended. `closed`: a person closed it. `handed-over`: it went at once, because a window that is
 * open already took the address. `failed`: it could not show anything.
 */
export type WindowEnd = 'closed' | 'handed-over' | 'failed'

/** A program that ends sooner than this was not closed by a person, ms. */
const shortestLookMs = 3000

export interface OpenedWindow {
  readonly kind: 'electron' | 'chromium' | 'none'
  /** Why there is none. */
  readonly reason?: string
  /** Calls back when the window's program has ended; never for `none`. */
  readonly onClosed: (listener: (how: WindowEnd) => void) => void
  /** Ends the window's program. Idempotent. */
  readonly close: () => void
}

export interface OpenWindowOptions {
  /** The browser keeps its profile below this folder. */
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string | undefined>>
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

/** Opens a window on the host's page, or says why it cannot: then the caller prints the address. Resolves once the program runs. */
export function openWindow(url: string, options: OpenWindowOptions): Promise<OpenedWindow> {
  const env = options.env ?? process.env
  const main = fileURLToPath(new URL('../shell/main.js', import.meta.url))
  const plan = chooseWindow(url, {
    platform: process.platform,
    env,
    isRoot: process.getuid?.() === 0,
    electron: findElectron(env),
    electronMain: existsSync(main) ? main : undefined,
    find: (name) => findProgram(name, env.PATH ?? ''),
    profileDir: options.dataDir,
  })
  const none = (reason: string): OpenedWindow => ({ kind: 'none', reason, onClosed: () => undefined, close: () => undefined })
  if (plan.kind === 'none') return Promise.resolve(none(plan.reason))
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(plan.command, plan.args, { stdio: 'ignore', env: { ...env, ...plan.env } })
    child.once('error', (error) => resolve(none(`${plan.command} could not be started: ${error.message}`)))
    child.once('spawn', () => {
      const openedMs = performance.now()
      resolve({
        kind: plan.kind,
        onClosed: (listener) => {
          child.once('exit', (code) => {
            const soon = performance.now() - openedMs < shortestLookMs
            listener(!soon ? 'closed' : code === 0 ? 'handed-over' : 'failed')
          })
        },
        close: () => void child.kill(),
      })
    })
  })
}
