import { type StudioEngine, type TileHeight, type TileImage, tileHeights } from '../../engine/studio-engine.ts'

export interface MultiviewFeedDependencies {
  readonly engine: Pick<StudioEngine, 'setTiles' | 'onEvent'>
}

/** Somebody who looks at tiles. */
export interface TileListener {
  /** Ids of tiles, in the order in which they matter to it. */
  readonly tiles: readonly string[]
  /** Lines that it draws them in. */
  readonly height: TileHeight
  /** Those of editors are made first, where there are too many. */
  readonly isEditor: boolean
  onTile(tile: TileImage): void
}

/** Tiles that are made at a time, for all who look: what they cost is bounded, whatever they ask for. */
export const maxTiles = 32
/** A reload of the page, or another choice in it, comes back within this, ms. */
const lingerMs = 2000

/** The tiles that anybody looks at, with the newest image of each for later viewers. */
export class MultiviewFeed {
  readonly #dependencies: MultiviewFeedDependencies
  readonly #listeners = new Set<TileListener>()
  readonly #newest = new Map<string, TileImage>()
  readonly #leaveEngine: () => void
  #wanted: readonly string[] = []
  #height: TileHeight = tileHeights[0]
  #ending: NodeJS.Timeout | undefined

  constructor(dependencies: MultiviewFeedDependencies) {
    this.#dependencies = dependencies
    this.#leaveEngine = dependencies.engine.onEvent((event) => {
      if (event.kind === 'tiles') for (const tile of event.tiles) this.#take(tile)
    })
  }

  /** Tells the listener what is known of its tiles at once. Returns the way to stop. */
  add(listener: TileListener): () => void {
    this.#listeners.add(listener)
    this.changed(listener)
    return () => {
      if (!this.#listeners.delete(listener)) return
      if (this.#listeners.size > 0) this.#choose()
      else this.#ending = setTimeout(() => this.#choose(), lingerMs).unref()
    }
  }

  /** The listener looks at other tiles than before. */
  changed(listener: TileListener): void {
    clearTimeout(this.#ending)
    for (const id of listener.tiles) {
      const known = this.#newest.get(id)
      if (known !== undefined) listener.onTile(known)
    }
    this.#choose()
  }

  close(): void {
    clearTimeout(this.#ending)
    this.#leaveEngine()
    this.#listeners.clear()
    this.#choose()
  }

  #choose(): void {
    const listeners = [...this.#listeners].toSorted((one, other) => Number(other.isEditor) - Number(one.isEditor))
    const wanted = [...new Set(listeners.flatMap(({ tiles }) => tiles))].slice(0, maxTiles)
    // All share the size of the page that draws them largest.
    const height = tileHeights.find((each) =>
      listeners.every(({ tiles, height: lines }) => tiles.length === 0 || lines <= each),
    ) as TileHeight
    const isSame = wanted.length === this.#wanted.length && wanted.every((id) => this.#wanted.includes(id))
    if (isSame && (height === this.#height || wanted.length === 0)) return
    this.#wanted = wanted
    this.#height = height
    const kept = new Set(wanted)
    for (const id of this.#newest.keys()) if (!kept.has(id)) this.#newest.delete(id)
    this.#dependencies.engine.setTiles(wanted, height)
  }

  #take(tile: TileImage): void {
    // Made before the choice changed.
    if (!this.#wanted.includes(tile.id)) return
    this.#newest.set(tile.id, tile)
    for (const listener of this.#listeners) if (listener.tiles.includes(tile.id)) listener.onTile(tile)
  }
}
