interface Waiting {
  readonly timer: NodeJS.Timeout | undefined
  readonly then: () => void
}

/** Streams of which the origin has said what there is, and who waits for it to say so. */
export class ListedNames {
  readonly #listed = new Set<string>()
  readonly #waiting = new Map<string, Set<Waiting>>()
  #waitingCount = 0

  /** How many wait. */
  get waiting(): number {
    return this.#waitingCount
  }

  has(name: string): boolean {
    return this.#listed.has(name)
  }

  /** The origin has said it. */
  add(name: string): void {
    this.#listed.add(name)
    this.#wake(name)
  }

  /** Nothing is known of it any more. Who waits goes on. */
  delete(name: string): void {
    this.#listed.delete(name)
    this.#wake(name)
  }

  /** Calls back when the origin says it, or after `maxMs` where it is given. Returns the function that stops waiting. */
  whenListed(name: string, maxMs: number | undefined, then: () => void): () => void {
    const all = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, all)
    const timer = maxMs === undefined ? undefined : setTimeout(() => this.#end(name, waiting), maxMs)
    const waiting: Waiting = { then, timer }
    all.add(waiting)
    this.#waitingCount++
    return () => this.#remove(name, waiting)
  }

  /** Calls nobody back any more. */
  stop(): void {
    for (const [name, all] of this.#waiting) for (const waiting of all) this.#remove(name, waiting)
  }

  #wake(name: string): void {
    for (const waiting of this.#waiting.get(name) ?? []) this.#end(name, waiting)
  }

  #end(name: string, waiting: Waiting): void {
    if (this.#remove(name, waiting)) waiting.then()
  }

  #remove(name: string, waiting: Waiting): boolean {
    const all = this.#waiting.get(name)
    if (all?.delete(waiting) !== true) return false
    clearTimeout(waiting.timer)
    this.#waitingCount--
    if (all.size === 0) this.#waiting.delete(name)
    return true
  }
}
