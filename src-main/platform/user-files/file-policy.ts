import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { FileFault } from './regular-file.ts'

/** Which files of this machine users may name. Paths are absolute and real; plain data, so that it crosses to other processes. */
export interface FilePolicy {
  /** The host's own: its data folder, keys. Nobody names what is in there. */
  readonly privatePaths: readonly string[]
  /** Folders below those that hold what users made: everybody may name what is in there. */
  readonly mediaFolders: readonly string[]
  /** Folders that an admin opened to editors. */
  readonly editorFolders: readonly string[]
}

/** Memory, environment and open files of processes: those of the host hold its secrets. */
const processFiles = /^\/proc\/(?:\d+|self|thread-self)(?:\/|$)/

/** Whether a path is the folder or file `folder`, or below it. */
export function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/**
 * Why a path must not be named, in words for people; undefined where it may. Judges the path as it is written: what it leads to is
 * judged by `judgeFile` when it is used.
 * @param limited by an editor: only folders that are open to editors
 */
export function pathProblem(path: string, policy: FilePolicy, limited: boolean): string | undefined {
  if (path.includes('\0')) return 'The path has a character that no path has'
  const whole = resolve(path)
  const { privatePaths, mediaFolders, editorFolders } = policy
  const isMedia = mediaFolders.some((folder) => isBelow(whole, folder))
  if (processFiles.test(whole) || (!isMedia && privatePaths.some((own) => isBelow(whole, own)))) {
    return `${path} belongs to the host itself`
  }
  if (!isAbsolute(path)) return limited ? `${path} is not a whole path: start it at the root` : undefined
  if (!limited || isMedia || editorFolders.some((folder) => isBelow(whole, folder))) return undefined
  return `${path} is not in a folder that editors may use`
}

/**
 * The real path behind a path that somebody named, with every link followed. What is not there (yet) is judged by the folder that is.
 * @throws FileFault where it must not be used
 */
export async function judgeFile(path: string, policy: FilePolicy, limited: boolean): Promise<string> {
  const written = pathProblem(path, policy, limited)
  if (written !== undefined) throw new FileFault(written)
  const real = await realPathOf(path)
  const rejection = pathProblem(real, policy, limited)
  if (rejection !== undefined) throw new FileFault(real === resolve(path) ? rejection : `${path} leads elsewhere: ${rejection}`)
  return real
}

/** As `realpath`, also for what is not there: then its folder's, and the rest as it is written. */
export async function realPathOf(path: string): Promise<string> {
  let missing = ''
  // Not made simpler before: what `..` means behind a link only the system knows.
  for (let at = isAbsolute(path) ? path : resolve(path); ; at = dirname(at)) {
    try {
      return join(await realpath(at), missing)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // What may not be looked into is not opened either.
      if (dirname(at) === at || (code !== 'ENOENT' && code !== 'ENOTDIR')) return join(at, missing)
      missing = join(basename(at), missing)
    }
  }
}
