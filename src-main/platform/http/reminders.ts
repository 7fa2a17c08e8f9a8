/** How often the log says the same again, ms. */
const remindMs = 60_000
const maxReminders = 1000

/** Keeps what goes on for long, or comes from many, from filling the log: each key is due once a minute at most. */
export class Reminders {
  /** When each was said last, the oldest first. */
  readonly #saidAt = new Map<string, number>()

  /** True where it is time to say it, which counts as said. */
  isDue(key: string): boolean {
    const nowMs = performance.now()
    const last = this.#saidAt.get(key)
    if (last !== undefined && nowMs - last < remindMs) return false
    this.#saidAt.delete(key)
    const oldest = this.#saidAt.keys().next()
    if (this.#saidAt.size >= maxReminders && !oldest.done) this.#saidAt.delete(oldest.value)
    this.#saidAt.set(key, nowMs)
    return true
  }
}
