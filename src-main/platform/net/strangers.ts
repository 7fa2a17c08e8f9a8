/**
 * Bounds the connections of those who have not proved yet who they are, so that they take nobody's place: with one more the one that has
 * waited longest is closed. Whoever belongs here proves it as soon as they are connected.
 */
export class Strangers {
  readonly #max: number
  /** What closes each, in the order in which they came. */
  readonly #closers = new Set<() => void>()

  /** @param max fewer than the connections that are taken in all */
  constructor(max: number) {
    this.#max = max
  }

  /** Returns the function to call when it is a stranger no longer, or closed. */
  add(close: () => void): () => void {
    const [oldest] = this.#closers
    if (this.#closers.size >= this.#max) {
      this.#closers.delete(oldest as () => void)
      oldest?.()
    }
    this.#closers.add(close)
    return () => void this.#closers.delete(close)
  }
}
