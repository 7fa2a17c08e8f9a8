import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { mediaSignature, signatureBytes } from '../../../formats/media-signature.ts'
import { AppError } from '../../../platform/errors.ts'
import { randomText } from '../../../platform/random-id.ts'
import { IncomingFile } from '../../../platform/user-files/incoming-file.ts'
import { ImportedNames } from './imported-names.ts'
import { cleanName, uniqueName } from './upload-name.ts'
import { type FolderFile, signatureOf, UploadsFolder } from './uploads-folder.ts'

export interface UploadLimits {
  /** Of one file. */
  readonly maxBytes: number
  /** Of all files together, with those on their way. */
  readonly quotaBytes: number
  /** Files at most: each is looked at when files are listed. */
  readonly maxFiles: number
}

export interface UploadsDependencies {
  /** Where uploaded files are: sources may read them. */
  readonly folder: string
  /** Where files are while they are on their way: nobody may read them. On the same disk. */
  readonly incoming: string
  readonly limits: UploadLimits
  /** A stored collection names the file. */
  readonly isUsed: (path: string) => Promise<boolean>
  /** A file is here. */
  readonly onFile: (file: FolderFile) => void
  /** A file is gone. */
  readonly onRemoved: (file: FolderFile) => void
}

/** Files that come with a document. */
export interface UploadImport {
  /** Takes a file in that this host has already, as if it had been sent. Throws `studio.upload_*`. */
  add(name: string, bytes: number, body: AsyncIterable<Uint8Array>): Promise<FolderFile>
  /** The document is written: what was added stays. */
  keep(): void
  /** Without `keep` before it, takes away what was added, unless somebody else has sent the same meanwhile. */
  end(): Promise<void>
}

/** A file on its way. */
export interface RunningUpload {
  readonly id: string
  readonly name: string
  readonly bytes: number
  readonly received: number
  readonly file: FolderFile | undefined
}

interface Running {
  readonly id: string
  readonly name: string
  readonly bytes: number
  readonly actor: string
  readonly incoming: IncomingFile
  /** A collection with its media: it is imported from where it comes in, and is in no folder. */
  readonly bundle: boolean
  readonly received: number
  file: FolderFile | undefined
  timer: NodeJS.Timeout | undefined
}

const codes = {
  busy: 'studio.upload_busy',
  offset: 'studio.upload_offset',
  tooLarge: 'studio.upload_too_large',
  interrupted: 'studio.upload_interrupted',
  diskFull: 'studio.upload_disk_full',
  notFound: 'studio.upload_not_found',
} as const

/** An upload of which nothing comes for this long is given up, ms. */
const maxIdleMs = 15 * 60_000
/** One that is complete is known for this long: a client that lost the last answer asks again, ms. */
const keptMs = 60_000
const maxRunning = 16
/** Whom uploads of an import belong to; ids of people have no space. */
const importActor = 'import '
const maxRunningOfOne = 6
/** What is left free on the disk, bytes: recordings go on. */
const keptFreeBytes = 500_000_000

/**
 * Takes files in, piece by piece: a client that loses its connection goes on from the last byte that is here. A file is in the folder
 * whole or not at all.
 */
export class Uploads {
  readonly folder: UploadsFolder
  readonly limits: UploadLimits
  readonly #incoming: string
  readonly #onFile: UploadsDependencies['onFile']
  readonly #onRemoved: UploadsDependencies['onRemoved']
  readonly #running = new Map<string, Running>()
  /** Names that files on their way to the folder have taken. */
  readonly #claimed = new Set<string>()
  /** Files that an import has brought and nobody else has sent: they go with it if it fails. */
  readonly #imported: ImportedNames

  private constructor({ folder, incoming, limits, onFile, onRemoved }: UploadsDependencies) {
    this.folder = new UploadsFolder(folder)
    this.limits = limits
    this.#incoming = incoming
    this.#imported = new ImportedNames(incoming)
    this.#onFile = onFile
    this.#onRemoved = onRemoved
  }

  /** Removes what a host that ended left half. */
  static async open(dependencies: UploadsDependencies): Promise<Uploads> {
    const leftBehind = ImportedNames.read(dependencies.incoming)
    for (const folder of [dependencies.folder, dependencies.incoming]) await mkdir(folder, { recursive: true, mode: 0o700 })
    const uploads = new Uploads(dependencies)
    for (const name of leftBehind) await uploads.#removeLeftBehind(name, dependencies.isUsed)
    // Last: a host that is killed meanwhile finds the names again.
    await rm(dependencies.incoming, { recursive: true, force: true })
    await mkdir(dependencies.incoming, { mode: 0o700 })
    return uploads
  }

  /** Bytes of all files, and of what those on their way will have. */
  async usedBytes(): Promise<number> {
    return (await this.#all()).reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** All files, and those on their way. */
  async #all(): Promise<readonly { readonly bytes: number }[]> {
    const files = await this.folder.list()
    return [...files, ...[...this.#running.values()].filter(({ file }) => file === undefined)]
  }

  /** Reserves space for a file. Throws `studio.upload_*`. */
  async begin(name: string, bytes: number, actor: string, bundle = false): Promise<RunningUpload> {
    const { maxBytes, quotaBytes, maxFiles } = this.limits
    if (bytes > maxBytes) throw new AppError('studio.upload_too_large', `${name} has ${inMb(bytes)}; one file may have ${inMb(maxBytes)}`)
    const running = [...this.#running.values()].filter(({ file }) => file === undefined)
    if (running.length >= maxRunning || running.filter((each) => each.actor === actor).length >= maxRunningOfOne) {
      throw new AppError('studio.upload_busy')
    }
    // In the table before anything is waited for, so that uploads that start together count each other.
    const id = randomText(20)
    // A film of gigabytes that nobody can play is rejected with its first kilobytes.
    const judge = bundle ? undefined : { bytes: signatureBytes, look: (handle: FileHandle) => judgeType(name, handle) }
    const incoming = new IncomingFile({ path: join(this.#incoming, id), bytes, codes, ...(judge && { judge }) })
    const upload: Running = {
      id,
      name,
      bytes,
      actor,
      incoming,
      bundle,
      get received() {
        return incoming.received
      },
      file: undefined,
      timer: undefined,
    }
    this.#running.set(id, upload)
    try {
      const all = await this.#all()
      if (all.length > maxFiles) throw new AppError('studio.upload_quota', `There are ${maxFiles} uploaded files, the maximum`)
      const used = all.reduce((sum, each) => sum + each.bytes, 0)
      if (used > quotaBytes) {
        const left = Math.max(0, quotaBytes - (used - bytes))
        throw new AppError('studio.upload_quota', `${name} has ${inMb(bytes)}; ${inMb(left)} of ${inMb(quotaBytes)} are left`)
      }
      const disk = await statfs(this.#incoming).catch(() => undefined)
      if (disk !== undefined && disk.bavail * disk.bsize < bytes + keptFreeBytes) throw new AppError('studio.upload_disk_full')
      await incoming.create()
    } catch (error) {
      this.#running.delete(id)
      throw error
    }
    this.#waitForMore(upload)
    return upload
  }

  /** Throws `studio.upload_not_found`. */
  get(id: string): RunningUpload {
    return this.#find(id)
  }

  /**
   * Writes a piece that starts at `offset`, as it comes in. What came before a connection broke stays. With the last byte the file is
   * judged and put into the folder. Throws `studio.upload_*`.
   */
  async append(id: string, offset: number, piece: AsyncIterable<Uint8Array>): Promise<RunningUpload> {
    const upload = this.#find(id)
    if (upload.file !== undefined) return upload
    clearTimeout(upload.timer)
    try {
      await upload.incoming.append(offset, piece, async () => {
        if (!upload.bundle) await this.#finish(upload)
      })
      return upload
    } finally {
      if (upload.incoming.cancelled && !upload.incoming.busy) await this.#drop(upload)
      else this.#waitForMore(upload)
    }
  }

  /** Where the bytes of a bundle are that came in whole. Throws `studio.upload_not_found`. */
  bundleOf(id: string): string {
    const { bundle, received, bytes, incoming } = this.#find(id)
    if (!bundle || received < bytes) throw new AppError('studio.upload_not_found', 'There is no upload of a whole bundle under this id')
    return incoming.path
  }

  /** Starts to take files in that come with a document: all are kept, or none. */
  startImport(): UploadImport {
    const id = `${importActor}${randomText(8)}`
    let kept = false
    return {
      add: (name, bytes, body) => this.#adopt(id, name, bytes, body),
      keep: () => {
        kept = true
      },
      end: async () => {
        for (const name of this.#imported.of(id)) {
          const file = kept ? undefined : await this.folder.get(name).catch(() => undefined)
          // Somebody else may have sent the same meanwhile.
          if (file !== undefined && this.#imported.has(name, id)) await this.remove(file)
          this.#imported.delete(name, id)
        }
      },
    }
  }

  /** Deletes a file for good. */
  async remove(file: FolderFile): Promise<void> {
    await this.folder.remove(file)
    this.#onRemoved(file)
  }

  /** An import that the end of the host interrupted brought it: nothing names it, unless the collection was written just before. */
  async #removeLeftBehind(name: string, isUsed: UploadsDependencies['isUsed']): Promise<void> {
    const file = await this.folder.get(name).catch(() => undefined)
    if (file !== undefined && !(await isUsed(file.path))) await this.folder.remove(file)
  }

  async #adopt(by: string, name: string, bytes: number, body: AsyncIterable<Uint8Array>): Promise<FolderFile> {
    const { id } = await this.begin(name, bytes, by)
    const upload = this.#find(id)
    try {
      const { file } = await this.append(id, 0, body)
      // A file with fewer bytes than its entry says never comes to its end.
      if (file === undefined) throw unknownType(name)
      return file
    } finally {
      await this.#drop(upload)
    }
  }

  /** Ends an upload: nothing of it stays, besides a file that is complete. */
  async cancel(id: string): Promise<void> {
    const upload = this.#find(id)
    upload.incoming.cancel()
    if (!upload.incoming.busy) await this.#drop(upload)
  }

  /** The host ends. */
  async stop(): Promise<void> {
    for (const { timer } of this.#running.values()) clearTimeout(timer)
    // What an import has brought that is not over is removed at the next start.
    if (this.#imported.isEmpty) await rm(this.#incoming, { recursive: true, force: true })
  }

  async #finish(upload: Running): Promise<void> {
    const same = await this.folder.sameAs(upload.incoming.path, upload.bytes)
    if (same !== undefined) {
      upload.file = same
      this.#imported.takeOver(same.name, upload.actor)
      await rm(upload.incoming.path, { force: true })
      return
    }
    const signature = await signatureOf(upload.incoming.path)
    if (signature === undefined) throw unknownType(upload.name)
    const name = uniqueName(cleanName(upload.name, signature), (each) => {
      return this.#claimed.has(each) || existsSync(join(this.folder.path, each))
    })
    this.#claimed.add(name)
    try {
      // Before it is there: a client that sends the same bytes from then on takes it over.
      if (upload.actor.startsWith(importActor)) this.#imported.add(name, upload.actor)
      await rename(upload.incoming.path, join(this.folder.path, name))
      upload.file = await this.folder.get(name)
    } finally {
      this.#claimed.delete(name)
    }
    this.#onFile(upload.file)
  }

  #find(id: string): Running {
    const upload = this.#running.get(id)
    if (upload === undefined) throw new AppError('studio.upload_not_found', 'There is no such upload: start it again')
    return upload
  }

  #waitForMore(upload: Running): void {
    clearTimeout(upload.timer)
    upload.timer = setTimeout(() => void this.#drop(upload), upload.file === undefined ? maxIdleMs : keptMs)
    upload.timer.unref()
  }

  async #drop(upload: Running): Promise<void> {
    clearTimeout(upload.timer)
    this.#running.delete(upload.id)
    upload.incoming.cancel()
    await rm(upload.incoming.path, { force: true })
  }
}

async function judgeType(name: string, handle: FileHandle): Promise<void> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0)
  if (mediaSignature(buffer.subarray(0, bytesRead)) === undefined) throw unknownType(name)
}

const unknownType = (name: string): AppError =>
  new AppError('studio.upload_type', `${name} is no image, video, audio or font file of a format that can be used here`)

const inMb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`
