/** A change that was made in OBS from this page. */
export interface UndoStep {
  /** What it was, for people. */
  readonly label: string
  /** Puts back what was before. Rejects as the API does. */
  readonly revert: () => Promise<unknown>
}

const maxSteps = 50

/** What was changed of an OBS on this page, while it is open. */
export class UndoStack {
  #steps: readonly UndoStep[] = []
  /** Ends when the newest change has been made. */
  #last: Promise<void> = Promise.resolve()
  readonly #listeners = new Set<() => void>()

  /**
   * Makes a change; once OBS has taken it, it can be undone. Changes are made one after the other, so that the last one counts: requests
   * that are sent at the same time arrive in any order. Rejects as the change does.
   */
  make(label: string, change: () => Promise<unknown>, revert: () => Promise<unknown>): Promise<void> {
    return this.#inTurn(async () => {
      await change()
      this.#set([...this.#steps, { label, revert }].slice(-maxSteps))
    })
  }

  /**
   * Undoes the newest change, each time that it is called, one after the other. One that cannot be undone any more, because what it was made
   * to is gone, is dropped.
   */
  undo(): Promise<void> {
    return this.#inTurn(() => this.#undoNewest())
  }

  async #undoNewest(): Promise<void> {
    const newest = this.#steps.at(-1)
    if (newest === undefined) return
    try {
      await newest.revert()
    } finally {
      this.#set(this.#steps.filter((step) => step !== newest))
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly newest = (): UndoStep | undefined => this.#steps.at(-1)

  #set(steps: readonly UndoStep[]): void {
    this.#steps = steps
    for (const listener of this.#listeners) listener()
  }
}
