import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Value } from 'typebox/value'
import { shownLine } from '../../platform/shown-line.ts'
import { type WindowTitle, WindowTitleSchema } from '../schemas/recording.ts'

/** Titles of one file: a program can change its title without end. */
export const maxTitles = 2000
/** A line is a title of at most 200 characters as JSON, and a number. */
const maxBytes = maxTitles * 1300

/** The file of titles beside a recording. */
export const titlesPath = (recording: string): string => `${recording}.titles`

/** Writes which window was active when, line by line, so that what was written is there whatever ends the host. */
export class TitleWriter {
  readonly #path: string
  #count = 0
  #lines = ''
  #writing: Promise<void> | undefined

  /** @param recording path of the recorded file */
  constructor(recording: string) {
    this.#path = titlesPath(recording)
  }

  /** It has as many as it can have. */
  get full(): boolean {
    return this.#count >= maxTitles
  }

  /** @param entry with a title as `shownLine` makes it */
  add(entry: WindowTitle): void {
    if (this.full) return
    this.#count++
    this.#lines += `${JSON.stringify({ atMs: Math.round(entry.atMs), title: entry.title })}\n`
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  /** Never rejects: a title is not worth more than the recording, and what the disk does not take is left out. */
  async #write(): Promise<void> {
    while (this.#lines !== '') {
      const lines = this.#lines
      this.#lines = ''
      await append(this.#path, lines).catch(() => undefined)
    }
  }
}

async function append(path: string, lines: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a', 0o640)
  try {
    await file.appendFile(lines)
  } finally {
    await file.close()
  }
}

/** The titles of a recording in their order. What is not a title, as half a line that a host which died left, is passed over. */
export async function readTitles(recording: string): Promise<readonly WindowTitle[]> {
  const text = await readFile(titlesPath(recording), 'utf8').catch(() => '')
  return text
    .slice(0, maxBytes)
    .split('\n')
    .flatMap((line) => {
      const read = parse(line)
      return Value.Check(WindowTitleSchema, read) ? [{ atMs: read.atMs, title: shownLine(read.title) }] : []
    })
    .slice(0, maxTitles)
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
