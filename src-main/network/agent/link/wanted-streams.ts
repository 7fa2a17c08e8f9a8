/** How long a stream is kept that nobody asks for, ms. */
const keepMs = 30_000
/** The same for a name that is not live: names can be made up. */
const keepUnknownMs = 3000
/** Streams at a time: requests for others go to the origin. */
const maxStreams = 500

export interface WantedStreamsDependencies {
  /** Whether the origin has reported a run of it. */
  readonly has: (stream: string) => boolean
  readonly onWant: (stream: string) => void
  readonly onLeave: (stream: string) => void
  /** On any clock that does not go back. */
  readonly now?: () => number
}

/** Which streams a node has reported: from the first request for one until a while after the last. */
export class WantedStreams {
  readonly #dependencies: WantedStreamsDependencies
  readonly #now: () => number
  /** When each was last asked for; the one that was wanted first is first. */
  readonly #usedMs = new Map<string, number>()

  constructor(dependencies: WantedStreamsDependencies) {
    this.#dependencies = dependencies
    this.#now = dependencies.now ?? (() => performance.now())
  }

  get size(): number {
    return this.#usedMs.size
  }

  all(): readonly string[] {
    return [...this.#usedMs.keys()]
  }

  /** False where there are as many as can be. */
  want(stream: string): boolean {
    const isNew = !this.#usedMs.has(stream)
    if (isNew && this.#usedMs.size >= maxStreams) return false
    this.#usedMs.set(stream, this.#now())
    if (isNew) this.#dependencies.onWant(stream)
    return true
  }

  /** Leaves the streams that nobody has asked for. */
  sweep(): void {
    for (const [stream, usedMs] of this.#usedMs) {
      const keptMs = this.#now() - usedMs
      if (keptMs < keepUnknownMs || (keptMs < keepMs && this.#dependencies.has(stream))) continue
      this.#usedMs.delete(stream)
      this.#dependencies.onLeave(stream)
    }
  }

  /** Leaves every stream. */
  leaveAll(): void {
    for (const stream of this.all()) {
      this.#usedMs.delete(stream)
      this.#dependencies.onLeave(stream)
    }
  }

  stop(): void {
    this.#usedMs.clear()
  }
}
