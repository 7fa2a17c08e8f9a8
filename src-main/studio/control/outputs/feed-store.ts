import { EncodedFeed, type EncodedFeedDependencies, type FeedRequest } from './encoded-feed.ts'

/** A feed that is kept until it is released. */
export interface FeedHold {
  readonly feed: EncodedFeed
  /** Idempotent. */
  release(): void
}

interface Shared {
  readonly feed: EncodedFeed
  readonly holders: Set<(problem: string) => void>
}

/** The feeds that outputs take: those that want the same share one, so that every packet is made once. */
export class FeedStore {
  readonly #dependencies: Omit<EncodedFeedDependencies, 'onFault'>
  readonly #shared = new Map<string, Shared>()

  constructor(dependencies: Omit<EncodedFeedDependencies, 'onFault'>) {
    this.#dependencies = dependencies
  }

  /** Starts the encodings where nobody else has. `onFault` is called, later, when they cannot run. */
  take({ canvas, video, audio, owner, asTheyCome = false }: FeedRequest, onFault: (problem: string) => void): FeedHold {
    const key = JSON.stringify([canvas, video, audio, owner ?? null, asTheyCome])
    let shared = this.#shared.get(key)
    if (shared === undefined) {
      const holders = new Set<(problem: string) => void>()
      const request = { canvas, video, audio, asTheyCome, ...(owner === undefined ? {} : { owner }) }
      const feed = new EncodedFeed(request, {
        ...this.#dependencies,
        // The engine may tell while the feed is being made.
        onFault: (problem) =>
          queueMicrotask(() => {
            for (const holder of holders) holder(problem)
          }),
      })
      shared = { feed, holders }
      this.#shared.set(key, shared)
    } else if (shared.feed.fault !== undefined) {
      const problem = shared.feed.fault
      queueMicrotask(() => onFault(problem))
    }
    const { feed, holders } = shared
    holders.add(onFault)
    return {
      feed,
      release: () => {
        if (!holders.delete(onFault) || holders.size > 0) return
        this.#shared.delete(key)
        feed.end()
      },
    }
  }
}
