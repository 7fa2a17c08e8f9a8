import { closeSync, type FSWatcher, openSync, readSync, renameSync, rmSync, statSync, watch, writeFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { repeat } from '../../platform/repeat.ts'
import { isRecord } from '../../platform/schema-faults.ts'
import { mediaType, readTags } from './cache-file.ts'

/** What nginx writes about an answer that it stored. Times are ms of this machine's clock. */
export interface StoredLine {
  readonly key: string
  readonly tags: readonly string[]
  readonly manyTags: boolean
  readonly type: string
  /** The origin said how long it is fresh. */
  readonly hasLifetime: boolean
  readonly revalidated: boolean
  /** 404 and 410, whose lifetime is another. */
  readonly missing: boolean
  readonly askedAt: number
  readonly storedAt: number
  /** One of several slices; which one is not certain. */
  readonly sliced: boolean
}

/** Reads a line of the log. Undefined where it is no such line. */
export function readStoredLine(line: string): StoredLine | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { key, tags, type, lifetime, status, code, at, took, sliced } = value
  if (typeof key !== 'string' || key === '' || typeof at !== 'number' || typeof took !== 'number') return undefined
  return {
    key,
    ...readTags(String(tags ?? '')),
    type: mediaType(String(type ?? '')),
    hasLifetime: String(lifetime ?? '') !== '',
    revalidated: status === 'REVALIDATED',
    missing: code === '404' || code === '410',
    askedAt: (at - took) * 1000,
    storedAt: at * 1000,
    sliced: sliced === '1',
  }
}

/** A line is shorter: nginx takes 32 KiB of headers from an origin. */
const maxLine = 128 * 1024
/** From this size on a new file is started, bytes. */
const rotateAt = 32 * 2 ** 20
/** Workers of nginx reopen their logs within this time, ms. */
const reopenMs = 2000

/** Follows the log of stored answers, and starts a new file in time. */
export class StoredLog {
  readonly #file: string
  readonly #onLines: (lines: readonly StoredLine[]) => void
  readonly #reopen: () => void
  readonly #chunk = Buffer.allocUnsafe(64 * 1024)
  readonly #timer: NodeJS.Timeout
  #fd: number
  #watcher: FSWatcher
  #at = 0
  #rest = ''
  #reading: Promise<void> | undefined
  /** When the file that is read was renamed; undefined for the present one. */
  #rotatedAt: number | undefined
  #stopped = false

  /** @param reopen makes nginx open the file by its name again */
  constructor(file: string, onLines: (lines: readonly StoredLine[]) => void, reopen: () => void) {
    this.#file = file
    this.#onLines = onLines
    this.#reopen = reopen
    rmSync(this.#oldFile, { force: true })
    // Its lines were about a former run, whose answers are in the files of the cache.
    writeFileSync(file, '', { mode: 0o600 })
    this.#fd = openSync(file, 'r')
    this.#watcher = this.#follow()
    // A new file is changed to after a while, too.
    this.#timer = repeat(1000, () => this.read())
  }

  /** Resolves when all that was there when it was called was passed on. */
  async read(): Promise<void> {
    await this.#reading
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined
    })
    await this.#reading
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    this.#watcher.close()
    await this.#reading
    closeSync(this.#fd)
    rmSync(this.#file, { force: true })
    rmSync(this.#oldFile, { force: true })
  }

  get #oldFile(): string {
    return `${this.#file}.old`
  }

  /** Notices of changes make reading prompt, no more: the timer reads what they miss, and reports what is wrong. */
  #follow(): FSWatcher {
    const watcher = watch(this.#file, () => void this.read().catch(() => undefined))
    return watcher.on('error', () => watcher.close())
  }

  async #readAll(): Promise<void> {
    for (let length = 1; length > 0 && !this.#stopped; ) {
      length = readSync(this.#fd, this.#chunk, 0, this.#chunk.length, this.#at)
      this.#at += length
      const lines = (this.#rest + this.#chunk.toString('latin1', 0, length)).split('\n')
      this.#rest = (lines.pop() ?? '').slice(0, maxLine)
      const read = lines.flatMap((line) => readStoredLine(line) ?? [])
      if (read.length > 0) this.#onLines(read)
      await turn()
    }
    if (this.#stopped) return
    if (this.#rotatedAt !== undefined) this.#change()
    else if (this.#at >= rotateAt) this.#rotate()
  }

  #rotate(): void {
    renameSync(this.#file, this.#oldFile)
    this.#rotatedAt = performance.now()
    this.#reopen()
  }

  /** From the old file to the new, once no worker writes to the old. */
  #change(): void {
    if (performance.now() - (this.#rotatedAt as number) < reopenMs || statSync(this.#file, { throwIfNoEntry: false }) === undefined) return
    closeSync(this.#fd)
    this.#watcher.close()
    rmSync(this.#oldFile, { force: true })
    this.#fd = openSync(this.#file, 'r')
    this.#watcher = this.#follow()
    this.#at = 0
    this.#rest = ''
    this.#rotatedAt = undefined
  }
}
