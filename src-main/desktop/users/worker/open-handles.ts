import type { FileHandle } from 'node:fs/promises'
import { AppError } from '../../../platform/errors.ts'
import { openRegularFile } from '../../../platform/user-files/regular-file.ts'
import type { Download } from '../../files/display-files.ts'
import { filePieceBytes } from '../user-wire.ts'

/** Files and archives that are read at a time; one of which nothing is read for so long is closed, ms. */
const maxOpen = 64
const idleMs = 5 * 60_000

interface OpenFile {
  readonly file?: FileHandle
  readonly archive?: AsyncIterator<Uint8Array>
  /** Of the archive: what was made and not read yet, and where its first byte is. */
  rest: Uint8Array
  at: number
  usedMs: number
}

/** Files that the host reads piece by piece with the rights of this process. */
export class OpenHandles {
  readonly #open = new Map<number, OpenFile>()
  #next = 1

  /** What the host is answered. Throws `desktop.*`. */
  async add({ name, what, file, archive }: Download): Promise<object> {
    const nowMs = performance.now()
    for (const [handle, { usedMs }] of this.#open) if (nowMs - usedMs > idleMs) this.close(handle)
    if (this.#open.size >= maxOpen) throw new AppError('desktop.busy', `${maxOpen} files are being read`)
    const number = this.#next++
    if (archive !== undefined) {
      this.#open.set(number, { archive: archive.data[Symbol.asyncIterator](), rest: Buffer.alloc(0), at: 0, usedMs: nowMs })
      return { handle: number, name, what, bytes: archive.bytes, changedMs: null }
    }
    const { handle } = await openRegularFile(file?.path as string)
    const { size, mtimeMs } = await handle.stat()
    this.#open.set(number, { file: handle, rest: Buffer.alloc(0), at: 0, usedMs: nowMs })
    return { handle: number, name, what, bytes: size, changedMs: mtimeMs }
  }

  /** Up to `bytes` of it from `offset` on; of an archive, what follows what was read. */
  async read(number: number, offset: number, bytes: number): Promise<Uint8Array> {
    const open = this.#open.get(number)
    if (open === undefined) throw new AppError('desktop.file_not_found')
    open.usedMs = performance.now()
    const wanted = Math.min(bytes, filePieceBytes)
    if (open.file !== undefined) {
      const piece = Buffer.allocUnsafe(wanted)
      const { bytesRead } = await open.file.read(piece, 0, wanted, offset)
      return piece.subarray(0, bytesRead)
    }
    if (offset !== open.at) throw new AppError('desktop.file_not_found', 'An archive is read from its start on')
    while (open.rest.length === 0) {
      const { value, done } = await (open.archive as AsyncIterator<Uint8Array>).next()
      if (done) return Buffer.alloc(0)
      open.rest = value
    }
    const piece = open.rest.subarray(0, wanted)
    open.rest = open.rest.subarray(piece.length)
    open.at += piece.length
    return piece
  }

  close(number: number): void {
    const open = this.#open.get(number)
    this.#open.delete(number)
    open?.file?.close().catch(() => undefined)
    // Its generator closes the file that it reads.
    open?.archive?.return?.(undefined)?.catch(() => undefined)
  }
}
