import { rm, stat } from 'node:fs/promises'
import type { Kysely } from 'kysely'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { recoverFile } from '../../../platform/media-files/recover-file.ts'
import { fileView, type StoredFile } from './studio-file.ts'

interface Tables {
  studio_file: { id: string; created_at: string; file: string }
}

export interface FileBookNeeds {
  // biome-ignore lint/suspicious/noExplicitAny: each wing types the tables that are its own
  readonly database: Kysely<any>
  readonly writes: { enqueue(what: string, write: () => Promise<void>): void }
  readonly events: EventBus
  readonly log: Logger
}

/** Every file that outputs wrote: the oldest first, kept over restarts. */
export class FileBook {
  readonly #needs: FileBookNeeds
  readonly #database: Kysely<Tables>
  readonly #byId = new Map<string, StoredFile>()

  private constructor(needs: FileBookNeeds) {
    this.#needs = needs
    this.#database = needs.database as Kysely<Tables>
  }

  static async open(needs: FileBookNeeds): Promise<FileBook> {
    const book = new FileBook(needs)
    for (const { file } of await book.#database.selectFrom('studio_file').selectAll().orderBy('created_at').execute()) {
      const stored = JSON.parse(file) as StoredFile
      book.#byId.set(stored.id, stored)
    }
    return book
  }

  /** Reads files anew that were being written when the host ended. */
  async recover(): Promise<void> {
    for (const file of this.#byId.values()) if (file.state === 'writing') await this.mend(file, 'recovered')
  }

  list(): readonly StoredFile[] {
    return [...this.#byId.values()]
  }

  /** Throws `studio.file_not_found`. */
  get(id: string): StoredFile {
    const file = this.#byId.get(id)
    if (file === undefined) throw new AppError('studio.file_not_found')
    return file
  }

  /** Takes a new file in, or keeps what has changed, and tells of it. */
  keep(file: StoredFile): void {
    this.#byId.set(file.id, file)
    const row = { id: file.id, created_at: file.startedAt, file: JSON.stringify(file) }
    this.#needs.writes.enqueue('keep a file of the studio', async () => {
      await this.#database
        .insertInto('studio_file')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ file: row.file }))
        .execute()
    })
    this.#needs.events.publish('studio.file.updated', fileView(file))
  }

  /** Takes a file off the list, and off the disk where `erase` says so. Throws `studio.file_running`. */
  async remove(id: string, erase: boolean): Promise<StoredFile> {
    const file = this.get(id)
    if (file.state === 'writing') throw new AppError('studio.file_running')
    if (erase) await rm(file.path, { force: true })
    this.#byId.delete(id)
    this.#needs.writes.enqueue('forget a file of the studio', async () => {
      await this.#database.deleteFrom('studio_file').where('id', '=', id).execute()
    })
    this.#needs.events.publish('studio.file.removed', { id })
    return file
  }

  /** Sets a file that has no proper ending down as what it holds. */
  async mend(file: StoredFile, state: 'recovered' | 'complete'): Promise<void> {
    const found = await recoverFile(file.path, file.container).catch((error: unknown) => {
      this.#needs.log.warn({ err: error, file: file.id }, 'a file of the studio could not be read')
      return undefined
    })
    file.state = found === undefined ? 'failed' : state
    file.durationMs = Math.round(found?.durationMs ?? 0)
    file.bytes = found?.bytes ?? (await stat(file.path).catch(() => undefined))?.size ?? 0
    if (found === undefined) file.error ??= { code: 'recording.file_missing', message: 'Nothing of it reached the disk' }
    this.keep(file)
  }
}
