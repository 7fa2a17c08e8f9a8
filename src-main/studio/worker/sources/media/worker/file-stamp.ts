import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { FileFault } from '../../../../../platform/user-files/regular-file.ts'
import { MediaFault } from './media-fault.ts'

/** The real path of a file that may be used; rejects with FileFault for others. */
export type JudgePath = (path: string) => Promise<string>

/** Identity of a file: distinguishes it from another, and shows whether it grew. */
export interface FileStamp {
  readonly path: string
  /** What the path leads to: this is opened. */
  readonly real: string
  readonly inode: number
  readonly size: number
  readonly modifiedMs: number
}

/** Throws MediaFault where nothing may, or can, be read at a path. `judge` answers the real path. */
export async function stampOf(path: string, judge: JudgePath): Promise<FileStamp> {
  try {
    const real = await judge(path)
    const status = await stat(real)
    if (!status.isFile()) throw new MediaFault('refused', `${path} is not a regular file`)
    await access(real, constants.R_OK)
    return { path, real, inode: status.ino, size: status.size, modifiedMs: status.mtimeMs }
  } catch (error) {
    if (error instanceof MediaFault) throw error
    if (error instanceof FileFault) throw new MediaFault('refused', error.message)
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES') throw new MediaFault('missing', `${path} may not be read: give the user of the host the right to`)
    throw new MediaFault('missing', `${path} is missing: put it back, or choose another file`)
  }
}
