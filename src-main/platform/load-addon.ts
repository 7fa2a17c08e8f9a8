import { existsSync, readFileSync } from 'node:fs'
import { AppError } from './errors.ts'
import { addonFile, addonRoot, requireAddon } from './native-addon.ts'
import { isBeingBuilt } from './native-preparation.ts'

/** What native/NAME/addon.json says to users without the addon. */
interface AddonDescription {
  readonly systems?: readonly string[]
  readonly debian?: readonly string[]
}

/**
 * Loads dist/native/NAME.node.
 * @throws AppError `studio.preparing` while it is being built, `studio.engine_missing` that names what to install
 */
export function loadAddon<Addon>(name: string): Addon {
  try {
    return requireAddon<Addon>(name)
  } catch (cause) {
    if (isBeingBuilt(name))
      throw new AppError('studio.preparing', `The native part ${name} is being built`, { cause, details: { addon: name } })
    throw missing(name, existsSync(addonFile(name)), cause)
  }
}

/** Packages of Debian and Ubuntu to build an addon with; undefined where it is built, or is being built. */
export function unbuiltAddon(name: string): readonly string[] | undefined {
  return existsSync(addonFile(name)) || isBeingBuilt(name) ? undefined : toBuild(name)
}

/**
 * Of an addon that another process loads later: what starts for it would be of no use without. It is not loaded here.
 * @throws AppError `studio.engine_missing` where it is not built
 */
export function demandAddon(name: string): void {
  if (unbuiltAddon(name) !== undefined) throw missing(name, false, new Error(`${addonFile(name)} is missing`))
}

const toBuild = (name: string): readonly string[] => ['g++', 'pkg-config', ...(describe(name).debian ?? [])]

function missing(name: string, built: boolean, cause: unknown): AppError {
  const { systems } = describe(name)
  const details = { addon: name, reason: cause instanceof Error ? cause.message : String(cause) }
  if (systems !== undefined && !systems.includes(process.platform)) {
    return new AppError('studio.engine_missing', `The native part ${name} is not made for ${process.platform} yet`, { cause, details })
  }
  const library = missingLibrary(details.reason)
  if (library !== undefined) {
    const message = `The native part ${name} needs ${library.file}, which is missing. On Debian: apt-get install ${library.debian}`
    return new AppError('studio.engine_missing', message, { cause, details })
  }
  const packages = toBuild(name).join(' ')
  const what = built ? 'does not load' : 'is not built'
  const message = `The native part ${name} ${what}. On Debian: apt-get install ${packages}, then npm run build`
  return new AppError('studio.engine_missing', message, { cause, details })
}

function describe(name: string): AddonDescription {
  try {
    return JSON.parse(readFileSync(new URL(`native/${name}/addon.json`, addonRoot), 'utf8'))
  } catch {
    return {}
  }
}

/** The library of the system that an addon was not loaded for, with the package that Debian's naming has it in. */
export function missingLibrary(reason: string): { readonly file: string; readonly debian: string } | undefined {
  const [, file = '', name = '', version = ''] = /^((lib[\w.+-]+?)\.so\.(\d+)): cannot open shared object file/.exec(reason) ?? []
  return file === '' ? undefined : { file, debian: `${name.toLowerCase().replaceAll('_', '-')}${/\d$/.test(name) ? '-' : ''}${version}` }
}
