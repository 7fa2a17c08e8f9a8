import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../storage/replace-file.ts'

/** What a running host leaves in its data folder so that the command line on this machine finds it. */
export interface HostFile {
  readonly pid: number
  readonly run: string
  readonly version: string
  readonly url: string
  readonly httpsUrl: string | null
  readonly rtmpUrl: string
  readonly rtmpsUrl: string | null
  readonly srtUrl: string | null
  /** Admin token of this run. */
  readonly token: string
  readonly startedAt: string
}

const fileOf = (dir: string): string => join(dir, 'host.json')

/** Writes the file for this user's eyes alone. */
export function writeHostFile(dir: string, content: HostFile): void {
  replaceFile(fileOf(dir), `${JSON.stringify(content, null, 2)}\n`)
}

/** Reads the file of a running host; undefined if it is missing or incomplete. */
export function readHostFile(dir: string): HostFile | undefined {
  try {
    const content = JSON.parse(readFileSync(fileOf(dir), 'utf8')) as Partial<HostFile>
    return typeof content.url === 'string' && typeof content.token === 'string' && typeof content.pid === 'number'
      ? (content as HostFile)
      : undefined
  } catch {
    return undefined
  }
}

/** Removes the file where it is of this run. */
export function removeHostFile(dir: string, run: string): void {
  if (readHostFile(dir)?.run === run) rmSync(fileOf(dir), { force: true })
}
