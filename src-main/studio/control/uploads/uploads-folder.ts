import { open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type MediaSignature, mediaSignature, signatureBytes } from '../../../formats/media-signature.ts'
import { AppError } from '../../../platform/errors.ts'

/** A file of the folder. */
export interface FolderFile {
  readonly name: string
  readonly path: string
  readonly signature: MediaSignature
  readonly bytes: number
  /** ms since 1970. */
  readonly changedMs: number
}

/** Files that are listed at most. */
const maxFiles = 10_000
/** Names are ids of the API. */
const maxNameLength = 80
const compareBytes = 1 << 20

/** The uploads folder: what is listed is what is on the disk. Files that are no media are not shown. */
export class UploadsFolder {
  readonly path: string
  /** What a file was found to be, for as long as its size and time stay. */
  readonly #known = new Map<string, FolderFile | undefined>()

  constructor(path: string) {
    this.path = path
  }

  /** The newest first. */
  async list(): Promise<readonly FolderFile[]> {
    const names = (await readdir(this.path, { withFileTypes: true }).catch(() => []))
      .flatMap((entry) => (entry.isFile() && !entry.name.startsWith('.') && entry.name.length <= maxNameLength ? [entry.name] : []))
      .slice(0, maxFiles)
    const there = new Set(names)
    for (const name of this.#known.keys()) if (!there.has(name)) this.#known.delete(name)
    const files: FolderFile[] = []
    for (const name of names) {
      const file = await this.#look(name)
      if (file !== undefined) files.push(file)
    }
    return files.sort((a, b) => b.changedMs - a.changedMs)
  }

  /** Throws `studio.upload_not_found`. */
  async get(name: string): Promise<FolderFile> {
    const file = /[\\/]|^\./.test(name) ? undefined : await this.#look(name)
    if (file === undefined) throw new AppError('studio.upload_not_found', `There is no uploaded file "${name}"`)
    return file
  }

  async remove({ name, path }: FolderFile): Promise<void> {
    await rm(path, { force: true })
    this.#known.delete(name)
  }

  /** A file that has the same bytes as the one at `path`. */
  async sameAs(path: string, bytes: number): Promise<FolderFile | undefined> {
    for (const file of await this.list()) if (file.bytes === bytes && (await isSame(file.path, path))) return file
    return undefined
  }

  async #look(name: string): Promise<FolderFile | undefined> {
    const path = join(this.path, name)
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const known = this.#known.get(name)
    if (known !== undefined && known.bytes === found.size && known.changedMs === found.mtimeMs) return known
    const signature = await signatureOf(path)
    if (signature === undefined) return undefined
    const file = { name, path, signature, bytes: found.size, changedMs: found.mtimeMs }
    this.#known.set(name, file)
    return file
  }
}

/** What a file is by its first bytes. */
export async function signatureOf(path: string): Promise<MediaSignature | undefined> {
  const handle = await open(path, 'r').catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0)
    return mediaSignature(buffer.subarray(0, bytesRead))
  } finally {
    await handle.close()
  }
}

async function isSame(one: string, other: string): Promise<boolean> {
  const handles = await Promise.all([open(one, 'r'), open(other, 'r')])
  const buffers = [Buffer.allocUnsafe(compareBytes), Buffer.allocUnsafe(compareBytes)] as const
  try {
    for (let at = 0; ; ) {
      const [a, b] = await Promise.all(handles.map((handle, index) => handle.read(buffers[index] as Buffer, 0, compareBytes, at)))
      if (a === undefined || b === undefined || a.bytesRead !== b.bytesRead) return false
      if (a.bytesRead === 0) return true
      if (!buffers[0].subarray(0, a.bytesRead).equals(buffers[1].subarray(0, b.bytesRead))) return false
      at += a.bytesRead
    }
  } finally {
    await Promise.all(handles.map((handle) => handle.close()))
  }
}
