import type { Device, DeviceKind } from '../../../../media/device.ts'
import { AppError } from '../../../../platform/errors.ts'
import { Turns } from '../../../../platform/timing/turns.ts'
import type { Collection } from '../../../document/collection.ts'
import type { StudioEngine, TileImage } from '../../engine/studio-engine.ts'
import { onlyDrawn } from './only-drawn.ts'
import { untilSettled } from './until-settled.ts'

type Engine = Pick<StudioEngine, 'setCollection' | 'reports' | 'onEvent' | 'screenshot' | 'devices' | 'setTiles' | 'stop'>

export interface SpareEngineOptions {
  /** An engine of its own: what is open in the studio is not touched. */
  readonly engine: Engine
  /** A document with one empty scene. */
  readonly empty: Collection
  /** For how long the process stays when nothing is left to do, ms. */
  readonly keepMs?: number
}

export interface WantedDrawing {
  readonly collection: Collection
  /** Id of the scene. */
  readonly scene: string
  /** Pixels; the height follows. */
  readonly width: number
}

/** What waits for what is being done; more is rejected. */
const maxWaiting = 16
const usualKeepMs = 15_000

/**
 * A second engine for what is wanted beside the open show, or where none is open: drawings of documents, and lists of devices. Its process
 * runs while there is something to do and a little longer; one request is handled after the other.
 */
export class SpareEngine {
  readonly #options: SpareEngineOptions
  readonly #turns = new Turns(maxWaiting, 'requests for drawings and devices', 'studio.busy')
  #drawings = 0
  #timer: NodeJS.Timeout | undefined
  #document: Collection | undefined
  #stopped = false

  constructor(options: SpareEngineOptions) {
    this.#options = options
  }

  /**
   * A JPEG of a scene, of those of its sources that the studio draws itself: no device is opened and no page loaded for it.
   * Throws `studio.busy` while much else waits, `studio.not_found`, `studio.not_running`.
   */
  draw({ collection, scene, width }: WantedDrawing): Promise<Uint8Array> {
    const mark = `drawing-${++this.#drawings}`
    const document = onlyDrawn(collection, scene, mark)
    return this.#next(async (engine) => {
      this.#show(document)
      await untilSettled(engine, document)
      return engine.screenshot({ scene: mark }, { type: 'jpeg', width })
    })
  }

  /** Devices of the machine. Throws `studio.busy` while much else waits, and what listing them throws. */
  devices(kind: DeviceKind): Promise<readonly Device[]> {
    return this.#next((engine) => {
      if (this.#document === undefined) this.#show(this.#options.empty)
      return engine.devices(kind)
    })
  }

  /** Shows a document, and has tiles of it made, until another one is drawn or shown. Throws `studio.busy`. */
  show(document: Collection, tiles: readonly string[]): Promise<void> {
    return this.#next(async (engine) => {
      // Nothing to show needs no process.
      if (this.#document === document || (this.#document === undefined && tiles.length === 0)) return
      this.#show(document)
      engine.setTiles(tiles, 180)
    })
  }

  /** Calls for each tile that was made. Returns the way to stop. */
  onTile(listener: (tile: TileImage) => void): () => void {
    return this.#options.engine.onEvent((event) => {
      if (event.kind === 'tiles') for (const tile of event.tiles) listener(tile)
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    // What is being done ends with its process.
    await this.#options.engine.stop()
    await this.#turns.behind(async () => undefined)
  }

  #show(document: Collection): void {
    this.#document = document
    this.#options.engine.setCollection(document)
  }

  #next<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const done = this.#turns.next(() => {
      if (this.#stopped) throw new AppError('studio.not_running', 'The host is stopping')
      clearTimeout(this.#timer)
      return work(this.#options.engine)
    })
    return done.finally(() => this.#stopLater())
  }

  #stopLater(): void {
    if (!this.#turns.idle || this.#stopped) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      // What is asked for next waits until the process is gone, and starts another.
      void this.#turns.behind(async () => {
        if (!this.#turns.idle) return
        this.#document = undefined
        await this.#options.engine.stop()
      })
    }, this.#options.keepMs ?? usualKeepMs).unref()
  }
}
