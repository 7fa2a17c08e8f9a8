import { type FileHandle, open } from 'node:fs/promises'
import { AppError, type ErrorCode } from '../errors.ts'

/** How a part calls what can go wrong with a file on its way. */
export interface IncomingFileCodes {
  readonly busy: ErrorCode
  readonly offset: ErrorCode
  readonly tooLarge: ErrorCode
  readonly interrupted: ErrorCode
  readonly diskFull: ErrorCode
  readonly notFound: ErrorCode
}

export interface IncomingFileOptions {
  /** Where it is while it is on its way; nothing is there. */
  readonly path: string
  /** As announced. */
  readonly bytes: number
  readonly codes: IncomingFileCodes
  /** Looks at what has arrived when so many bytes, or all, are here. What it throws ends the upload. */
  readonly judge?: { readonly bytes: number; readonly look: (handle: FileHandle) => Promise<void> }
}

/** A file that comes in piece by piece: a client that loses its connection goes on from the last byte that is here. */
export class IncomingFile {
  readonly path: string
  readonly bytes: number
  readonly #options: IncomingFileOptions
  #received = 0
  #busy = false
  #cancelled = false

  constructor(options: IncomingFileOptions) {
    this.path = options.path
    this.bytes = options.bytes
    this.#options = options
  }

  get received(): number {
    return this.#received
  }

  /** A piece is being written. */
  get busy(): boolean {
    return this.#busy
  }

  /** Nothing more is taken. */
  get cancelled(): boolean {
    return this.#cancelled
  }

  /** Makes the file, which nobody else may read. */
  async create(): Promise<void> {
    await (await open(this.path, 'wx', 0o600)).close()
  }

  cancel(): void {
    this.#cancelled = true
  }

  /**
   * Writes a piece that starts at `offset`, as it comes in; what came before a connection broke stays. `whenWhole` is called with the last
   * byte. Throws errors of `codes` and what `judge` and `whenWhole` throw: then the upload is cancelled, unless another piece may follow.
   */
  async append(offset: number, piece: AsyncIterable<Uint8Array>, whenWhole: () => Promise<void>): Promise<void> {
    const { codes } = this.#options
    if (this.#busy) throw new AppError(codes.busy, 'A piece of this file is being received already')
    if (offset !== this.#received) {
      const details = { received: this.#received }
      throw new AppError(codes.offset, `The next piece starts at byte ${this.#received}, not ${offset}`, { details })
    }
    this.#busy = true
    try {
      const handle = await open(this.path, 'r+')
      try {
        await this.#write(handle, piece)
        if (this.#received === this.bytes) await handle.sync()
      } finally {
        await handle.close()
      }
      if (this.#received === this.bytes) await whenWhole()
    } catch (error) {
      if (error instanceof AppError && error.code !== codes.interrupted) this.#cancelled = true
      throw error
    } finally {
      this.#busy = false
    }
  }

  async #write(handle: FileHandle, piece: AsyncIterable<Uint8Array>): Promise<void> {
    const { codes, judge } = this.#options
    const judgedAt = judge === undefined ? 0 : Math.min(judge.bytes, this.bytes)
    try {
      for await (const bytes of piece) {
        if (this.#cancelled) throw new AppError(codes.notFound, 'The upload was cancelled')
        if (this.#received + bytes.length > this.bytes) {
          throw new AppError(codes.tooLarge, `More comes than the ${this.bytes} bytes that were announced`)
        }
        const before = this.#received
        // A disk that gets full takes a part, and says so of what follows.
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, before + done)
          done += bytesWritten
        }
        this.#received += bytes.length
        if (judge !== undefined && before < judgedAt && this.#received >= judgedAt) await judge.look(handle)
      }
    } catch (error) {
      if (error instanceof AppError) throw error
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOSPC' || code === 'EDQUOT') throw new AppError(codes.diskFull, undefined, { cause: error })
      throw new AppError(codes.interrupted, undefined, { cause: error })
    }
  }
}

/** The body of a request that has none. */
export async function* noBytes(): AsyncGenerator<Uint8Array> {}
