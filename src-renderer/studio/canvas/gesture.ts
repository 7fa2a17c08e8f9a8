import { call, randomId } from '../../client/api.ts'
import { expectEdits, noteEdits } from '../overwritten.ts'
import { awaitBeforeUndo } from '../show-store.ts'
import type { Edit } from '../types.ts'

/** Least time between two requests of a gesture, ms. */
const eachMs = 33

/**
 * One gesture: edits that follow each other and are undone as one step, however long it takes. The newest is sent, at most thirty times a
 * second and one at a time, so that a slow host gets no backlog.
 */
export class Gesture {
  readonly #id = randomId()
  readonly #onProblem: (error: unknown) => void
  #waiting: readonly Edit[] | undefined
  #sending: Promise<void> | undefined
  #revision: number | undefined
  #last: readonly Edit[] = []
  #failed = false

  constructor(onProblem: (error: unknown) => void) {
    this.#onProblem = onProblem
  }

  /** Edits that change the same entities each time. */
  send(edits: readonly Edit[]): void {
    if (this.#failed) return
    this.#waiting = edits
    this.#last = edits
    expectEdits(edits)
    if (this.#sending !== undefined) return
    this.#sending = this.#work()
    awaitBeforeUndo(this.#sending)
  }

  /**
   * Resolves when the host has the last edit; with its revision, undefined where nothing was changed.
   * @param isKept false where the last edits put everything back: nobody overwrites what this page set
   */
  async end(isKept = true): Promise<number | undefined> {
    await this.#sending
    if (isKept && !this.#failed && this.#revision !== undefined) noteEdits(this.#last, this.#revision, performance.now())
    return this.#failed ? undefined : this.#revision
  }

  async #work(): Promise<void> {
    try {
      while (this.#waiting !== undefined) {
        const edits = this.#waiting
        this.#waiting = undefined
        const [answer] = await Promise.all([
          call('POST', '/studio/edits', { body: { edits, gesture: this.#id } }),
          new Promise((resolve) => setTimeout(resolve, eachMs)),
        ])
        this.#revision = answer.revision
      }
    } catch (error) {
      this.#failed = true
      this.#waiting = undefined
      this.#onProblem(error)
    } finally {
      this.#sending = undefined
    }
  }
}
