import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import { isRecord } from '../../../platform/routes/schema-faults.ts'
import type { PurgeBook } from './purge-book.ts'

export interface OriginPurgesDependencies {
  readonly events: Pick<EventBus, 'subscribe'>
  readonly purges: Pick<PurgeBook, 'purge'>
  /** False while there is no node, not even a disabled one: then nobody keeps anything. */
  readonly hasNodes: () => boolean
  readonly log: Logger
}

/** What is deleted within this time goes with one purge, ms. */
const gatherMs = 250
/** Tags of one purge. */
const maxTags = 1000

/** Kinds of files that nodes keep of this host below `/live/`; the tag of one is `KIND-ID`, which its answers have in `Cache-Tag`. */
const kinds = ['recording', 'clip'] as const

/**
 * Purges what this host itself has deleted, withdrawn or replaced: recordings and clips, which are all that nodes keep of it below `/live/`.
 * Files of the page have other names when they change, and pages themselves are asked about each time.
 */
export class OriginPurges {
  readonly #dependencies: OriginPurgesDependencies
  readonly #tags = new Set<string>()
  readonly #stop: () => void
  #timer: NodeJS.Timeout | undefined
  #purging: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(dependencies: OriginPurgesDependencies) {
    this.#dependencies = dependencies
    this.#stop = dependencies.events.subscribe(({ topic, data }) => {
      if (!isRecord(data) || typeof data.id !== 'string') return
      for (const kind of kinds)
        if (topic === `${kind}.removed` || topic === `${kind}.withdrawn` || (topic === `${kind}.updated` && wasReplaced(data)))
          this.#add(`${kind}-${data.id}`)
    })
  }

  /** Resolves when what was gathered is purged, or kept for nodes that are away. */
  async stop(): Promise<void> {
    this.#stop()
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#purging
    while (this.#tags.size > 0 && (await this.#purge()));
  }

  #add(tag: string): void {
    if (!this.#dependencies.hasNodes()) return
    this.#tags.add(tag)
    this.#timer ??= this.#soon()
  }

  #soon(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#purging = this.#purge().then(() => {
        this.#timer = this.#tags.size === 0 || this.#stopped ? undefined : this.#soon()
      })
    }, gatherMs).unref()
  }

  /** False where it was not taken: its tags are kept. */
  async #purge(): Promise<boolean> {
    const tags = [...this.#tags].slice(0, maxTags)
    for (const tag of tags) this.#tags.delete(tag)
    try {
      // hard: what was deleted shall not be answered while the origin is away
      await this.#dependencies.purges.purge({ tags }, true, 'host')
      return true
    } catch (error) {
      for (const tag of tags) this.#tags.add(tag)
      this.#dependencies.log.warn({ err: error, tags: tags.length }, 'what was deleted is not purged at nodes yet')
      return false
    }
  }
}

const unfinished: ReadonlySet<unknown> = new Set(['recording', 'waiting', 'making'])

/** True for a file in the trash, and for a published one that may be another one. */
function wasReplaced({ deletedAt, published, state }: Readonly<Record<string, unknown>>): boolean {
  return !unfinished.has(state) && ((deletedAt !== null && deletedAt !== undefined) || published === true)
}
