import { AppError } from '../errors.ts'
import type { FileContent } from '../routes/routes.ts'
import { FileFault, openRegularFile } from './regular-file.ts'

const pieceBytes = 256 * 1024

/**
 * Opens a file in a folder that others write to, for an answer. It stays the file that was opened, whatever is put in its place, and no pipe
 * is waited for. Reading throws where it has become shorter: whoever downloads it sees that it is cut off.
 * @throws AppError `request.not_found`
 */
export async function openFileContent(path: string): Promise<FileContent> {
  const { handle } = await openRegularFile(path).catch((cause: unknown) => {
    throw new AppError('request.not_found', cause instanceof FileFault ? cause.message : undefined, { cause })
  })
  const { size, mtimeMs } = await handle.stat()
  let isOpen = true
  return {
    bytes: size,
    changedMs: mtimeMs,
    async *read(start, end) {
      for (let at = start; at <= end; ) {
        const piece = Buffer.allocUnsafe(Math.min(pieceBytes, end + 1 - at))
        const { bytesRead } = await handle.read(piece, 0, piece.length, at)
        if (bytesRead === 0) throw new Error(`${path} has become shorter while it was read`)
        yield piece.subarray(0, bytesRead)
        at += bytesRead
      }
    },
    close() {
      if (isOpen) handle.close().catch(() => undefined)
      isOpen = false
    },
  }
}
