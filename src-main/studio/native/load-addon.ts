import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../platform/errors.ts'
import type { Compositor } from './compositor.ts'

/** What native/NAME/addon.json says to whoever lacks the addon. */
interface AddonDescription {
  readonly systems?: readonly string[]
  readonly debian?: readonly string[]
}

/** Bundled, this module lies in dist/host; from source in src-main/studio/native. */
const bundled = !import.meta.url.endsWith('.ts')
const root = new URL(bundled ? '../../' : '../../../', import.meta.url)

/**
 * Loads dist/native/NAME.node.
 * @throws AppError `studio.engine_missing` that names what to install
 */
export function loadAddon<Addon>(name: string): Addon {
  const file = fileURLToPath(new URL(`dist/native/${name}.node`, root))
  try {
    return createRequire(import.meta.url)(file) as Addon
  } catch (cause) {
    throw missing(name, existsSync(file), cause)
  }
}

/** Stores and compositor. */
export function loadCompositor(): Compositor {
  return loadAddon<Compositor>('compositor')
}

function missing(name: string, built: boolean, cause: unknown): AppError {
  const { systems, debian = [] } = describe(name)
  const details = { addon: name, reason: cause instanceof Error ? cause.message : String(cause) }
  if (systems !== undefined && !systems.includes(process.platform)) {
    return new AppError('studio.engine_missing', `The native part ${name} is not made for ${process.platform} yet`, { cause, details })
  }
  const packages = ['g++', 'pkg-config', ...debian].join(' ')
  const what = built ? 'does not load' : 'is not built'
  const message = `The native part ${name} ${what}. On Debian: apt-get install ${packages}, then npm run build`
  return new AppError('studio.engine_missing', message, { cause, details })
}

function describe(name: string): AddonDescription {
  try {
    return JSON.parse(readFileSync(new URL(`native/${name}/addon.json`, root), 'utf8'))
  } catch {
    return {}
  }
}
