import { access, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { recoverFile } from '../../../../media/files/recover-file.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { EventBus } from '../../../../platform/events/events.ts'
import type { Logger } from '../../../../platform/logger.ts'
import { repeat } from '../../../../platform/timing/repeat.ts'
import { type FileFacts, freePath, halfOf, pathBeside } from './file-place.ts'
import type { FileRetention } from './file-retention.ts'
import { fileView, type StoredFile } from './studio-file.ts'

interface Tables {
  studio_file: { id: string; created_at: string; file: string }
}

export interface FileBookDependencies {
  // biome-ignore lint/suspicious/noExplicitAny: each part types the tables that are its own
  readonly database: Kysely<any>
  readonly writes: { enqueue(what: string, write: () => Promise<void>): void }
  readonly events: EventBus
  readonly log: Logger
  /** Folder of the images of files. */
  readonly posters: string
  /** JPEG of a file's video; undefined where none can be made. */
  readonly posterOf: (file: { readonly path: string; readonly durationMs: number }) => Promise<Uint8Array | undefined>
  readonly retention: Pick<FileRetention, 'expired'>
}

/** Files that are listed: the oldest ones are taken off, and stay on the disk. */
const maxFiles = 10_000

/** How often it is looked at what has to go. */
const cleanEveryMs = 10_000

/** The files that outputs wrote: the oldest first, kept over restarts. */
export class FileBook {
  readonly #dependencies: FileBookDependencies
  readonly #database: Kysely<Tables>
  readonly #byId = new Map<string, StoredFile>()
  /** Paths of files that are about to be made. */
  readonly #claimed = new Set<string>()
  /** Files that were being written when the host ended. */
  #left: readonly StoredFile[] = []
  readonly #timer: NodeJS.Timeout

  private constructor(dependencies: FileBookDependencies) {
    this.#dependencies = dependencies
    this.#database = dependencies.database as Kysely<Tables>
    this.#timer = repeat(cleanEveryMs, () => void this.clean())
  }

  static async open(dependencies: FileBookDependencies): Promise<FileBook> {
    const book = new FileBook(dependencies)
    for (const { file } of await book.#database.selectFrom('studio_file').selectAll().orderBy('created_at').execute()) {
      const stored = upgraded(JSON.parse(file))
      book.#byId.set(stored.id, stored)
    }
    return book
  }

  /** Reads files again that were being written when the host ended. */
  async recover(): Promise<void> {
    this.#left = [...this.#byId.values()].filter(({ state }) => state === 'writing')
    for (const file of this.#left) {
      const isWholeOrNot = file.kind === 'replay' || file.remuxedFrom !== null
      await (isWholeOrNot ? this.#settle(file) : this.mend(file, 'recovered'))
    }
  }

  /** Files that were being written when the host ended, as they are now. */
  recovered(): readonly StoredFile[] {
    return this.#left.filter(({ id }) => this.#byId.has(id))
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

  /** A path for a new file, which is reserved until `release`: outputs that start together may want the same name. */
  claim(facts: FileFacts): string {
    const path = freePath(facts, this.#claimed)
    this.#claimed.add(path)
    return path
  }

  /** `claim` of a path for a file of another type beside one. */
  claimBeside(path: string, ending: string): string {
    const beside = pathBeside(path, ending, this.#claimed)
    this.#claimed.add(beside)
    return beside
  }

  release(path: string): void {
    this.#claimed.delete(path)
  }

  /** Takes a new file in, or keeps what has changed, and reports it. */
  keep(file: StoredFile): void {
    this.#byId.set(file.id, file)
    if (this.#byId.size > maxFiles) this.#dropOldest()
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

  /** Deletes a file for good. */
  async remove(file: StoredFile): Promise<void> {
    await rm(file.path, { force: true })
    this.forget(file.id)
  }

  /** Path of a file's image. */
  imagePath(id: string): string {
    return join(this.#dependencies.posters, `${id}.jpg`)
  }

  /** A file has its final form: makes its image. */
  whole(file: StoredFile): void {
    this.#illustrate(file).catch((error: unknown) =>
      this.#dependencies.log.warn({ err: error, file: file.id }, 'a file of the studio got no thumbnail'),
    )
  }

  /** Files that were finished while the host stopped have no images yet. */
  async illustrateOld(): Promise<void> {
    for (const file of this.#byId.values()) if (isWhole(file) && !file.poster) await this.#illustrate(file).catch(() => undefined)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Takes a file off the list. */
  forget(id: string): void {
    if (!this.#byId.delete(id)) return
    void rm(this.imagePath(id), { force: true }).catch(() => undefined)
    this.#dependencies.writes.enqueue('delete a file of the studio', async () => {
      await this.#database.deleteFrom('studio_file').where('id', '=', id).execute()
    })
    this.#dependencies.events.publish('studio.file.removed', { id })
  }

  async #illustrate(file: StoredFile): Promise<void> {
    if (!file.tracks.some(({ kind }) => kind === 'video')) return
    const made = await this.#dependencies.posterOf(file)
    if (made === undefined || this.#byId.get(file.id) !== file) return
    await mkdir(this.#dependencies.posters, { recursive: true })
    await writeFile(this.imagePath(file.id), made)
    file.poster = true
    this.keep(file)
  }

  /** Deletes what was in the trash for long enough, and what retention says. */
  async clean(): Promise<void> {
    const { retention, log } = this.#dependencies
    for (const id of await retention.expired(this.list())) {
      const file = this.#byId.get(id)
      if (file === undefined) continue
      if (file.deletedAt === null)
        log.info({ file: id, path: file.path, bytes: file.bytes }, 'a file of the studio was deleted by retention')
      await this.remove(file).catch((error: unknown) =>
        this.#dependencies.log.warn({ err: error, file: file.id }, 'a file of the studio could not be deleted'),
      )
    }
  }

  #dropOldest(): void {
    for (const { id, state } of this.#byId.values()) {
      if (state === 'writing') continue
      this.forget(id)
      return
    }
  }

  /** A replay or remuxed file is there whole, or what of it reached the disk is removed. */
  async #settle(file: StoredFile): Promise<void> {
    await rm(halfOf(file.path), { force: true })
    const whole = await access(file.path).then(
      () => true,
      () => false,
    )
    if (whole && file.remuxedFrom === null) await this.mend(file, 'complete')
    else if (whole) {
      const from = this.#byId.get(file.remuxedFrom ?? '')
      file.state = 'complete'
      file.durationMs = from?.durationMs ?? file.durationMs
      file.bytes = (await stat(file.path)).size
      this.keep(file)
    } else this.forget(file.id)
  }

  /** Registers a file that has no proper ending with what it contains. */
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
    if (found !== undefined) this.whole(file)
  }
}

const isWhole = ({ state }: StoredFile): boolean => state === 'complete' || state === 'recovered'

/** A file as an older version kept it. */
function upgraded(file: Omit<StoredFile, 'title' | 'deletedAt' | 'poster' | 'kept' | 'remuxedFrom'> & Partial<StoredFile>): StoredFile {
  return { title: file.outputName, deletedAt: null, poster: false, kept: false, remuxedFrom: null, ...file }
}
