import { createHash } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { copyFile, link, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import { FileFault, readRegularFile } from '../../../platform/user-files/regular-file.ts'
import { maxDocumentBytes } from './read-document.ts'

/** Versions that are kept, and the least time between two of them that come by saving, ms. */
const maxVersions = 10
const versionMs = 60_000
/** What is kept beside a collection is bounded by the code that keeps it: this is a limit for what another program put there, bytes. */
const maxHistoryBytes = 256 << 20

const versionPattern = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/

export interface CollectionVersion {
  /** Names it for `readVersion`. */
  readonly id: string
  /** When it was replaced, ISO 8601. */
  readonly replacedAt: string
  readonly bytes: number
}

/** Short digest of a text: the same for the same text. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Writes a file whole or not at all: beside it, flushed to the disk, and moved into its place. */
async function writeWhole(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  const fresh = join(folder, `.${basename(path)}.${process.pid}.tmp`)
  const mode = await stat(path).then(
    (found) => found.mode & 0o777,
    () => 0o600,
  )
  const handle = await open(fresh, 'w', mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    await handle.close()
    await rm(fresh, { force: true })
    throw error
  }
  await handle.close()
  await rename(fresh, path)
  // Some systems flush no folders: the file itself is safe.
  const directory = await open(folder, 'r').catch(() => undefined)
  await directory?.sync().catch(() => undefined)
  await directory?.close()
}

/** A collection's file on the disk, its previous versions, and what other programs do to it. */
export class CollectionFile {
  readonly path: string
  readonly #history: string
  /** What the file contained when it was last read or written here. */
  #digest = ''
  #seen: { readonly mtimeMs: number; readonly size: number; readonly ino: number } | undefined
  #versionAtMs = Number.NEGATIVE_INFINITY
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(path: string) {
    this.path = path
    this.#history = join(dirname(path), '.history', basename(path).replace(/\.json$/, ''))
  }

  /** A file given by a user: links are followed, so that what they point at is written. */
  static async at(path: string): Promise<CollectionFile> {
    try {
      return new CollectionFile(await realpath(path))
    } catch (cause) {
      throw unreadable(path, cause)
    }
  }

  get digest(): string {
    return this.#digest
  }

  /** Throws `studio.collection_unreadable`. */
  async read(): Promise<string> {
    try {
      const found = await stat(this.path)
      const text = await readText(this.path)
      this.#seen = found
      this.#digest = digestOf(text)
      return text
    } catch (cause) {
      throw unreadable(this.path, cause)
    }
  }

  /**
   * Replaces the file; what it contained is kept as a version, at most one a minute unless `keep` asks for it. Throws
   * `studio.collection_changed` where another program wrote it, and `studio.collection_unreadable`.
   */
  async write(text: string, options: { readonly keep?: boolean; readonly overwrite?: boolean } = {}): Promise<void> {
    if (options.overwrite !== true) await this.rejectChanged()
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
      if (options.keep === true || performance.now() - this.#versionAtMs >= versionMs) await this.#keepVersion()
      await writeWhole(this.path, text)
      this.#digest = digestOf(text)
      this.#seen = await stat(this.path)
    } catch (cause) {
      throw unreadable(this.path, cause)
    }
  }

  /** Throws `studio.collection_changed` where another program wrote the file. */
  async rejectChanged(): Promise<void> {
    if (!(await this.changedByAnother())) return
    throw new AppError('studio.collection_changed', `Another program changed ${this.path}`, { details: { file: this.path } })
  }

  /** Whether the file is another than the one that was last read or written here; a deleted file does not count. */
  async changedByAnother(): Promise<boolean> {
    if (this.#seen === undefined) return false
    const found = await stat(this.path).catch(() => undefined)
    if (found === undefined) return false
    const { mtimeMs, size, ino } = this.#seen
    if (found.mtimeMs === mtimeMs && found.size === size && found.ino === ino) return false
    const text = await readText(this.path).catch(() => undefined)
    if (text === undefined || digestOf(text) !== this.#digest) return true
    this.#seen = found
    return false
  }

  /** Newest first. */
  async versions(): Promise<readonly CollectionVersion[]> {
    const versions: CollectionVersion[] = []
    for (const name of await readdir(this.#history).catch(() => [])) {
      const id = name.replace(/\.json$/, '')
      if (!versionPattern.test(id)) continue
      const found = await stat(join(this.#history, name)).catch(() => undefined)
      if (found !== undefined)
        versions.push({ id, replacedAt: id.replace(/T(\d\d)-(\d\d)-(\d\d)-(\d{3})Z/, 'T$1:$2:$3.$4Z'), bytes: found.size })
    }
    return versions.sort((a, b) => (a.id < b.id ? 1 : -1))
  }

  /** The text of a version. Throws `studio.version_not_found`. */
  async readVersion(id: string): Promise<string> {
    if (!versionPattern.test(id)) throw new AppError('studio.version_not_found')
    try {
      return await readText(join(this.#history, `${id}.json`))
    } catch (cause) {
      throw new AppError('studio.version_not_found', undefined, { cause })
    }
  }

  /** What is kept beside the file under a name of its own; undefined where nothing is. */
  async readBeside(name: string): Promise<string | undefined> {
    return readRegularFile(join(this.#history, name), maxHistoryBytes).then(
      (bytes) => bytes.toString('utf8'),
      () => undefined,
    )
  }

  async writeBeside(name: string, text: string): Promise<void> {
    try {
      await mkdir(this.#history, { recursive: true, mode: 0o700 })
      await writeWhole(join(this.#history, name), text)
    } catch (cause) {
      throw unreadable(join(this.#history, name), cause)
    }
  }

  /** Calls back when another program wrote the file. */
  watch(onChanged: () => void): void {
    const name = basename(this.path)
    const look = (): void => {
      this.#timer = undefined
      void this.changedByAnother().then((changed) => {
        if (changed) onChanged()
      })
    }
    try {
      this.#watcher = watch(dirname(this.path), (_event, changed) => {
        // Editors write in several steps: looked at when they have ended.
        if (changed === name && this.#timer === undefined) this.#timer = setTimeout(look, 100)
      })
      this.#watcher.on('error', () => this.#watcher?.close())
      this.#watcher.unref()
    } catch {
      // Where folders cannot be watched the change is noticed before the next save.
    }
  }

  /** Takes the file away; what it contained stays as a version. */
  async remove(): Promise<void> {
    try {
      await this.#keepVersion()
      await rm(this.path, { force: true })
    } catch (cause) {
      throw unreadable(this.path, cause)
    }
  }

  /** Removes what a process that was killed left beside the file. */
  async sweep(): Promise<void> {
    const folder = dirname(this.path)
    const left = `.${basename(this.path)}.`
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.startsWith(left) && name.endsWith('.tmp')) await rm(join(folder, name), { force: true })
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#watcher?.close()
    this.#watcher = undefined
  }

  /** Keeps a text as a version of its own. */
  async keepText(text: string): Promise<void> {
    await writeWhole(await this.#freeVersion(), text)
    this.#versionAtMs = performance.now()
    await this.#trimVersions()
  }

  async #keepVersion(): Promise<void> {
    const exists = await stat(this.path).catch(() => undefined)
    if (exists === undefined) return
    const version = await this.#freeVersion()
    await link(this.path, version).catch(() => copyFile(this.path, version))
    this.#versionAtMs = performance.now()
    await this.#trimVersions()
  }

  async #freeVersion(): Promise<string> {
    await mkdir(this.#history, { recursive: true, mode: 0o700 })
    for (let atMs = Date.now(); ; atMs++) {
      const path = join(this.#history, `${new Date(atMs).toISOString().replaceAll(/[:.]/g, '-')}.json`)
      if (!(await stat(path).catch(() => undefined))) return path
    }
  }

  async #trimVersions(): Promise<void> {
    for (const { id } of (await this.versions()).slice(maxVersions)) await rm(join(this.#history, `${id}.json`), { force: true })
  }
}

async function readText(path: string): Promise<string> {
  return (await readRegularFile(path, maxDocumentBytes)).toString('utf8')
}

function unreadable(path: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause
  const { code, message } = cause as NodeJS.ErrnoException
  if (cause instanceof FileFault && code === undefined)
    return new AppError('studio.collection_unreadable', message, { cause, details: { file: path } })
  const why = code === 'ENOENT' ? 'there is no such file' : code === 'ENOSPC' ? 'the disk is full' : message
  return new AppError('studio.collection_unreadable', `${path}: ${why}`, { cause, details: { file: path } })
}
