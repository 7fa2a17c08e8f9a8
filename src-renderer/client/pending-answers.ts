/** What came while an answer was on its way. */
interface Pending {
  /** Ids of entities that an event changed. */
  readonly changed: Set<string>
  /** Everything was read again. */
  everything: boolean
}

/**
 * Requests whose answers will be put into what is shown, and what came meanwhile. An event that came after the request was sent is as new
 * as its answer or newer, and where the answer is older than that event, the request's own event came before it: so such an answer
 * is left out, and the order in which answers and events arrive makes no difference.
 */
export class PendingAnswers {
  readonly #pending = new Set<Pending>()

  /** An event said what the entity is now, or that it is gone. */
  note(id: string): void {
    for (const { changed } of this.#pending) changed.add(id)
  }

  /** An event changed these items: notes each that is another object now, or that is gone. */
  noteChanges(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): void {
    if (this.#pending.size === 0 || before === after) return
    for (const id in after) if (after[id] !== before[id]) this.note(id)
    for (const id in before) if (!(id in after)) this.note(id)
  }

  /** Everything is read again: the reading is newer than what is on its way, or events follow it. */
  noteReading(): void {
    for (const pending of this.#pending) pending.everything = true
  }

  /** Waits for the answer to a request that was sent just now; `keep` gets it unless something newer came. Rejects as the request does. */
  async take<T>(answer: Promise<T>, idOf: (value: T) => string, keep: (value: T) => void): Promise<T> {
    const pending: Pending = { changed: new Set(), everything: false }
    this.#pending.add(pending)
    try {
      const value = await answer
      if (!pending.everything && !pending.changed.has(idOf(value))) keep(value)
      return value
    } finally {
      this.#pending.delete(pending)
    }
  }
}
