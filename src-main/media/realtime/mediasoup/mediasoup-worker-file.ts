import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where `npm run build:mediasoup` keeps what it built, unless AMI_MEDIASOUP_CACHE names another folder. */
function cacheFolder(): string {
  return process.env.AMI_MEDIASOUP_CACHE || join(homedir(), '.cache', 'ami-streams', 'mediasoup-worker')
}

/** Folder of the installed mediasoup package, undefined where it is not installed: it is an optional dependency. */
function packageFolder(): string | undefined {
  try {
    // node/lib/index.js is the package's one entry; its package.json is not among its exports.
    return dirname(dirname(dirname(createRequire(import.meta.url).resolve('mediasoup'))))
  } catch {
    return undefined
  }
}

/**
 * Finds the program of mediasoup's worker: `given` (an option, or MEDIASOUP_WORKER_BIN), else the cache of
 * `npm run build:mediasoup`, else the prebuilt that the package fetched when it was installed.
 * Undefined if no program is found, or no package to drive it.
 */
export function findMediasoupWorker(given = process.env.MEDIASOUP_WORKER_BIN ?? ''): string | undefined {
  const folder = packageFolder()
  if (folder === undefined) return undefined
  if (given !== '') return existsSync(given) ? given : undefined
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const name = process.platform === 'win32' ? 'mediasoup-worker.exe' : 'mediasoup-worker'
  const places = [join(cacheFolder(), `${version}-${process.arch}`, name), join(folder, 'worker', 'out', 'Release', name)]
  return places.find((path) => existsSync(path))
}
