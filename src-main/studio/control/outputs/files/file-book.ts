import { access, rm, stat } from 'node:fs/promises'
import type { Kysely } from 'kysely'
import { recoverFile } from '../../../../media/files/recover-file.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { EventBus } from '../../../../platform/events.ts'
import type { Logger } from '../../../../platform/logger.ts'
import { type FileFacts, freePath, halfOf } from './file-place.ts'
import { fileView, type StoredFile } from './studio-file.ts'

interface Tables {
  studio_file: { id: string; created_at: string; file: string }
}

export interface FileBookDependencies {
  // biome-ignore lint/suspicious/noExplicitAny: each wing types the tables that are its own
  readonly database: Kysely<any>
  readonly writes: { enqueue(what: string, write: () => Promise<void>): void }
  readonly events: EventBus
  readonly log: Logger
}

/** Files that are listed: the oldest ones are taken off, and stay on the disk. */
const maxFiles = 10_000

/** The files that outputs wrote: the oldest first, kept over restarts. */
export class FileBook {
  readonly #dependencies: FileBookDependencies
  readonly #database: Kysely<Tables>
  readonly #byId = new Map<string, StoredFile>()
  /** Paths of files that are about to be made. */
  readonly #claimed = new Set<string>()

  private constructor(dependencies: FileBookDependencies) {
    this.#dependencies = dependencies
    this.#database = dependencies.database as Kysely<Tables>
  }

  static async open(dependencies: FileBookDependencies): Promise<FileBook> {
    const book = new FileBook(dependencies)
    for (const { file } of await book.#database.selectFrom('studio_file').selectAll().orderBy('created_at').execute()) {
      const stored = JSON.parse(file) as StoredFile
      book.#byId.set(stored.id, stored)
    }
    return book
  }

  /** Reads files again that were being written when the host ended. */
  async recover(): Promise<void> {
    const left = [...this.#byId.values()].filter(({ state }) => state === 'writing')
    for (const file of left) await (file.kind === 'replay' ? this.#settle(file) : this.mend(file, 'recovered'))
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

  /** What a recording has from its start on, the earliest first. */
  ofSession(session: string, kind: StoredFile['kind']): readonly StoredFile[] {
    return [...this.#byId.values()].filter((file) => file.session === session && file.kind === kind)
  }

  /** A path for a new file, which is nobody else's until `release`: outputs that start together may want the same name. */
  claim(facts: FileFacts): string {
    const path = freePath(facts, this.#claimed)
    this.#claimed.add(path)
    return path
  }

  release(path: string): void {
    this.#claimed.delete(path)
  }

  /** Takes a new file in, or keeps what has changed, and reports it. */
  keep(file: StoredFile): void {
    this.#byId.set(file.id, file)
    if (this.#byId.size > maxFiles) this.#forgetOldest()
    const row = { id: file.id, created_at: file.startedAt, file: JSON.stringify(file) }
    this.#dependencies.writes.enqueue('keep a file of the studio', async () => {
      await this.#database
        .insertInto('studio_file')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ file: row.file }))
        .execute()
    })
    this.#dependencies.events.publish('studio.file.updated', fileView(file))
  }

  /** Takes a file off the list, and off the disk where `erase` says so. Throws `studio.file_running`. */
  async remove(id: string, erase: boolean): Promise<StoredFile> {
    const file = this.get(id)
    if (file.state === 'writing') throw new AppError('studio.file_running')
    if (erase) await rm(file.path, { force: true })
    this.forget(id)
    return file
  }

  /** Takes a file off the list. */
  forget(id: string): void {
    if (!this.#byId.delete(id)) return
    this.#dependencies.writes.enqueue('delete a file of the studio', async () => {
      await this.#database.deleteFrom('studio_file').where('id', '=', id).execute()
    })
    this.#dependencies.events.publish('studio.file.removed', { id })
  }

  #forgetOldest(): void {
    for (const { id, state } of this.#byId.values()) {
      if (state === 'writing') continue
      this.forget(id)
      return
    }
  }

  /** A replay is there whole, or what of it reached the disk is removed. */
  async #settle(file: StoredFile): Promise<void> {
    await rm(halfOf(file.path), { force: true })
    const whole = await access(file.path).then(
      () => true,
      () => false,
    )
    if (whole) await this.mend(file, 'complete')
    else this.forget(file.id)
  }

  /** Sets a file that has no proper ending down as what it holds. */
  async mend(file: StoredFile, state: 'recovered' | 'complete'): Promise<void> {
    const found = await recoverFile(file.path, file.container, file.chapters).catch((error: unknown) => {
      this.#dependencies.log.warn({ err: error, file: file.id }, 'a file of the studio could not be read')
      return undefined
    })
    file.state = found === undefined ? 'failed' : state
    file.durationMs = Math.round(found?.durationMs ?? 0)
    file.bytes = found?.bytes ?? (await stat(file.path).catch(() => undefined))?.size ?? 0
    if (found === undefined) file.error ??= { code: 'recording.file_missing', message: 'Nothing of it reached the disk' }
    this.keep(file)
  }
}
