import { stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { FileFault } from '../../../../platform/user-files/regular-file.ts'

export interface FileWatch {
  /** Looks again at once, and reports the file as if it had changed. */
  again(): void
  stop(): void
}

export interface FileListener {
  /** The real path that is to be opened. Rejects with FileFault where it must not be. */
  judge(path: string): Promise<string>
  /** There is a file, for the first time or with other contents: `path` is the real one. The next look is taken when this has resolved. */
  onFile(path: string): Promise<void>
  /** The file is missing, or nobody may read it: in words for people. Reported once until it changes. */
  onMissing(problem: string): void
}

/** How often a file is looked at, ms: works on network folders and over replaced files, where notices of the system do not. */
const lookEveryMs = 500

/** Follows one path: reports when the file appears, changes or vanishes. */
export function watchFile(path: string, listener: FileListener): FileWatch {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let known = ''

  async function look(): Promise<void> {
    let seen: string
    let real = path
    try {
      real = await listener.judge(path)
      const found = await stat(real, { bigint: true })
      // A pipe or a device would hold the reader for ever.
      if (!found.isFile()) seen = `!${path} is ${found.isDirectory() ? 'a folder' : 'not a regular file'}`
      else seen = `${found.mtimeNs} ${found.size} ${found.ino}`
    } catch (error) {
      seen = `!${error instanceof FileFault ? error.message : missing(path, error as NodeJS.ErrnoException)}`
    }
    if (stopped || seen === known) return
    known = seen
    if (seen.startsWith('!')) listener.onMissing(seen.slice(1))
    else await listener.onFile(real)
  }

  async function follow(): Promise<void> {
    await look()
    if (!stopped) timer = setTimeout(follow, lookEveryMs)
  }

  void follow()
  return {
    again() {
      known = ''
    },
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

function missing(path: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no file ${path}${isAbsolute(path) ? '' : ': give its whole path'}`
    case 'EACCES':
    case 'EPERM':
      return `The host may not read ${path}`
    default:
      return `${path} cannot be read: ${error.message}`
  }
}
