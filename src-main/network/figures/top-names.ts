/** Requests and bytes of something that has a name: a path, a referer, a country. */
export interface NamedShare {
  readonly name: string
  readonly requests: number
  readonly bytes: number
}

/**
 * Counts by name in bounded memory, however many names there are: those that are asked for most stay, and their counts are at least what
 * is said. Of names that come once only a part is there at a time.
 */
export class TopNames {
  readonly #kept: number
  readonly #shares = new Map<string, { requests: number; bytes: number }>()

  /** @param kept names that surely stay; there are never more than twice as many */
  constructor(kept: number) {
    this.#kept = kept
  }

  add(name: string, requests: number, bytes: number): void {
    const known = this.#shares.get(name)
    if (known !== undefined) {
      known.requests += requests
      known.bytes += bytes
      return
    }
    if (this.#shares.size >= this.#kept * 2) {
      for (const { name: each } of this.#sorted().slice(this.#kept)) this.#shares.delete(each)
    }
    this.#shares.set(name, { requests, bytes })
  }

  /** The first by requests. */
  top(max: number): NamedShare[] {
    return this.#sorted().slice(0, max)
  }

  #sorted(): NamedShare[] {
    return [...this.#shares].map(([name, share]) => ({ name, ...share })).sort((a, b) => b.requests - a.requests || b.bytes - a.bytes)
  }
}
