import type { RunnableFunction } from '../run-messages.ts'

/** Starts functions before anybody asks for them, one after the other. */
export class StartAhead {
  readonly #start: (of: RunnableFunction) => Promise<unknown> | undefined
  readonly #waiting: RunnableFunction[] = []
  #isStarting = false

  /** `start` gives undefined for a function that shall not be started any more. */
  constructor(start: (of: RunnableFunction) => Promise<unknown> | undefined) {
    this.#start = start
  }

  add(functions: readonly RunnableFunction[]): void {
    this.#waiting.push(...functions)
    if (!this.#isStarting) void this.#next()
  }

  async #next(): Promise<void> {
    this.#isStarting = true
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      // Who asks for one that does not start has it started again, and learns why that fails.
      await this.#start(next)?.catch(() => undefined)
    }
    this.#isStarting = false
  }
}
