/** Connections that have not said yet which node they are. */
const maxStrangers = 64

/**
 * Bounds the connections of those who have not proved to be a node, so that they take no node's place: with one more the one that has waited
 * longest is closed. A node proves its key as soon as it is connected.
 */
export class Strangers {
  /** What closes each, in the order in which they came. */
  readonly #closers = new Set<() => void>()

  /** Returns the function to call when it is a stranger no longer, or closed. */
  add(close: () => void): () => void {
    const [oldest] = this.#closers
    if (this.#closers.size >= maxStrangers) {
      this.#closers.delete(oldest as () => void)
      oldest?.()
    }
    this.#closers.add(close)
    return () => void this.#closers.delete(close)
  }
}
