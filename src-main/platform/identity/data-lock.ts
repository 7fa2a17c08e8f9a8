import { mkdirSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../errors.ts'
import { toStorageError } from '../storage/storage-error.ts'
import { readHostFile } from './host-file.ts'

/**
 * Takes the data folder for this process. The lock is SQLite's own on a small file, which the system releases even when the process is
 * killed. Throws `host.already_running` and `host.of_other_user`. Returns the function that releases it.
 */
export function lockDataFolder(dir: string): () => void {
  checkOwner(dir)
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

/** Another user's folder is not ours to use, whatever its permissions are; root may, as everywhere. */
function checkOwner(dir: string): void {
  const own = process.getuid?.()
  if (own === undefined || own === 0) return
  const folder = statSync(dir, { throwIfNoEntry: false })
  if (folder === undefined || folder.uid === own) return
  const runs = hasHost(dir) ? ', and that user has a host running on it' : ''
  throw new AppError(
    'host.of_other_user',
    `The data folder ${dir} belongs to the user with the number ${folder.uid}${runs}; you are ${ownName(own)}`,
    {
      details: { dir, uid: folder.uid },
    },
  )
}

/** False, too, where that user lets nobody look. */
function hasHost(dir: string): boolean {
  try {
    return statSync(join(dir, 'host.json'), { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}

/** A user of a container may have a number alone. */
function ownName(uid: number): string {
  try {
    return userInfo().username
  } catch {
    return `the user with the number ${uid}`
  }
}
