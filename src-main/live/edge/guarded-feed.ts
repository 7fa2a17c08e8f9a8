import type { StreamFeed } from '../../media/edge-delivery.ts'
import { repeat } from '../../platform/timing/repeat.ts'

/** A stream that waits for its first allowed viewer is looked at so often, ms: what that viewer asks for meanwhile comes from the origin. */
const lookMs = 200
/** A viewer who was allowed to start counts for so long without being seen, ms. */
const allowedMs = 60_000

/** Feeds a stream to a node from the moment on in which `isOpen` is true: until then a stranger at the node costs nothing but the question. */
export function feedOnceOpen(isOpen: () => boolean, start: () => StreamFeed): StreamFeed {
  let feed = isOpen() ? start() : undefined
  const looking =
    feed === undefined
      ? repeat(lookMs, () => {
          if (!isOpen()) return
          clearInterval(looking)
          feed = start()
        })
      : undefined
  return {
    resume: () => feed?.resume(),
    stop() {
      clearInterval(looking)
      feed?.stop()
    },
  }
}

/** Which streams somebody was allowed to watch a short time ago, at which nodes. */
export class AllowedAtNodes {
  readonly #now: () => number
  /** By node and stream, the oldest first. */
  readonly #untilMs = new Map<string, number>()

  /** @param now ms, on any clock that does not go back */
  constructor(now: () => number) {
    this.#now = now
  }

  add(stream: string, node: string): void {
    const now = this.#now()
    const key = `${node} ${stream}`
    this.#untilMs.delete(key)
    this.#untilMs.set(key, now + allowedMs)
    for (const [each, untilMs] of this.#untilMs) {
      if (untilMs > now) break
      this.#untilMs.delete(each)
    }
  }

  has(stream: string, node: string): boolean {
    return (this.#untilMs.get(`${node} ${stream}`) ?? 0) > this.#now()
  }
}
