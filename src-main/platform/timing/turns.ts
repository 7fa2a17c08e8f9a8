import { AppError, type ErrorCode } from '../errors.ts'

/** Work that is done one after the other, of which only a limited number may wait. */
export class Turns {
  readonly #max: number
  readonly #what: string
  readonly #code: ErrorCode
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /**
   * @param what names what waits, e.g. `requests for drawings`
   * @param code of the error while too much waits
   */
  constructor(max: number, what: string, code: ErrorCode) {
    this.#max = max
    this.#what = what
    this.#code = code
  }

  /** Nothing waits, and nothing is being done. */
  get idle(): boolean {
    return this.#waiting === 0
  }

  /** Resolves or rejects as the work does, when its turn has come. Throws the error of `code` while too much waits. */
  next<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.#max) throw new AppError(this.#code, `${this.#max} ${this.#what} wait already`)
    this.#waiting++
    const done = this.#last.then(work).finally(() => {
      this.#waiting--
    })
    this.#last = done.catch(() => undefined)
    return done
  }

  /** Does this behind everything that waits, however much it is. What comes later waits for it. */
  behind(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}
