import { closeSync, fchmodSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../../platform/errors.ts'
import { repeat } from '../../../platform/timing/repeat.ts'

/** Its size is looked at so often, ms. */
const everyMs = 2000

/** A log for people and their tools, and how much of it is kept. */
export interface RotatedLogOptions {
  readonly file: string
  /** A file of this size becomes `FILE.1`, and another one is started. */
  readonly maxBytes: number
  /** Former files that are kept. */
  readonly files: number
}

/** Renames a log that somebody appends to when it is large, and deletes the oldest: it never takes more than its share of the disk. */
export class RotatedLog {
  readonly options: RotatedLogOptions
  readonly #reopen: () => void
  readonly #timer: NodeJS.Timeout

  /**
   * Makes the file where it is missing. Throws `config.invalid` where it cannot be written.
   * @param reopen makes who writes open the file by its name again
   */
  constructor(options: RotatedLogOptions, reopen: () => void) {
    this.options = options
    this.#reopen = reopen
    try {
      mkdirSync(dirname(options.file), { recursive: true, mode: 0o711 })
      this.#make()
    } catch (cause) {
      throw new AppError('config.invalid', `Option accessLog.file: ${(cause as Error).message}`, {
        cause,
        details: { option: 'accessLog.file' },
      })
    }
    this.#timer = repeat(everyMs, () => this.rotate())
  }

  /** Starts another file where this one is large enough. */
  rotate(): void {
    const { file, maxBytes, files } = this.options
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < maxBytes) return
    rmSync(`${file}.${files}`, { force: true })
    for (let number = files - 1; number >= 1; number--) {
      if (statSync(`${file}.${number}`, { throwIfNoEntry: false }) !== undefined) renameSync(`${file}.${number}`, `${file}.${number + 1}`)
    }
    if (files > 0) renameSync(file, `${file}.1`)
    else rmSync(file, { force: true })
    this.#make()
    this.#reopen()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** IP addresses of viewers are in it: for the operator alone. */
  #make(): void {
    const fd = openSync(this.options.file, 'a', 0o600)
    try {
      fchmodSync(fd, 0o600)
    } finally {
      closeSync(fd)
    }
  }
}
