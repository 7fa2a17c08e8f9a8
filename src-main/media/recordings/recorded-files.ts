import { existsSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Chapter } from '../../formats/media-file-writer.ts'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { recoverFile } from '../files/recover-file.ts'
import type { RecordedFile } from './recorded-file.ts'

export interface RecordedFilesDependencies<File extends RecordedFile> {
  /** The folder of recordings. */
  readonly folder: string
  /** Those that are kept, the oldest first. */
  readonly known: readonly File[]
  readonly log: Logger
  /** A file is new, or something of it has changed: it is to be stored and reported. */
  readonly onKept: (file: File) => void
  readonly onRemoved: (file: File) => void
  /** Paths of what was made beside a file, and is deleted with it. */
  readonly besides: (file: File) => readonly string[]
  /** Chapters of a file whose writer died, where it has some. */
  readonly chaptersOf?: (file: File) => Promise<readonly Chapter[]>
  /** A file has got its final form. */
  readonly onWhole: (file: File) => void
}

/** Every recording that there is, by file. */
export class RecordedFiles<File extends RecordedFile> {
  readonly #dependencies: RecordedFilesDependencies<File>
  readonly #byId = new Map<string, File>()

  constructor(dependencies: RecordedFilesDependencies<File>) {
    this.#dependencies = dependencies
    for (const file of dependencies.known) this.#byId.set(file.id, file)
  }

  /** Oldest first; those in the trash too. */
  list(): readonly File[] {
    return [...this.#byId.values()]
  }

  /** Throws `recording.not_found`. */
  get(id: string): File {
    const file = this.#byId.get(id)
    if (file === undefined) throw new AppError('recording.not_found')
    return file
  }

  path({ path }: Pick<File, 'path'>): string {
    return join(this.#dependencies.folder, path)
  }

  /** A name without ending that no file has in that folder below the one of recordings: the name itself, or one with a number. */
  freeName(folder: string, name: string, ending: string): string {
    const taken = (candidate: string): boolean => existsSync(join(this.#dependencies.folder, folder, `${candidate}.${ending}`))
    let candidate = name
    for (let next = 2; taken(candidate); next++) candidate = `${name}-${next}`
    return candidate
  }

  /** Takes a new recording in, or keeps what has changed, and reports it. */
  keep(file: File): void {
    this.#byId.set(file.id, file)
    this.#dependencies.onKept(file)
  }

  /** Deletes the file for good. Never a running one. */
  async remove(file: File): Promise<void> {
    const { besides, onRemoved } = this.#dependencies
    for (const path of [this.path(file), ...besides(file)]) await rm(path, { force: true })
    this.#byId.delete(file.id)
    onRemoved(file)
  }

  /** Reads files again whose recording was cut off when the host ended; answers them. */
  async recover(): Promise<readonly File[]> {
    const cut = this.list().filter(({ state }) => state === 'recording')
    for (const file of cut) await this.mend(file, 'recovered')
    return cut
  }

  /** Records a file without a proper end with the length that it really has. */
  async mend(file: File, state: 'recovered' | 'complete'): Promise<void> {
    const { log, onWhole, chaptersOf } = this.#dependencies
    const path = this.path(file)
    const found = await recoverFile(path, file.container, await chaptersOf?.(file)).catch((error: NodeJS.ErrnoException) => {
      log.warn({ err: error, recording: file.id }, 'a recording could not be read')
      return undefined
    })
    file.state = found === undefined ? 'failed' : state
    file.durationMs = found === undefined ? 0 : Math.round(found.durationMs)
    file.bytes = found?.bytes ?? (await stat(path).catch(() => undefined))?.size ?? 0
    if (found === undefined) file.error ??= { code: 'recording.file_missing', message: 'Nothing of it reached the disk' }
    this.keep(file)
    if (found !== undefined) onWhole(file)
  }
}
