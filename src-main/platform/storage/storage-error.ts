import { AppError, type ErrorCode } from '../errors.ts'

// Primary result codes of SQLite (https://www.sqlite.org/rescode.html); extended codes carry them in the low byte.
const codes: Readonly<Record<number, ErrorCode>> = {
  8: 'storage.unreadable',
  11: 'storage.corrupt',
  13: 'storage.full',
  14: 'storage.unreadable',
  26: 'storage.corrupt',
}

/** Gives an error of SQLite or of the file system its place in the catalogue. */
export function toStorageError(error: unknown, doing: string): AppError {
  if (error instanceof AppError) return error
  const { errcode, code, message } = error as { errcode?: number; code?: string; message?: string }
  let kind: ErrorCode = 'storage.failed'
  if (typeof errcode === 'number') kind = codes[errcode & 0xff] ?? 'storage.failed'
  else if (code === 'ENOSPC' || code === 'EDQUOT') kind = 'storage.full'
  else if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR') kind = 'storage.unreadable'
  return new AppError(kind, `${doing}: ${message ?? String(error)}`, { cause: error })
}
