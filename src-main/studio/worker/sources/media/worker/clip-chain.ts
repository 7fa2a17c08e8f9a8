import type { ReachPolicy } from '../../../../../platform/outbound/reach.ts'
import type { PlayItem } from '../messages.ts'
import { Clip } from './clip.ts'
import { hasGrown } from './file-watch.ts'
import { findItem } from './item-request.ts'
import type { MediaEngine } from './media-engine.ts'
import { MediaFault } from './media-fault.ts'
import type { PlayOrder } from './play-order.ts'

/** The next item is opened so long before the present one ends, µs. */
const prepareUs = 3_000_000
/** A file that grew while it was played is waited for this long, with this interval of checks, ms. */
const growthMs = 3000
const growthLookMs = 250

/** A stretch of the media's timeline that one item fills. */
export interface Laid {
  /** Its number in the list. */
  readonly item: number
  /** Media time at which its position 0 is, µs. */
  readonly baseUs: number
  readonly clip: Clip
}

export interface ClipChainDependencies {
  readonly items: readonly PlayItem[]
  readonly soundTrack: number
  readonly order: PlayOrder
  readonly engine: MediaEngine
  readonly reach: () => ReachPolicy
  /** An item that was to follow cannot be opened. */
  readonly onPassedOver: (item: PlayItem, error: Error) => void
  /** Asked between steps: true ends what is being done early. */
  readonly gaveUp: () => boolean
}

/** The open files, one behind the other on the media's timeline without a gap. One call at a time. */
export class ClipChain {
  readonly #dependencies: ClipChainDependencies
  #laid: Laid[] = []
  #prepared: { readonly item: number; readonly clip: Promise<Clip> } | undefined
  /** Items in a row that had nothing in them. */
  #emptyItems = 0
  /** When the file that is played was last seen to grow, ms of the process. */
  #grewAt = Number.NEGATIVE_INFINITY

  constructor(dependencies: ClipChainDependencies) {
    this.#dependencies = dependencies
  }

  /** What is decoded: it may be seen a little later. */
  get newest(): Laid | undefined {
    return this.#laid.at(-1)
  }

  /** What is seen at a media time. */
  at(mediaUs: number): Laid | undefined {
    return this.#laid.findLast((each) => each.baseUs <= mediaUs) ?? this.#laid[0]
  }

  /** Drops what was over before a media time; true where another item is seen by then. */
  forgetBefore(mediaUs: number): boolean {
    let changed = false
    while (this.#laid.length > 1 && (this.#laid[1] as Laid).baseUs <= mediaUs) {
      const gone = this.#laid.shift() as Laid
      changed ||= gone.item !== (this.#laid[0] as Laid).item || gone.baseUs !== (this.#laid[0] as Laid).baseUs
    }
    return changed
  }

  /** Starts again with the order's item at a position. Throws MediaFault. */
  async open(atUs: number): Promise<{ readonly laid: Laid; readonly atUs: number }> {
    await this.close()
    const item = this.#dependencies.order.current
    if (item === undefined) throw new MediaFault('refused', 'No file is named yet')
    const clip = await this.#openItem(item, 0)
    const { durationUs } = clip.facts
    const reached = durationUs === undefined ? atUs : Math.min(atUs, durationUs)
    if (reached > 0) await clip.seek(reached, this.#dependencies.gaveUp)
    this.#grewAt = Number.NEGATIVE_INFINITY
    const laid = { item, baseUs: 0, clip }
    this.#laid = [laid]
    return { laid, atUs: reached }
  }

  /** Goes to a position of the newest item: the timeline starts again with it. Answers the position that there is. */
  async seek(us: number): Promise<number> {
    const { item, clip } = this.newest as Laid
    const { durationUs } = clip.facts
    const to = Math.max(0, durationUs === undefined ? us : Math.min(us, durationUs))
    await clip.seek(to, this.#dependencies.gaveUp)
    this.#laid = [{ item, baseUs: 0, clip }]
    return to
  }

  /**
   * The newest item has ended: lays what follows behind it and answers that, `wait` where its file may still grow, or the media
   * time of the end. What cannot be opened is passed over. Throws MediaFault where nothing is left.
   */
  async follow(): Promise<Laid | 'wait' | number> {
    const { items, order, gaveUp } = this.#dependencies
    const { item, baseUs, clip } = this.newest as Laid
    const grown = await this.#grown(clip)
    if (grown !== undefined) return grown === 'wait' ? 'wait' : this.#lay({ item, baseUs, clip: grown })
    const endUs = baseUs + clip.lengthUs
    this.#emptyItems = clip.lengthUs > 0 ? 0 : this.#emptyItems + 1
    if (this.#emptyItems >= items.length && order.loop) {
      throw new MediaFault('broken', `There is nothing in ${clip.item.file} that can be played`)
    }
    for (;;) {
      const following = order.following
      if (following === undefined) return endUs
      if (following === item && clip.item.trimInMs === 0) {
        await clip.seek(0, gaveUp)
        order.next()
        return this.#lay({ item, baseUs: endUs, clip })
      }
      const prepared = this.#prepared?.item === following ? this.#prepared.clip : undefined
      this.#prepared = undefined
      try {
        const next = await (prepared ?? this.#openItem(following, 0))
        order.next()
        return this.#lay({ item: following, baseUs: endUs, clip: next })
      } catch (error) {
        // The last one that could have been: a person must help, or a file must come back.
        if (following === item || gaveUp()) throw error
        this.#passOver(following, error as Error)
      }
    }
  }

  /** Opens what follows while the present item still plays: a decoder's way to a cut in the middle of a file takes its time. */
  prepare(mediaUs: number, speed: number): void {
    const last = this.newest
    const following = this.#dependencies.order.following
    if (last === undefined || following === undefined || this.#prepared !== undefined) return
    if (following === last.item && last.clip.item.trimInMs === 0) return
    const { durationUs } = last.clip.facts
    if (durationUs === undefined || mediaUs - last.baseUs < durationUs - prepareUs * speed) return
    const clip = this.#openItem(following, 0).then(async (opened) => {
      await opened.prime()
      return opened
    })
    const prepared = { item: following, clip }
    this.#prepared = prepared
    clip.catch((error: Error) => {
      if (this.#prepared !== prepared || following === last.item) return
      this.#prepared = undefined
      this.#passOver(following, error)
    })
  }

  /** Drops what was prepared: another item follows. */
  async dropPrepared(): Promise<void> {
    const prepared = this.#prepared
    this.#prepared = undefined
    await prepared?.clip.then((unused) => unused.close()).catch(() => undefined)
  }

  async close(): Promise<void> {
    await this.dropPrepared()
    const clip = this.newest?.clip
    this.#laid = []
    await clip?.close()
  }

  #passOver(item: number, error: Error): void {
    this.#dependencies.order.dropFollowing()
    this.#dependencies.onPassedOver(this.#dependencies.items[item] as PlayItem, error)
  }

  #openItem(item: number, atUs: number): Promise<Clip> {
    return Clip.open(
      this.#dependencies.items[item] as PlayItem,
      this.#dependencies.soundTrack,
      atUs,
      this.#dependencies.engine,
      this.#dependencies.reach(),
    )
  }

  async #lay(laid: Laid): Promise<Laid> {
    const before = this.newest?.clip
    this.#laid.push(laid)
    if (before !== laid.clip) await before?.close()
    return laid
  }

  /** The same file opened again behind what was played of it, where it has grown since. */
  async #grown(clip: Clip): Promise<Clip | 'wait' | undefined> {
    if (clip.stamp === undefined || clip.item.trimOutMs !== null || clip.item.sequenceRate !== undefined) return undefined
    const now = await findItem(clip.item, this.#dependencies.reach()).catch(() => undefined)
    if (now !== undefined && hasGrown(clip.stamp, now)) {
      this.#grewAt = performance.now()
      const grown = await Clip.open(
        clip.item,
        this.#dependencies.soundTrack,
        clip.lengthUs,
        this.#dependencies.engine,
        this.#dependencies.reach(),
      )
      grown.playedUs = clip.lengthUs
      return grown
    }
    if (performance.now() - this.#grewAt > growthMs) return undefined
    await new Promise((resolve) => setTimeout(resolve, growthLookMs))
    return 'wait'
  }
}
