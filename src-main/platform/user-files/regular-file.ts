import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** A file that cannot be read, and why, for people. */
export class FileFault extends Error {
  /** Of the system, e.g. `ENOENT`; undefined where the file is there and is not fit. */
  readonly code: string | undefined

  constructor(message: string, cause?: NodeJS.ErrnoException) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'FileFault'
    this.code = cause?.code
  }
}

export interface OpenedFile {
  readonly handle: FileHandle
  /** Size when it was opened. */
  readonly bytes: number
}

/** Opening a named pipe would wait for its other end without this flag. Windows has none. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
/** Read at a time: a file in /proc has no size, so what comes is collected. */
const pieceBytes = 64 * 1024

/**
 * Opens a regular file. What the path leads to is judged after it was opened, so that nothing can be put in its place meanwhile.
 * @throws FileFault if it is missing, may not be read, or is a folder, device, pipe or socket
 */
export async function openRegularFile(path: string): Promise<OpenedFile> {
  let handle: FileHandle
  try {
    handle = await open(path, flags)
  } catch (cause) {
    throw unreadable(path, cause as NodeJS.ErrnoException)
  }
  try {
    const found = await handle.stat()
    if (found.isDirectory()) throw new FileFault(`${path} is a folder`)
    if (!found.isFile()) throw new FileFault(`${path} is not a regular file`)
    return { handle, bytes: found.size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * Reads a regular file whole. No more than `maxBytes` are read, whatever size the file says it has.
 * @throws FileFault also where it is larger
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  const { handle, bytes } = await openRegularFile(path)
  try {
    const tooLarge = (): FileFault => new FileFault(`${path} is larger than ${maxBytes} bytes`)
    if (bytes > maxBytes) throw tooLarge()
    const pieces: Buffer[] = []
    for (let length = 0; ; ) {
      const piece = Buffer.allocUnsafe(Math.max(pieceBytes, Math.min(bytes - length, maxBytes) + 1))
      const { bytesRead } = await handle.read(piece, 0, piece.length)
      if (bytesRead === 0) return Buffer.concat(pieces, length)
      length += bytesRead
      if (length > maxBytes) throw tooLarge()
      pieces.push(piece.subarray(0, bytesRead))
    }
  } catch (error) {
    throw error instanceof FileFault ? error : unreadable(path, error as NodeJS.ErrnoException)
  } finally {
    await handle.close()
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): FileFault {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FileFault(`There is no file ${path}`, error)
    case 'EACCES':
    case 'EPERM':
      return new FileFault(`The host may not read ${path}`, error)
    // Sockets, and devices without a driver, cannot even be opened.
    case 'ENXIO':
      return new FileFault(`${path} is not a regular file`, error)
    default:
      return new FileFault(`${path} cannot be read: ${error.message}`, error)
  }
}
