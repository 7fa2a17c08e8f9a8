import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../errors.ts'
import { toStorageError } from '../storage/storage-error.ts'
import { readHostFile } from './host-file.ts'

/**
 * Takes the data folder for this process. The lock is SQLite's own on a small file, which the system releases even when the process is
 * killed. Throws `host.already_running`. Returns the function that releases it.
 */
export function lockDataFolder(dir: string): () => void {
  let lock: DatabaseSync | undefined
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    lock = new DatabaseSync(join(dir, 'host.lock'), { timeout: 0 })
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === 5) {
      const other = readHostFile(dir)
      const where = other ? ` at ${other.url} (pid ${other.pid})` : ''
      throw new AppError('host.already_running', `A host is already running on ${dir}${where}`, {
        details: { dir, url: other?.url, pid: other?.pid },
      })
    }
    throw toStorageError(error, `The data folder ${dir} cannot be used`)
  }
  const kept = lock
  return () => kept.close()
}
