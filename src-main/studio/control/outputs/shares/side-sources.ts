import type { ShareListener, TakenShare } from '../../../../media/media-shares.ts'
import type { Collection, Source } from '../../../document/collection.ts'
import type { StudioEngine } from '../../engine/studio-engine.ts'
import { takeShared } from './take-shared.ts'

export interface SideSourcesDependencies {
  /** An engine of its own: what is open in the studio is not touched. */
  readonly engine: Pick<StudioEngine, 'setCollection' | 'shareMedia' | 'stop'>
  /** A document with one empty scene. */
  readonly empty: Collection
  /** A source with the defaults of its kind. */
  readonly sourceOf: (kind: string, settings: Readonly<Record<string, unknown>>) => Source
  /** For how long the process stays when nothing is taken, ms. */
  readonly keepMs?: number
}

/** What is shown beside any show. */
export type SideShare = { readonly overlay: string; readonly width: number; readonly height: number } | { readonly stream: string }

interface TakenSource {
  readonly source: Source
  takers: number
}

const usualKeepMs = 10_000

/** Overlays and streams for other programs: sources of no show, in a process that runs while any is taken and a little longer. */
export class SideSources {
  readonly #dependencies: SideSourcesDependencies
  readonly #taken = new Map<string, TakenSource>()
  #timer: NodeJS.Timeout | undefined
  #ending: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(dependencies: SideSourcesDependencies) {
    this.#dependencies = dependencies
  }

  take(share: SideShare, listener: ShareListener): TakenShare {
    const id = 'overlay' in share ? `overlay-${share.overlay}` : `stream-${share.stream}`
    let at = this.#taken.get(id)
    if (at === undefined) {
      at = { source: { ...this.#sourceOf(share), id }, takers: 0 }
      this.#taken.set(id, at)
    }
    at.takers++
    clearTimeout(this.#timer)
    this.#show()
    const taken = takeShared(this.#dependencies.engine, `source:${id}`, listener)
    let closed = false
    return {
      close: () => {
        if (closed) return
        closed = true
        taken.close()
        if (--at.takers > 0) return
        this.#taken.delete(id)
        this.#show()
        if (this.#taken.size === 0) this.#endLater()
      },
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#taken.clear()
    await this.#ending
    await this.#dependencies.engine.stop()
  }

  #sourceOf(share: SideShare): Source {
    const { sourceOf } = this.#dependencies
    if ('stream' in share) return sourceOf('stream', { stream: share.stream })
    return sourceOf('browser', { url: `/overlay/${share.overlay}`, width: share.width, height: share.height })
  }

  /** Behind a process that ends. */
  #show(): void {
    void this.#ending.then(() => {
      if (this.#stopped) return
      const { engine, empty } = this.#dependencies
      engine.setCollection({ ...empty, sources: [...this.#taken.values()].map(({ source }) => source) })
    })
  }

  #endLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#ending = this.#dependencies.engine.stop()
    }, this.#dependencies.keepMs ?? usualKeepMs).unref()
  }
}
