import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'ami-studio-page-'

/** A folder for one page: its browser's profile and the socket of its sound. */
export interface PageFolder {
  readonly profile: string
  /** Holds `pulse/`, in which a sound server's socket may stand. */
  readonly sound: string
  remove(): void
}

/** Makes such a folder, and clears away those whose process was killed before it could. */
export function makePageFolder(): PageFolder {
  sweep()
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`))
  const profile = join(folder, 'profile')
  const sound = join(folder, 'sound')
  mkdirSync(profile)
  mkdirSync(join(sound, 'pulse'), { recursive: true, mode: 0o700 })
  const remove = (): void => {
    process.off('exit', remove)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  }
  process.on('exit', remove)
  return { profile, sound, remove }
}

function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : Number.NaN
    if (Number.isNaN(pid) || isAlive(pid)) continue
    try {
      const path = join(tmpdir(), name)
      if (statSync(path).uid === process.getuid?.()) rmSync(path, { recursive: true, force: true })
    } catch {
      // Another page's process clears it away at the same time.
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
