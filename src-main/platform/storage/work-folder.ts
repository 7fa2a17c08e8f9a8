import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder beside the system's other temporary ones that only this user may enter. */
export interface WorkFolder {
  readonly path: string
  /** Removes it with all that is in it; once more does nothing. */
  remove(): void
}

/**
 * Makes a folder for the files of one purpose, which ends with this process at the latest. Folders of the same purpose whose process was
 * killed before it could delete them are cleared away. `purpose` is the start of the folder's name.
 */
export function makeWorkFolder(purpose: string): WorkFolder {
  sweep(`${purpose}-`)
  const path = mkdtempSync(join(tmpdir(), `${purpose}-${process.pid}-`))
  const remove = (): void => {
    process.off('exit', remove)
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
  process.on('exit', remove)
  return { path, remove }
}

function sweep(prefix: string): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : Number.NaN
    if (Number.isNaN(pid) || isAlive(pid)) continue
    try {
      const path = join(tmpdir(), name)
      if (statSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true })
    } catch {
      // Another process clears it away at the same time.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
