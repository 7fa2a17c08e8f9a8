import { mkdirSync } from 'node:fs'
import { access, type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FileEnding } from '../../formats/media-file-writer.ts'

export interface PartFileOptions {
  readonly path: string
  /** Bytes that may wait for the disk. */
  readonly queueBytes: number
  /** The disk rejected, or the file was taken away (`ENOENT`), once: nothing more is written. */
  readonly onFault: (fault: NodeJS.ErrnoException) => void
}

/**
 * A file that grows by whole fragments and is made safe (fdatasync) after each batch of them. Callers never wait: what they write is in a
 * bounded queue, and a full queue is reported to them.
 */
export class PartFile {
  readonly #options: PartFileOptions
  #queue: Uint8Array[] = []
  #waiting = 0
  #safe = 0
  #pumping: Promise<void> | undefined
  #file: FileHandle | undefined
  #fault: NodeJS.ErrnoException | undefined

  constructor(options: PartFileOptions) {
    this.#options = options
  }

  /** Bytes that are on the disk. */
  get safeBytes(): number {
    return this.#safe
  }

  /** Takes a whole fragment. False where the disk is so slow that too much waits, or has rejected before. */
  write(fragment: Uint8Array): boolean {
    if (this.#fault !== undefined || this.#waiting + fragment.length > this.#options.queueBytes) return false
    this.#queue.push(fragment)
    this.#waiting += fragment.length
    this.#pumping ??= this.#pump()
    return true
  }

  /**
   * Writes what waits, then the ending, and closes. True if all of it is on the disk: otherwise the file contains the fragments before the
   * fault.
   */
  async finish(ending: FileEnding): Promise<boolean> {
    await this.#pumping
    const file = this.#file
    if (file === undefined) return false
    try {
      if (this.#fault === undefined) {
        this.#safe = await writeEnding(file, this.#safe, ending)
        return true
      }
    } catch {
      // What is there plays; the ending would only have made seeking quicker.
    } finally {
      await file.truncate(this.#safe).catch(() => undefined)
      await file.close().catch(() => undefined)
    }
    return false
  }

  async #pump(): Promise<void> {
    try {
      if (this.#file === undefined) {
        mkdirSync(dirname(this.#options.path), { recursive: true })
        this.#file = await open(this.#options.path, 'wx', 0o640)
      }
      while (this.#queue.length > 0) {
        const batch = this.#queue
        this.#queue = []
        let at = this.#safe
        for (const fragment of batch) {
          await writeAll(this.#file, fragment, at)
          at += fragment.length
        }
        await this.#file.datasync()
        // Some file systems count no links at all: what is gone is not at its path, either.
        if ((await this.#file.stat()).nlink === 0) await access(this.#options.path)
        this.#waiting -= at - this.#safe
        this.#safe = at
      }
    } catch (error) {
      this.#fault = error as NodeJS.ErrnoException
      this.#queue = []
      this.#options.onFault(this.#fault)
    }
    this.#pumping = undefined
  }
}

/** Makes a file of `end` bytes whole, safe at each step: one that is cut short here plays as before. Answers its bytes; rejects as the disk does. */
export async function writeEnding(file: FileHandle, end: number, { append, patches }: FileEnding): Promise<number> {
  await writeAll(file, append, end)
  await file.datasync()
  for (const { at, data } of patches) await writeAll(file, data, at)
  await file.datasync()
  return end + append.length
}

async function writeAll(file: FileHandle, data: Uint8Array, at: number): Promise<void> {
  let done = 0
  while (done < data.length) done += (await file.write(data, done, data.length - done, at + done)).bytesWritten
}
