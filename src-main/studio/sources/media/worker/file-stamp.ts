import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { MediaFault } from './media-fault.ts'

/** What a file is: told apart from another by it, and seen to grow. */
export interface FileStamp {
  readonly path: string
  readonly inode: number
  readonly size: number
  readonly modifiedMs: number
}

/** Throws MediaFault where nothing can be read at a path. */
export async function stampOf(path: string): Promise<FileStamp> {
  try {
    const status = await stat(path)
    if (!status.isFile()) throw new MediaFault('refused', `${path} is no file`)
    await access(path, constants.R_OK)
    return { path, inode: status.ino, size: status.size, modifiedMs: status.mtimeMs }
  } catch (error) {
    if (error instanceof MediaFault) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES') throw new MediaFault('missing', `${path} may not be read: give the user of the host the right to`)
    throw new MediaFault('missing', `${path} is missing: put it back, or choose another file`)
  }
}
