import { rename, rm, statfs } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Remuxed, RemuxOrder } from '../../../../media/files/remux/messages.ts'
import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { Logger } from '../../../../platform/logger.ts'
import { randomText } from '../../../../platform/random-id.ts'
import type { FilePolicy } from '../../../../platform/user-files/file-policy.ts'
import type { FileBook } from './file-book.ts'
import { halfOf, judgeFolder } from './file-place.ts'
import type { StoredFile } from './studio-file.ts'

export interface RemuxFilesDependencies {
  readonly files: FileBook
  readonly remuxer: {
    readonly size: number
    remux(order: RemuxOrder, onProgress: (done: Remuxed) => void): Promise<Remuxed>
    cancel(id: string): void
  }
  readonly policy: () => FilePolicy
  readonly audit: AuditLog
  readonly log: Logger
}

/** Files that may wait or be remuxed at a time. */
const maxRunning = 8
/** What is left free on the disk, bytes: recordings go on. */
const keptFreeBytes = 500_000_000

/** Makes plain MP4 files of recordings, beside them. A new file is there whole or not at all. */
export class RemuxFiles {
  readonly #dependencies: RemuxFilesDependencies
  /** Files that are made, by their ids. */
  readonly #running = new Map<string, { readonly ended: Promise<void>; cancelled: boolean }>()
  /** Ids of recordings whose remux is about to start. */
  readonly #starting = new Set<string>()

  constructor(dependencies: RemuxFilesDependencies) {
    this.#dependencies = dependencies
  }

  /**
   * Starts, and answers with the new file as it is listed from then on. Throws `studio.file_running`, `studio.file_missing`,
   * `studio.busy`, `recording.disk_full` and `path.forbidden`.
   * @param limited an editor asks: the folder must be open to editors
   */
  async start(id: string, actor: string, limited: boolean): Promise<StoredFile> {
    const { files, remuxer } = this.#dependencies
    const of = files.get(id)
    if (of.state === 'writing') throw new AppError('studio.file_running')
    if (of.state === 'failed' || of.deletedAt !== null) throw new AppError('studio.file_missing')
    if (this.#starting.has(id) || files.list().some((each) => each.remuxedFrom === id && each.state === 'writing')) {
      throw new AppError('request.conflict', `${basename(of.path)} is being remuxed already`)
    }
    if (remuxer.size + this.#starting.size >= maxRunning) throw new AppError('studio.busy', `${maxRunning} files are being remuxed already`)
    this.#starting.add(id)
    try {
      await this.#judge(of, limited)
      return this.#start(of, actor)
    } finally {
      this.#starting.delete(id)
    }
  }

  /**
   * Ends the making of a file, and removes what was written. Throws `studio.file_not_found`, and `request.conflict` where the file is not
   * being remuxed, or was finished meanwhile.
   */
  async cancel(id: string, actor: string): Promise<void> {
    const { files, remuxer, audit } = this.#dependencies
    const { path } = files.get(id)
    const run = this.#running.get(id)
    if (run === undefined) throw new AppError('request.conflict', `${basename(path)} is not being remuxed`)
    run.cancelled = true
    remuxer.cancel(id)
    await run.ended
    if (files.list().some((each) => each.id === id)) throw new AppError('request.conflict', `${basename(path)} was finished meanwhile`)
    audit.record({ kind: 'command', message: `the remux to ${basename(path)} was cancelled`, actor, data: { path } })
  }

  async #judge(of: StoredFile, limited: boolean): Promise<void> {
    const { policy } = this.#dependencies
    const folder = await judgeFolder(dirname(of.path), policy(), limited)
    const disk = await statfs(folder).catch((cause: unknown) => {
      throw new AppError('studio.file_missing', undefined, { cause })
    })
    if (disk.bavail * disk.bsize < of.bytes + keptFreeBytes) throw new AppError('recording.disk_full')
  }

  #start(of: StoredFile, actor: string): StoredFile {
    const { files, audit } = this.#dependencies
    const made: StoredFile = {
      ...of,
      id: randomText(12),
      path: files.claimBeside(of.path, 'mp4'),
      container: 'mp4',
      state: 'writing',
      error: null,
      durationMs: 0,
      bytes: 0,
      poster: false,
      kept: false,
      remuxedFrom: of.id,
    }
    files.keep(made)
    audit.record({
      kind: 'command',
      message: `${basename(of.path)} is remuxed to ${basename(made.path)}`,
      actor,
      data: { path: made.path },
    })
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    this.#running.set(made.id, { ended, cancelled: false })
    void this.#run(of.path, made).finally(() => {
      this.#running.delete(made.id)
      resolve()
    })
    return made
  }

  async #run(from: string, made: StoredFile): Promise<void> {
    const { files, remuxer, log } = this.#dependencies
    const half = halfOf(made.path)
    const changed = (done: Remuxed): void => {
      made.bytes = done.bytes
      made.durationMs = done.durationMs
      files.keep(made)
    }
    try {
      const done = await remuxer.remux({ id: made.id, from, to: half, chapters: made.chapters }, changed)
      await rename(half, made.path)
      made.state = 'complete'
      changed(done)
      files.whole(made)
    } catch (error) {
      await rm(half, { force: true }).catch(() => undefined)
      if (this.#running.get(made.id)?.cancelled) {
        files.forget(made.id)
        return
      }
      log.warn({ err: error, file: made.id }, 'a file could not be remuxed')
      made.state = 'failed'
      made.error = { code: 'studio.remux_failed', message: (error as Error).message }
      files.keep(made)
    } finally {
      files.release(made.path)
    }
  }
}
