import { readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import { randomText } from '../../platform/random-id.ts'
import { IncomingFile } from '../../platform/user-files/incoming-file.ts'
import { namesOf, uploadPrefix } from './file-names.ts'
import type { SharedFolder } from './shared-folder.ts'

/** An upload of which nothing comes for this long is given up, ms. */
const usualIdleMs = 15 * 60_000
/** One that is complete is known for this long: a client that lost the last answer asks again, ms. */
const keptMs = 60_000
const maxRunning = 24
const maxRunningOfOne = 6
/** What is left free on the disk, bytes. */
const keptFreeBytes = 500_000_000

const codes = {
  busy: 'desktop.upload_busy',
  offset: 'desktop.upload_offset',
  tooLarge: 'desktop.upload_too_large',
  interrupted: 'desktop.upload_interrupted',
  diskFull: 'desktop.disk_full',
  notFound: 'desktop.upload_not_found',
} as const

export interface DisplayUpload {
  readonly id: string
  readonly display: string
  /** As it was asked for. */
  readonly path: string
  readonly bytes: number
  readonly received: number
  /** Where the file is, below the shared folder, and its real path; undefined until it is there whole. */
  readonly placed: { readonly path: string; readonly realPath: string } | undefined
}

interface Running extends DisplayUpload {
  readonly actor: string
  readonly folder: SharedFolder
  readonly incoming: IncomingFile
  placed: { readonly path: string; readonly realPath: string } | undefined
  timer: NodeJS.Timeout | undefined
}

/** What one person may send, bytes. */
export interface UploadLimits {
  /** Of a file. */
  readonly fileBytes: number
  /** In all, until the host ends. Small files count `minCounted` each. */
  readonly allBytes: number
}

/** As what an upload counts at least, so that files without bytes have an end, too. */
const minCounted = 64 * 1024

export interface UploadOrder {
  readonly display: string
  readonly folder: SharedFolder
  readonly path: string
  readonly bytes: number
  readonly actor: string
  readonly limits?: UploadLimits
}

/** Files that viewers send to displays: each is in the shared folder whole, or not at all. */
export class DisplayUploads {
  readonly #running = new Map<string, Running>()
  /** Folders where what a host before this one left half is gone. */
  readonly #clean = new Set<string>()
  /** Bytes that people with limits have started to send. */
  readonly #sent = new Map<string, number>()
  readonly #idleMs: number

  constructor(idleMs = usualIdleMs) {
    this.#idleMs = idleMs
  }

  /** Reserves space for a file; one without bytes is there at once. Throws `desktop.*`. */
  async begin({ display, folder, path, bytes, actor, limits }: UploadOrder): Promise<DisplayUpload> {
    namesOf(path.normalize('NFC'))
    const running = this.#unfinished()
    if (running.length >= maxRunning || running.filter((each) => each.actor === actor).length >= maxRunningOfOne) {
      throw new AppError('desktop.upload_busy')
    }
    if (limits !== undefined) this.#count(actor, bytes, limits)
    // In the table before anything is waited for, so that uploads that start together count each other.
    const id = randomText(20)
    const incoming = new IncomingFile({ path: join(folder.path, `${uploadPrefix}${id}`), bytes, codes })
    const upload: Running = {
      id,
      display,
      path,
      bytes,
      actor,
      folder,
      incoming,
      get received() {
        return incoming.received
      },
      placed: undefined,
      timer: undefined,
    }
    this.#running.set(id, upload)
    try {
      await this.#removeLeftBehind(folder.path)
      const left = this.#unfinished()
        .filter((each) => each.folder.path === folder.path)
        .reduce((sum, each) => sum + each.bytes - each.received, 0)
      const disk = await statfs(folder.path).catch(() => undefined)
      if (disk !== undefined && disk.bavail * disk.bsize < left + keptFreeBytes) throw new AppError('desktop.disk_full')
      await incoming.create()
      if (bytes === 0) await this.#place(upload)
    } catch (error) {
      await this.#drop(upload)
      throw error
    }
    this.#waitForMore(upload)
    return upload
  }

  /** Throws `desktop.upload_not_found`, also for one of another display. */
  get(display: string, id: string): DisplayUpload {
    return this.#find(display, id)
  }

  /** Writes a piece that starts at `offset`, as it comes in. With the last byte the file is in the shared folder. Throws `desktop.*`. */
  async append(display: string, id: string, offset: number, piece: AsyncIterable<Uint8Array>): Promise<DisplayUpload> {
    const upload = this.#find(display, id)
    if (upload.placed !== undefined) return upload
    clearTimeout(upload.timer)
    try {
      await upload.incoming.append(offset, piece, () => this.#place(upload))
      return upload
    } finally {
      if (upload.incoming.cancelled && !upload.incoming.busy) await this.#drop(upload)
      else this.#waitForMore(upload)
    }
  }

  /** Nothing of it stays, besides a file that is complete. */
  async cancel(display: string, id: string): Promise<void> {
    const upload = this.#find(display, id)
    upload.incoming.cancel()
    if (!upload.incoming.busy) await this.#drop(upload)
  }

  /** The host ends. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((upload) => this.#drop(upload)))
  }

  /** Throws `desktop.upload_limit`. */
  #count(actor: string, bytes: number, { fileBytes, allBytes }: UploadLimits): void {
    const sent = (this.#sent.get(actor) ?? 0) + Math.max(bytes, minCounted)
    if (bytes > fileBytes || sent > allBytes) {
      throw new AppError('desktop.upload_limit', `You may send ${fileBytes} bytes in a file, and ${allBytes} in all`, {
        details: { fileBytes, allBytes },
      })
    }
    this.#sent.set(actor, sent)
  }

  async #place(upload: Running): Promise<void> {
    const path = await upload.folder.place(upload.incoming.path, upload.path)
    upload.placed = { path, realPath: join(upload.folder.path, path) }
  }

  #unfinished(): Running[] {
    return [...this.#running.values()].filter(({ placed }) => placed === undefined)
  }

  async #removeLeftBehind(folder: string): Promise<void> {
    if (this.#clean.has(folder)) return
    this.#clean.add(folder)
    for (const name of await readdir(folder)) {
      // Others may have been started since this one was.
      const isOurs = this.#running.has(name.slice(uploadPrefix.length))
      if (name.startsWith(uploadPrefix) && !isOurs) await rm(join(folder, name), { force: true })
    }
  }

  #find(display: string, id: string): Running {
    const upload = this.#running.get(id)
    if (upload === undefined || upload.display !== display) {
      throw new AppError('desktop.upload_not_found', 'There is no such upload: start it again')
    }
    return upload
  }

  #waitForMore(upload: Running): void {
    clearTimeout(upload.timer)
    upload.timer = setTimeout(() => void this.#drop(upload), upload.placed === undefined ? this.#idleMs : keptMs)
    upload.timer.unref()
  }

  async #drop(upload: Running): Promise<void> {
    clearTimeout(upload.timer)
    this.#running.delete(upload.id)
    upload.incoming.cancel()
    await rm(upload.incoming.path, { force: true })
  }
}
