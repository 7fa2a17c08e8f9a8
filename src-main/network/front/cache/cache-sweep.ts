import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { type CacheEntry, pathOf, readCacheFile } from './cache-file.ts'
import type { CacheIndex } from './cache-index.ts'

const folderCount = 4096
/** Folders that are looked at before others get their turn: less than a millisecond. */
const foldersAtOnce = 128
const filesAtOnce = 50
/** A change within this time before a look may have been made behind it, ms: clocks of file systems are coarse. */
const coarseMs = 50

/**
 * Compares folders that have changed since they were looked at last with the index: answers that were stored and not yet reported (a slow
 * viewer still downloads them), and files that nginx removed.
 */
export class CacheSweep {
  readonly #folder: string
  readonly #index: CacheIndex
  readonly #onFound: (entry: CacheEntry) => void
  /** By number of the folder: when it was changed as of the last look, and when that was, ms. */
  readonly #changedAt = new Float64Array(folderCount).fill(Number.NaN)
  readonly #lookedAt = new Float64Array(folderCount)
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #stopped = false

  /** @param onFound an object that the index did not know and knows now */
  constructor(folder: string, index: CacheIndex, onFound: (entry: CacheEntry) => void) {
    this.#folder = folder
    this.#index = index
    this.#onFound = onFound
  }

  /** Resolves when everything that was there when it was called is in the index. Those who wait share one run. */
  run(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#sweep().finally(() => {
        this.#running = undefined
      })
      return this.#running
    }
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.run()
      })
    return this.#next
  }

  /** Ends a run that is under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running?.catch(() => undefined)
    await this.#next?.catch(() => undefined)
  }

  async #sweep(): Promise<void> {
    for (let folder = 0; folder < folderCount && !this.#stopped; folder++) {
      if (folder % foldersAtOnce === foldersAtOnce - 1) await turn()
      const digits = folder.toString(16).padStart(3, '0')
      const path = join(this.#folder, digits.slice(0, 1), digits.slice(1))
      const now = Date.now()
      const changedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
      if (changedAt === this.#changedAt[folder] && changedAt + coarseMs < (this.#lookedAt[folder] as number)) continue
      await this.#look(folder, path)
      this.#changedAt[folder] = changedAt
      this.#lookedAt[folder] = now
    }
  }

  async #look(folder: number, path: string): Promise<void> {
    const known = this.#index.namesIn(folder)
    const unknown: string[] = []
    for (const file of filesOf(path)) if (!known.delete(file)) unknown.push(file)
    if (known.size > 0) this.#index.remove(known)
    for (let at = 0; at < unknown.length && !this.#stopped; at += filesAtOnce) {
      if (at > 0) await turn()
      const found = unknown.slice(at, at + filesAtOnce).flatMap((name) => readCacheFile(pathOf(this.#folder, name)) ?? [])
      this.#index.put(found)
      for (const entry of found) this.#onFound(entry)
    }
  }
}

function filesOf(path: string): readonly string[] {
  let entries: Dirent[]
  try {
    entries = readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return entries.filter((each) => each.isFile() && /^[0-9a-f]{32}$/.test(each.name)).map(({ name }) => name)
}
