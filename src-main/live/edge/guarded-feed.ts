import type { StreamFeed } from '../../media/edge-delivery.ts'

/** A viewer who was allowed to start counts for so long without being seen, ms. */
const allowedMs = 60_000

/** Calls back when something may have opened a feed. Returns the function that stops it. */
export type OnOpening = (listener: () => void) => () => void

/**
 * Feeds a stream to a node from the moment on in which `isOpen` is true, which is looked at when `onOpening` calls back: until then a stranger
 * at the node costs nothing but the question.
 */
export function feedOnceOpen(isOpen: () => boolean, onOpening: OnOpening, start: () => StreamFeed): StreamFeed {
  let feed = isOpen() ? start() : undefined
  const stopListening =
    feed === undefined
      ? onOpening(() => {
          if (feed !== undefined || !isOpen()) return
          stopListening?.()
          feed = start()
        })
      : undefined
  return {
    resume: () => feed?.resume(),
    stop() {
      stopListening?.()
      feed?.stop()
    },
  }
}

/** Which streams somebody was allowed to watch a short time ago, at which nodes. */
export class AllowedAtNodes {
  readonly #now: () => number
  /** By node and stream, the oldest first. */
  readonly #untilMs = new Map<string, number>()
  readonly #listeners = new Set<() => void>()

  /** @param now ms, on any clock that does not go back */
  constructor(now: () => number) {
    this.#now = now
  }

  add(stream: string, node: string): void {
    const now = this.#now()
    const key = `${node} ${stream}`
    const isFirst = !this.has(stream, node)
    this.#untilMs.delete(key)
    this.#untilMs.set(key, now + allowedMs)
    for (const [each, untilMs] of this.#untilMs) {
      if (untilMs > now) break
      this.#untilMs.delete(each)
    }
    if (isFirst) for (const listener of [...this.#listeners]) listener()
  }

  /** Calls back when somebody is allowed where nobody was. Returns the function that stops it. */
  onFirst(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  has(stream: string, node: string): boolean {
    return (this.#untilMs.get(`${node} ${stream}`) ?? 0) > this.#now()
  }
}
