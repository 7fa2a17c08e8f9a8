import { link, lstat, mkdir, opendir, readdir, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import { isBelow } from '../../platform/user-files/file-policy.ts'
import { fittingName, isOnItsWay, namesOf, numberedName } from './file-names.ts'

/** Entries of a folder that are listed. */
const maxListed = 2000
/** Files of that name that are there already. */
const maxNumber = 1000

export interface SharedEntry {
  readonly name: string
  /** Below the shared folder, with `/` between names. */
  readonly path: string
  readonly kind: 'file' | 'folder'
  readonly bytes: number
  readonly changedMs: number
}

/** A file or folder that may be read: where it really is. */
export interface FoundEntry {
  readonly name: string
  readonly realPath: string
  readonly kind: 'file' | 'folder'
}

/**
 * The folder that a display shares files in. Programs of the display write there as they like: links that lead out of it are not followed,
 * nor is one in its own place.
 */
export class SharedFolder {
  /** Its real path. */
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /**
   * Opens the folder of a display below `base`; it is made where it is missing, and found again when the display has another name.
   * @throws AppError `desktop.files_unavailable`
   */
  static async open(base: string, display: { readonly id: string; readonly name: string }): Promise<SharedFolder> {
    try {
      await mkdir(base, { recursive: true })
      const known = await knownName(base, display.id)
      const readable = display.name.replaceAll(/[^\p{L}\p{N} ._-]/gu, '_').replace(/^\.+/, '')
      const path = join(await realpath(base), known ?? fittingName(readable, markOf(display.id)))
      await mkdir(path, { recursive: true })
      if (!(await isFolder(path))) throw new Error(`${path} is a link`)
      return new SharedFolder(path)
    } catch (cause) {
      throw new AppError('desktop.files_unavailable', `${base} cannot be written: ${(cause as Error).message}`, { cause })
    }
  }

  /** The folder of a display below `base`, where there is one. */
  static async ifThere(base: string, id: string): Promise<SharedFolder | undefined> {
    const known = await knownName(base, id).catch(() => undefined)
    if (known === undefined) return undefined
    const path = join(await realpath(base), known)
    return (await isFolder(path)) ? new SharedFolder(path) : undefined
  }

  /** What is in a folder of it; `''` for itself. Throws `desktop.file_not_found`. */
  async list(path: string): Promise<{ readonly entries: readonly SharedEntry[]; readonly more: boolean }> {
    const { realPath, kind } = await this.find(path)
    if (kind !== 'folder') throw notFound(path)
    const entries: SharedEntry[] = []
    let more = false
    const opened = await opendir(realPath).catch((cause: unknown) => {
      throw notFound(path, cause)
    })
    for await (const { name } of opened) {
      if (isOnItsWay(name)) continue
      if (entries.length === maxListed) {
        more = true
        break
      }
      const below = path === '' ? name : `${path}/${name}`
      const found = await this.find(below).catch(() => undefined)
      const facts = found && (await stat(found.realPath).catch(() => undefined))
      if (found === undefined || facts === undefined) continue
      entries.push({ name, path: below, kind: found.kind, bytes: found.kind === 'file' ? facts.size : 0, changedMs: facts.mtimeMs })
    }
    entries.sort((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name, undefined, { numeric: true }) : a.kind === 'folder' ? -1 : 1))
    return { entries, more }
  }

  /** A file or folder of it. Throws `desktop.file_not_found`, also for what leads elsewhere and for devices. */
  async find(path: string): Promise<FoundEntry> {
    const names = path === '' ? [] : namesOf(path)
    // Programs call files as they like; those that were uploaded have names in NFC.
    const realPath = await realpath(join(this.path, ...names))
      .catch(() => realpath(join(this.path, ...names.map((name) => name.normalize('NFC')))))
      .catch((cause: unknown) => {
        throw notFound(path, cause)
      })
    const facts = await stat(realPath).catch(() => undefined)
    const kind = facts?.isFile() ? 'file' : facts?.isDirectory() ? 'folder' : undefined
    if (kind === undefined || !isBelow(realPath, this.path)) throw notFound(path)
    return { name: basename(join(this.path, ...names)), realPath, kind }
  }

  /** Makes the folder that a file of that path is put into. */
  async makeParent(names: readonly string[]): Promise<string> {
    let folder = this.path
    for (const name of names.slice(0, -1)) {
      folder = join(folder, name)
      await mkdir(folder).catch(async (error: NodeJS.ErrnoException) => {
        // A link is not followed, wherever it leads.
        if (error.code !== 'EEXIST' || !(await lstat(folder)).isDirectory()) {
          throw new AppError('desktop.file_name', `${JSON.stringify(name)} is there and is no folder`, { cause: error })
        }
      })
    }
    return folder
  }

  /** Puts a file there whole, under a name that nothing has yet. Its path below the folder. */
  async place(file: string, path: string): Promise<string> {
    const names = namesOf(path.normalize('NFC'))
    const folder = await this.makeParent(names)
    const name = names.at(-1) as string
    for (let number = 1; number < maxNumber; number++) {
      const next = numberedName(name, number)
      if (await claim(file, join(folder, next))) return [...names.slice(0, -1), next].join('/')
    }
    throw new AppError('desktop.file_name', `There are ${maxNumber} files of the name ${JSON.stringify(name)}`)
  }
}

/** Ends the name of the folder of a display. */
const markOf = (id: string): string => ` (${id.slice(0, 8)})`

/** False for a link to one. */
const isFolder = async (path: string): Promise<boolean> => (await lstat(path).catch(() => undefined))?.isDirectory() ?? false

async function knownName(base: string, id: string): Promise<string | undefined> {
  return (await readdir(base)).find((name) => name.endsWith(markOf(id)))
}

/** False where something has that name. A link fails then, unlike renaming, whoever else does the same at that moment. */
async function claim(file: string, to: string): Promise<boolean> {
  try {
    await link(file, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // File systems without links.
    if (await lstat(to).catch(() => undefined)) return false
    await rename(file, to)
    return true
  }
  await unlink(file)
  return true
}

const notFound = (path: string, cause?: unknown): AppError =>
  new AppError('desktop.file_not_found', `There is no ${JSON.stringify(path.slice(0, 200))} in the shared folder`, { cause })
