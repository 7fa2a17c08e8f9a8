import { accessSync, constants } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where distributions have the server itself: `Xorg` in the PATH is Debian's wrapper, which allows it to those at a console alone. */
const servers = ['/usr/lib/xorg/Xorg', '/usr/libexec/Xorg', '/usr/lib/Xorg']
/** Where they have its drivers. */
const modules = ['/usr/lib/xorg/modules', '/usr/lib64/xorg/modules']

export interface XorgProgram {
  /** Full path of the server; undefined where it is not installed. */
  readonly server?: string
  /** The driver of displays in memory is there. */
  readonly hasDummy: boolean
  /** The driver of input devices that are no real ones is there. */
  readonly hasInputTest: boolean
}

/** What of Xorg is installed. @param root for tests: a folder in place of the machine's `/` */
export function findXorg(root = '/'): XorgProgram {
  const server = servers.map((each) => join(root, each)).find((each) => isThere(each, constants.X_OK))
  if (server === undefined) return { hasDummy: false, hasInputTest: false }
  const folders = [...modules.map((each) => join(root, each)), join(dirname(server), 'modules')]
  const hasModule = (path: string): boolean => folders.some((each) => isThere(join(each, path), constants.R_OK))
  return { server, hasDummy: hasModule('drivers/dummy_drv.so'), hasInputTest: hasModule('input/inputtest_drv.so') }
}

function isThere(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
