import type { Logger } from '../../platform/logger.ts'
import type { FoundObjects } from '../front/cache/cache-search.ts'
import type { PurgeHistory, PurgeOutcome } from '../front/cache/node-cache.ts'
import type { PurgeOrder, PurgeSelection } from '../front/cache/purge-order.ts'
import type { NodeMessage, OriginMessage } from '../origin/link/link-messages.ts'
import type { WarmProgress } from '../origin/warming/warm-schemas.ts'
import { CacheWarmer } from './cache-warmer.ts'
import type { OwnFront } from './own-front.ts'

/** The cache of a node, as its origin purges it. */
export interface LinkedCache {
  readonly lastPurge: number | undefined
  purge(order: PurgeOrder): Promise<PurgeOutcome>
  preview(selection: PurgeSelection): Promise<PurgeOutcome>
  search(prefix: string): FoundObjects
  catchUp(history: PurgeHistory): Promise<void>
  /** nginx of this node, to fill its cache from. */
  readonly warmed: OwnFront
}

type CacheOrder = Extract<OriginMessage, { type: 'purge' | 'preview' | 'warm' | 'warmStop' | 'search' }>

const maxPurges = 1000
const nothingPurged = { objects: 0, bytes: 0 }

export interface CacheOrdersDependencies {
  /** What is asked of it before it has started waits. Rejects where it cannot start. Undefined for a node without a cache. */
  readonly cache: Promise<LinkedCache> | undefined
  readonly send: (message: NodeMessage) => void
  readonly log: Logger
}

/** Carries out what the origin asks of the cache of this node, and answers it. */
export class CacheOrders {
  readonly #dependencies: CacheOrdersDependencies
  readonly #warmer = new CacheWarmer()
  #cache: LinkedCache | undefined
  #purging = 0

  constructor(dependencies: CacheOrdersDependencies) {
    this.#dependencies = dependencies
    dependencies.cache?.then(
      (cache) => {
        this.#cache = cache
      },
      () => undefined,
    )
  }

  /** Number of the last purge that was carried out; undefined without one, and before the cache has started. */
  get lastPurge(): number | undefined {
    return this.#cache?.lastPurge
  }

  /** Carries out the purges that were missed. */
  catchUp(history: PurgeHistory): void {
    this.#cache
      ?.catchUp(history)
      .catch((error) => this.#dependencies.log.error({ err: error }, 'purges of the origin could not be carried out'))
  }

  handle(order: CacheOrder): void {
    switch (order.type) {
      case 'purge':
        this.#purge(order.id, (cache) => cache.purge(order.order))
        return
      case 'preview':
        this.#purge(order.id, (cache) => cache.preview(order.selection))
        return
      case 'warm':
        this.#warm(order)
        return
      case 'warmStop':
        this.#warmer.stop(order.id)
        return
      case 'search':
        this.#search(order.id, order.prefix)
        return
    }
  }

  /** The connection broke: the origin would not learn how far warming comes. */
  stopWarming(): void {
    this.#warmer.stopAll()
  }

  #purge(id: number, act: (cache: LinkedCache) => Promise<PurgeOutcome>): void {
    const { cache, log, send } = this.#dependencies
    if (cache === undefined) send({ type: 'purged', id, ...nothingPurged })
    else if (this.#purging >= maxPurges) send({ type: 'purged', id, ...nothingPurged, fault: 'too many purges wait' })
    else {
      this.#purging++
      void cache
        .then(act)
        .then(
          ({ objects, bytes }) => send({ type: 'purged', id, objects, bytes }),
          (error: Error) => {
            log.error({ err: error }, 'a purge failed')
            send({ type: 'purged', id, ...nothingPurged, fault: error.message.slice(0, 1000) })
          },
        )
        .finally(() => {
          this.#purging--
        })
    }
  }

  #warm({ id, urls, perSecond }: Extract<CacheOrder, { type: 'warm' }>): void {
    const report = (progress: WarmProgress, isEnded: boolean, fault?: string): void =>
      this.#dependencies.send({
        type: 'warmed',
        id,
        progress,
        isEnded,
        ...(fault === undefined ? {} : { fault: fault.slice(0, 1000) }),
      })
    const nothing = { total: urls.length, done: 0, failed: 0, bytes: 0 }
    if (this.#cache === undefined) {
      report(nothing, true, 'this node has no cache, or it is not ready yet')
      return
    }
    this.#warmer
      .run(this.#cache.warmed, id, { urls, perSecond }, (progress) => report(progress, false))
      .then(
        (progress) => report(progress, true),
        (error: Error) => report(nothing, true, error.message),
      )
  }

  #search(id: number, prefix: string): void {
    const { send } = this.#dependencies
    try {
      send({ type: 'found', id, found: this.#cache?.search(prefix) ?? { objects: [], hasMore: false } })
    } catch (error) {
      send({ type: 'found', id, found: null, fault: (error as Error).message.slice(0, 1000) })
    }
  }
}
