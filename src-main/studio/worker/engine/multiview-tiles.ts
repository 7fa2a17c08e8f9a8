import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { TileImage } from '../../control/engine/studio-engine.ts'
import type { Collection } from '../../document/collection.ts'
import type { Compositor, FrameMemory } from '../compositor/compositor.ts'
import { JpegEncoders } from '../encoder/jpeg-encoders.ts'
import { type Look, looksSame } from '../encoder/look.ts'
import type { LookedAt } from './looked-at.ts'
import { ScaledSurface, type Size, scaledScene, scaleLayer, type ToScale } from './scaled-surface.ts'
import { lookOfScene } from './scene-look.ts'
import type { SceneSurfaces } from './scene-surfaces.ts'

export interface MultiviewTilesDependencies {
  readonly compositor: Compositor
  readonly scenes: SceneSurfaces
  readonly frameStore: (source: string) => FrameStore | undefined
  readonly log: Logger
  readonly onTiles: (tiles: readonly TileImage[]) => void
}

/** What a tile shows now. */
interface Made {
  readonly look: Look
  readonly scaled: ToScale
}

interface Tile {
  readonly id: string
  readonly kind: string
  /** Id of the scene or source. */
  readonly of: string
  readonly surface: ScaledSurface
  look: Look
  /** As it was reported last, and memory for the next. */
  shown: FrameMemory | undefined
  next: FrameMemory | undefined
  /** Null was reported: there is nothing to see. */
  isEmpty: boolean
}

/** Tiles a second of all together, as long as each is made at least `minRate` times: many tiles cost no more than few. */
const tilesPerSecond = 80
const [minRate, maxRate] = [5, 10]

/**
 * Small images of scenes and sources for viewers of the multiview: composited at their size, and written as JPEG if they look different
 * than before. Nothing is done while none is wanted.
 */
export class MultiviewTiles {
  readonly #dependencies: MultiviewTilesDependencies
  readonly #jpegs: JpegEncoders
  /** Tiles that were composed. */
  made = 0
  #tiles: Tile[] = []
  #box: Size = { width: 320, height: 180 }
  #fault = ''

  constructor(dependencies: MultiviewTilesDependencies) {
    this.#dependencies = dependencies
    this.#jpegs = new JpegEncoders(dependencies.compositor)
  }

  /** Exactly these from now on, each within `height` pixels and 16:9 of them: all of them are reported again. */
  set(wanted: readonly string[], height: number): void {
    this.#box = { width: (height * 16) / 9, height }
    const { compositor } = this.#dependencies
    const before = new Map(this.#tiles.map((tile) => [tile.id, tile]))
    this.#tiles = wanted.map((id) => {
      const known = before.get(id)
      before.delete(id)
      const at = id.indexOf(':')
      const none = { look: undefined, shown: undefined, isEmpty: false }
      return known === undefined
        ? { id, kind: id.slice(0, at), of: id.slice(at + 1), surface: new ScaledSurface(compositor), next: undefined, ...none }
        : Object.assign(known, none)
    })
    for (const { surface } of before.values()) surface.close()
    if (wanted.length === 0) this.#jpegs.close()
  }

  /** The scenes and sources of its tiles. */
  get lookedAt(): readonly LookedAt[] {
    return this.#tiles.map(({ kind, of }) => ({ kind, id: of }))
  }

  /** Makes the tiles whose turn it is with a frame: they take turns, so that no frame of the show has to wait for all of them. */
  offer(frame: number, collection: Collection): void {
    const count = this.#tiles.length
    if (count === 0) return
    const { numerator, denominator } = collection.frameRate
    const rate = Math.min(maxRate, Math.max(minRate, tilesPerSecond / count))
    const each = Math.max(1, Math.floor(numerator / denominator / rate))
    // Not one by one: tiles of the same frame share what is made of their sources.
    const together = Math.ceil((2 * count) / each)
    const made: TileImage[] = []
    for (const [index, tile] of this.#tiles.entries()) {
      if ((frame + Math.floor(index / together)) % each !== 0) continue
      try {
        const image = this.#make(tile, frame, collection)
        if (image !== undefined) made.push(image)
      } catch (error) {
        this.#reportFault(tile, error as Error)
      }
    }
    if (made.length > 0) this.#dependencies.onTiles(made)
  }

  close(): void {
    this.set([], this.#box.height)
  }

  #make(tile: Tile, frame: number, collection: Collection): TileImage | undefined {
    const made = tile.kind === 'scene' ? this.#scene(tile.of, collection) : this.#source(tile.of)
    if (made === undefined) {
      if (tile.isEmpty) return undefined
      Object.assign(tile, { isEmpty: true, look: undefined, shown: undefined })
      return { id: tile.id, jpeg: null }
    }
    const { look, scaled } = made
    if (looksSame(look, tile.look)) return undefined
    const { size } = scaled
    if (tile.next?.width !== size.width || tile.next.height !== size.height) {
      tile.shown = undefined
      tile.next = memoryOf(size)
    }
    this.#dependencies.compositor.render(tile.surface.of(scaled), tile.next, frame)
    this.made++
    tile.look = look
    tile.isEmpty = false
    const { next, shown } = tile
    if (shown !== undefined && next.planes.every((plane, index) => Buffer.compare(plane, shown.planes[index] as Uint8Array) === 0))
      return undefined
    tile.shown = next
    tile.next = shown ?? memoryOf(size)
    return { id: tile.id, jpeg: this.#jpegs.encode(next) }
  }

  #scene(id: string, { canvases }: Collection): Made | undefined {
    const { scenes, frameStore } = this.#dependencies
    const scene = scenes.has(id) ? scenes.scene(id) : undefined
    const canvas = canvases.find((each) => each.id === scene?.canvas)
    if (canvas === undefined) return undefined
    return {
      look: lookOfScene(scenes, frameStore, id, canvas.background),
      scaled: scaledScene(scenes, id, canvas, sizeInBox(canvas, this.#box)),
    }
  }

  #source(id: string): Made | undefined {
    const layer = this.#dependencies.scenes.sourceLayer(id)
    if (layer === undefined) return undefined
    const store = this.#dependencies.frameStore(id)
    const filters = 'filters' in layer.content ? layer.content.filters : undefined
    const size = sizeInBox(layer, this.#box)
    const { width, height, ...rest } = layer
    return {
      look: filters === undefined || filters.length === 0 ? [store, store?.sequence, width, height] : undefined,
      scaled: {
        size,
        background: '#000000',
        basis: [store, filters, width, height],
        layers: () => [scaleLayer(rest, size.width / width, size.height / height)],
      },
    }
  }

  /** Each fault once: it comes again with every tile. */
  #reportFault({ id }: Tile, error: Error): void {
    if (this.#fault === error.message) return
    this.#fault = error.message
    this.#dependencies.log.warn({ err: error, tile: id }, 'a tile of the multiview cannot be made')
  }
}

/** As large as fits, in the shape that it has. */
function sizeInBox({ width, height }: Size, box: Size): Size {
  const factor = Math.min(box.width / width, box.height / height, 1)
  const even = (pixels: number): number => Math.max(2, Math.round((pixels * factor) / 2) * 2)
  return { width: even(width), height: even(height) }
}

function memoryOf({ width, height }: Size): FrameMemory {
  const [half, rows] = [width / 2, height / 2]
  return {
    width,
    height,
    planes: [Buffer.alloc(width * height), Buffer.alloc(half * rows), Buffer.alloc(half * rows)],
    strides: [width, half, half],
  }
}
