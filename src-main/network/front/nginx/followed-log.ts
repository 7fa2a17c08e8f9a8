import { closeSync, type FSWatcher, openSync, readSync, renameSync, rmSync, statSync, watch, writeFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { repeat } from '../../../platform/timing/repeat.ts'

/** A line is shorter: nginx takes 32 KiB of headers from an origin. */
const maxLine = 128 * 1024
/** From this size on a new file is started, bytes. */
const rotateAt = 32 * 2 ** 20
/** Workers of nginx reopen their logs within this time, ms. */
const reopenMs = 2000

export interface FollowedLogOptions<Line> {
  readonly file: string
  /** Reads a line; undefined where it is not valid. */
  readonly parse: (line: string) => Line | undefined
  readonly onLines: (lines: readonly Line[]) => void
  /** Makes nginx open the file by its name again. */
  readonly reopen: () => void
}

/** Follows a log that nginx writes for this program, and starts a new file in time. */
export class FollowedLog<Line> {
  readonly #options: FollowedLogOptions<Line>
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

  constructor(options: FollowedLogOptions<Line>) {
    this.#options = options
    rmSync(this.#oldFile, { force: true })
    // Its lines were about a former run.
    writeFileSync(options.file, '', { mode: 0o600 })
    this.#fd = openSync(options.file, 'r')
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
    rmSync(this.#options.file, { force: true })
    rmSync(this.#oldFile, { force: true })
  }

  get #oldFile(): string {
    return `${this.#options.file}.old`
  }

  /** Notices of changes make reading prompt, no more: the timer reads what they miss, and reports what is wrong. */
  #follow(): FSWatcher {
    const watcher = watch(this.#options.file, () => void this.read().catch(() => undefined))
    return watcher.on('error', () => watcher.close())
  }

  async #readAll(): Promise<void> {
    for (let length = 1; length > 0 && !this.#stopped; ) {
      length = readSync(this.#fd, this.#chunk, 0, this.#chunk.length, this.#at)
      this.#at += length
      const lines = (this.#rest + this.#chunk.toString('latin1', 0, length)).split('\n')
      this.#rest = (lines.pop() ?? '').slice(0, maxLine)
      const read = lines.flatMap((line) => this.#options.parse(line) ?? [])
      if (read.length > 0) this.#options.onLines(read)
      await turn()
    }
    if (this.#stopped) return
    if (this.#rotatedAt !== undefined) this.#change()
    else if (this.#at >= rotateAt) this.#rotate()
  }

  #rotate(): void {
    renameSync(this.#options.file, this.#oldFile)
    this.#rotatedAt = performance.now()
    this.#options.reopen()
  }

  /** From the old file to the new, once no worker writes to the old. */
  #change(): void {
    if (performance.now() - (this.#rotatedAt as number) < reopenMs || statSync(this.#options.file, { throwIfNoEntry: false }) === undefined)
      return
    closeSync(this.#fd)
    this.#watcher.close()
    rmSync(this.#oldFile, { force: true })
    this.#fd = openSync(this.#options.file, 'r')
    this.#watcher = this.#follow()
    this.#at = 0
    this.#rest = ''
    this.#rotatedAt = undefined
  }
}
