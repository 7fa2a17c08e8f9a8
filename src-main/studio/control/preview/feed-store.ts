import { AppError } from '../../../platform/errors.ts'
import type { PreviewHeight } from './preview-encoding.ts'
import { type PreviewAim, PreviewFeed, type PreviewFeedDependencies } from './preview-feed.ts'

/** A feed goes on so long after its last page has gone, ms: one that comes back starts at once, and asks no output for a keyframe. */
const lingerMs = 3000
/** Feeds of a size of their choice that viewers may start, over all canvases: every further one is of the smallest. */
const maxViewerFeeds = 2
const smallest: PreviewHeight = 180
/** Scenes and sources that are encoded by themselves at a time, for all pages: each costs an encoder, and there are many of them. */
const maxItemFeeds = 6

interface Kept {
  readonly aim: PreviewAim
  readonly feed: PreviewFeed
  /** Ends it, once nobody looks. */
  ending: NodeJS.Timeout | undefined
}

/** Somebody's use of a feed. */
export interface FeedUse {
  readonly feed: PreviewFeed
  /** Called once, behind the end of the subscription. */
  release(): void
}

/**
 * The feeds that run. Editors start one for each size that they look at. Viewers cost the host little, however many sizes they ask for:
 * they get what is encoded of that canvas already, and start an encoding only where none runs.
 */
export class PreviewFeedStore {
  readonly #dependencies: PreviewFeedDependencies
  readonly #kept = new Map<string, Kept>()

  constructor(dependencies: PreviewFeedDependencies) {
    this.#dependencies = dependencies
  }

  /** @param mayStart false for viewers: they share what there is, and start as little as possible */
  take(wanted: PreviewAim, mayStart: boolean): FeedUse {
    const kept = this.#find(wanted) ?? (mayStart ? undefined : this.#nearest(wanted)) ?? this.#start(wanted, mayStart)
    clearTimeout(kept.ending)
    kept.ending = undefined
    return {
      feed: kept.feed,
      release: () => {
        if (kept.feed.listeners > 0) return
        clearTimeout(kept.ending)
        kept.ending = setTimeout(() => this.#end(kept), lingerMs)
        kept.ending.unref()
      },
    }
  }

  /** Throws `studio.busy` where a feed of that aim does not run and must not be started. */
  checkSpace(wanted: PreviewAim): void {
    const others = this.#items()
    if (!isItem(wanted) || this.#find(wanted) || others.length < maxItemFeeds || others.some(({ ending }) => ending !== undefined)) return
    throw new AppError('studio.busy', `${maxItemFeeds} scenes and sources are looked at by themselves already`)
  }

  #items(): readonly Kept[] {
    return [...this.#kept.values()].filter(({ aim }) => isItem(aim))
  }

  close(): void {
    for (const kept of this.#kept.values()) this.#end(kept)
  }

  #find(aim: PreviewAim): Kept | undefined {
    return this.#kept.get(keyOf(aim))
  }

  #of({ canvas, of }: PreviewAim): readonly Kept[] {
    return [...this.#kept.values()].filter(({ aim }) => aim.canvas === canvas && aim.of === of)
  }

  /** Of the feeds of this canvas that somebody looks at, the one whose height is the nearest. */
  #nearest(wanted: PreviewAim): Kept | undefined {
    const away = ({ aim }: Kept): number => Math.abs(aim.height - wanted.height)
    return this.#of(wanted)
      .filter(({ ending }) => ending === undefined)
      .toSorted((one, other) => away(one) - away(other))[0]
  }

  #start(wanted: PreviewAim, mayStart: boolean): Kept {
    this.checkSpace(wanted)
    const others = this.#items()
    if (isItem(wanted) && others.length >= maxItemFeeds) this.#end(others.find(({ ending }) => ending !== undefined) as Kept)
    // What lingers of other sizes would add to what this one costs.
    if (!mayStart) for (const kept of this.#of(wanted)) this.#end(kept)
    const aim = mayStart || this.#kept.size < maxViewerFeeds ? wanted : { ...wanted, height: smallest }
    const kept: Kept = { aim, feed: new PreviewFeed(aim, this.#dependencies), ending: undefined }
    this.#kept.set(keyOf(aim), kept)
    return kept
  }

  #end(kept: Kept): void {
    const { aim, feed, ending } = kept
    clearTimeout(ending)
    if (this.#kept.get(keyOf(aim)) === kept) this.#kept.delete(keyOf(aim))
    feed.close()
  }
}

const isItem = ({ of }: PreviewAim): boolean => of.includes(':')
const keyOf = ({ canvas, of, height }: PreviewAim): string => `${canvas} ${of} ${height}`
