import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchivedSegment, RenditionArchive, StoredMedia } from '../segment-archive.ts'

/** Segments in one file: about a minute, so that little outlives the window and few files are open or listed. */
const segmentsPerFile = 32

/** What the files of a rendition need of the store that they belong to. */
export interface AppendDependencies {
  /** True where nothing may be written now. */
  readonly refused: (bytes: number) => boolean
  /** Bytes that wait to be written: more (+) or done (-). */
  readonly onPending: (bytes: number) => void
  /** Bytes on disk: more (+) or deleted (-). */
  readonly onDisk: (bytes: number) => void
  /** Frees space after a write that failed. True if another attempt is worth it. */
  readonly makeRoom: (error: unknown) => Promise<boolean>
}

interface AppendFile {
  readonly path: string
  handle: FileHandle | undefined
  bytes: number
  stored: number
  released: number
  full: boolean
}

/** One rendition's media on disk: segments are appended to files, and a file is deleted when none of its segments is listed any more. */
export class AppendFiles implements RenditionArchive {
  readonly #folder: string
  readonly #dependencies: AppendDependencies
  readonly #files = new Map<string, AppendFile>()
  #current: AppendFile | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(folder: string, dependencies: AppendDependencies) {
    this.#folder = folder
    this.#dependencies = dependencies
  }

  store(segment: ArchivedSegment): Promise<StoredMedia | undefined> {
    if (this.#closed || this.#dependencies.refused(segment.byteLength)) return Promise.resolve(undefined)
    this.#dependencies.onPending(segment.byteLength)
    const done = this.#queue.then(() => this.#write(segment)).finally(() => this.#dependencies.onPending(-segment.byteLength))
    this.#queue = done.catch(() => undefined)
    return done
  }

  release(stored: StoredMedia): void {
    const file = this.#files.get(stored.path)
    if (file === undefined) return
    file.released++
    if (file.full && file.released >= file.stored) this.#delete(file)
  }

  close(): void {
    this.#closed = true
    this.#queue = this.#queue.then(async () => {
      for (const file of [...this.#files.values()]) await this.#delete(file)
      await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined)
    })
  }

  async #write(segment: ArchivedSegment): Promise<StoredMedia | undefined> {
    for (let attempt = 0; attempt < 2 && !this.#closed; attempt++) {
      try {
        return await this.#append(segment)
      } catch (error) {
        // the bytes that a failed write left after the last whole segment are garbage: continue in a new file
        if (this.#current !== undefined) this.#finish(this.#current)
        if (attempt > 0 || !(await this.#dependencies.makeRoom(error))) return undefined
      }
    }
    return undefined
  }

  async #append(segment: ArchivedSegment): Promise<StoredMedia> {
    const file = this.#current ?? (await this.#begin(segment.sequence))
    const handle = file.handle as FileHandle
    const offset = file.bytes
    let at = offset
    for (const { data } of segment.parts) {
      for (let written = 0; written < data.length; ) {
        const { bytesWritten } = await handle.write(data, written, data.length - written, at)
        written += bytesWritten
        at += bytesWritten
      }
    }
    file.bytes = at
    file.stored++
    this.#dependencies.onDisk(at - offset)
    if (file.stored >= segmentsPerFile) this.#finish(file)
    return { path: file.path, offset }
  }

  async #begin(sequence: number): Promise<AppendFile> {
    await mkdir(this.#folder, { recursive: true })
    const path = join(this.#folder, `${sequence}.m4s`)
    const file: AppendFile = { path, handle: await open(path, 'w'), bytes: 0, stored: 0, released: 0, full: false }
    this.#files.set(path, file)
    this.#current = file
    return file
  }

  /** Stops writing into a file. */
  #finish(file: AppendFile): void {
    file.full = true
    this.#current = undefined
    void file.handle?.close().catch(() => undefined)
    file.handle = undefined
    if (file.released >= file.stored) this.#delete(file)
  }

  async #delete(file: AppendFile): Promise<void> {
    if (!this.#files.delete(file.path)) return
    if (this.#current === file) this.#current = undefined
    await file.handle?.close().catch(() => undefined)
    file.handle = undefined
    this.#dependencies.onDisk(-file.bytes)
    await rm(file.path, { force: true }).catch(() => undefined)
  }
}
