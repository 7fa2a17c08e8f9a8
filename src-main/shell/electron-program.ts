import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { noDisplay } from './choose-window.ts'
import { startWindowProgram } from './windows/window-program.ts'
import { noWindow, type OpenedWindow } from './windows/window-system.ts'

/** Variables of Electron's environment: the data folder of the host that it shows, and the path of the page that it shows first. */
export const attachVariable = 'AMI_STREAMS_ATTACH'
export const pageVariable = 'AMI_STREAMS_PAGE'

export interface ElectronProgram {
  readonly binary: string
  /** The built main file. */
  readonly main: string
}

/** Electron's binary where there is one, with our main file. Its package's own entry is not used: it downloads when nothing is there. */
export function findElectron(env: Readonly<Record<string, string | undefined>>): ElectronProgram | undefined {
  const main = fileURLToPath(new URL('../shell/main.js', import.meta.url))
  if (!existsSync(main)) return undefined
  const binary = env.STREAMS_ELECTRON || packagedBinary(env)
  return binary === undefined || !existsSync(binary) ? undefined : { binary, main }
}

function packagedBinary(env: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
    const name = readFileSync(join(folder, 'path.txt'), 'utf8').trim()
    return join(env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), name)
  } catch {
    return undefined
  }
}

/**
 * Starts Electron for the host of a data folder. It is one process for all windows, finds the host by the folder, and serves it over
 * `/shell/session`. It ends with 0 when a person quits it.
 */
export async function startElectron(
  { binary, main }: ElectronProgram,
  { dataDir, page }: { readonly dataDir: string; readonly page: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Promise<OpenedWindow> {
  const reason = noDisplay(process.platform, env)
  if (reason !== undefined) return noWindow(reason)
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return startWindowProgram('electron', binary, [...sandbox, main], { ...env, [attachVariable]: dataDir, [pageVariable]: page })
}
