import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import { CollectionFile } from './collection-file.ts'

/** Names that are safe as files everywhere. */
export const collectionNamePattern = '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$'

export interface CollectionListing {
  readonly name: string
  readonly bytes: number
  /** ISO 8601. */
  readonly changedAt: string
}

/** The folder of collections: one JSON file each, named as the collection goes by. */
export class CollectionFolder {
  readonly path: string
  /** Names of files that are being made: the first of two gets the name. */
  readonly #creating = new Set<string>()

  constructor(path: string) {
    this.path = path
  }

  pathOf(name: string): string {
    return join(this.path, `${name}.json`)
  }

  /** By name. */
  async list(): Promise<readonly CollectionListing[]> {
    const listings: CollectionListing[] = []
    for (const file of await readdir(this.path).catch(() => [])) {
      const name = file.replace(/\.json$/, '')
      if (name === file || !new RegExp(collectionNamePattern).test(name)) continue
      const found = await stat(join(this.path, file)).catch(() => undefined)
      if (found?.isFile()) listings.push({ name, bytes: found.size, changedAt: found.mtime.toISOString() })
    }
    return listings.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Throws `studio.collection_not_found`. */
  async file(name: string): Promise<CollectionFile> {
    const found = await stat(this.pathOf(name)).catch(() => undefined)
    if (!found?.isFile()) throw new AppError('studio.collection_not_found', `There is no collection "${name}"`)
    return new CollectionFile(this.pathOf(name))
  }

  /** Also of one that was deleted: its versions stay. */
  versionsOf(name: string): CollectionFile {
    return new CollectionFile(this.pathOf(name))
  }

  /** Writes a new file. Throws `studio.collection_exists` and `studio.collection_unreadable`. */
  async create(name: string, text: string): Promise<void> {
    const exists = (): AppError => new AppError('studio.collection_exists', `There is a collection "${name}" already`)
    if (this.#creating.has(name)) throw exists()
    this.#creating.add(name)
    try {
      if (await stat(this.pathOf(name)).catch(() => undefined)) throw exists()
      await new CollectionFile(this.pathOf(name)).write(text, { overwrite: true })
    } finally {
      this.#creating.delete(name)
    }
  }
}
