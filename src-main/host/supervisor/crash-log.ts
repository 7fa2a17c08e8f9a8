import { appendFileSync, chmodSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../platform/storage/replace-file.ts'

/** Name of the file in the data folder. */
export const crashLogName = 'crashes.log'
const defaultMaxBytes = 256 * 1024

export interface Crash {
  readonly time: Date
  /** One line: what ended, after how long, how. */
  readonly title: string
  /** Stack and newest lines of standard error. */
  readonly details: string
}

/** Appends a crash to the log of a data folder, for this user's eyes alone; past `maxBytes` the oldest ones go. Throws what the file system does. */
export function logCrash(dataDir: string, { time, title, details }: Crash, maxBytes = defaultMaxBytes): void {
  const file = join(dataDir, crashLogName)
  const indented = details
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('')
  const entry = `${time.toISOString()} ${title}\n${indented}`
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size + Buffer.byteLength(entry) > maxBytes && size > 0) {
    // Whole entries: they alone start at the start of a line.
    const text = readFileSync(file, 'utf8')
    const from = text.slice(-maxBytes / 2).search(/^\d{4}-/m)
    replaceFile(file, from < 0 ? '' : text.slice(-maxBytes / 2).slice(from))
  }
  appendFileSync(file, entry, { mode: 0o600 })
  chmodSync(file, 0o600)
}
