import { chmodSync, chownSync, mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import { cacheFilesFolder, minFreeBytes } from './front-configuration.ts'
import type { WorkerUser } from './worker-user.ts'

/** Makes the cache's folders, for nginx's workers to write to. Throws `network.cache_folder` naming the folder and what it lacks. */
export function prepareCacheFolder(folder: string, user: WorkerUser | undefined): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o711 })
    const inside = [cacheFilesFolder, 'temporary'].map((name) => join(folder, name))
    for (const each of inside) mkdirSync(each, { recursive: true, mode: 0o700 })
    const probe = join(folder, cacheFilesFolder, '.probe')
    writeFileSync(probe, '')
    rmSync(probe)
    if (user !== undefined) {
      chmodSync(folder, 0o711)
      for (const each of inside) chownSync(each, user.uid, user.gid)
    }
  } catch (cause) {
    throw new AppError('network.cache_folder', `The cache's folder ${folder} cannot be written: ${(cause as Error).message}`, {
      cause,
      details: { option: 'cache.folder', folder },
    })
  }
  if (user !== undefined) mustBeReached(folder, user)
  const free = freeBytes(folder)
  if (free >= minFreeBytes) return
  const freeMib = Math.floor(free / 2 ** 20)
  throw new AppError('network.cache_folder', `The disk of the cache's folder ${folder} is full: ${freeMib} MiB are free`, {
    details: { option: 'cache.folder', folder, freeMib },
  })
}

/** What this user may still write on the disk of a folder. */
export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

function mustBeReached(folder: string, user: WorkerUser): void {
  const closed = closedFolder(folder, user)
  if (closed === undefined) return
  throw new AppError(
    'network.cache_folder',
    `nginx's workers run as ${user.name} and may not enter ${closed}, so that they cannot reach the cache's folder ${folder}`,
    { details: { option: 'cache.folder', folder } },
  )
}

/** nginx's workers are another user, who needs to pass every folder above: the first that it may not enter. */
export function closedFolder(folder: string, { uid, gid }: WorkerUser): string | undefined {
  for (let each = folder; ; each = dirname(each)) {
    const { mode, uid: owner, gid: group } = statSync(each)
    const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return each
    if (each === dirname(each)) return undefined
  }
}
