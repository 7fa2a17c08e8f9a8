import type { FrameStore, FrameToWrite, MediaStores } from '../../../media/worker/stores/media-stores.ts'
import type { WantedStores } from '../../control/engine/messages.ts'
import type { CanvasFrames } from '../../control/engine/studio-engine.ts'
import type { FrameRate } from '../../document/schemas/frame-rate.ts'
import type { FrameMemory } from '../compositor/compositor.ts'
import type { CanvasSize } from './active-encodings.ts'

interface Shown {
  readonly store: FrameStore
  taken: boolean
  reported: string
}

/** Finished frames of canvases, written for those who take them raw: a store for each canvas that is shown. */
export class ActiveFrames {
  readonly #stores: MediaStores
  readonly #onFrames: (canvas: string, canvasFrames: CanvasFrames | null) => void
  readonly #shown = new Map<string, Shown>()

  constructor(stores: MediaStores, onFrames: (canvas: string, canvasFrames: CanvasFrames | null) => void) {
    this.#stores = stores
    this.#onFrames = onFrames
  }

  set(wanted: readonly WantedStores[], canvases: ReadonlyMap<string, CanvasSize>, frameRate: FrameRate): void {
    const kept = new Set(wanted.map(({ of }) => of))
    for (const [canvas, { store }] of this.#shown) {
      if (kept.has(canvas)) continue
      store.close()
      this.#shown.delete(canvas)
    }
    for (const { of: canvas, taken } of wanted) {
      let shown = this.#shown.get(canvas)
      if (shown === undefined) {
        shown = { store: this.#stores.createFrameStore(), taken, reported: '' }
        this.#shown.set(canvas, shown)
      }
      // What is not taken costs no memory, and nobody sees an old frame when it is taken again.
      if (!taken) shown.store.clear()
      shown.taken = taken
    }
    this.follow(canvases, frameRate)
  }

  /** Reports sizes and rates that changed, and of canvases that came and went. */
  follow(canvases: ReadonlyMap<string, CanvasSize>, frameRate: FrameRate): void {
    for (const [id, shown] of this.#shown) {
      const canvas = canvases.get(id)
      const canvasFrames =
        canvas === undefined ? null : { address: shown.store.address, width: canvas.width, height: canvas.height, frameRate }
      const reported = JSON.stringify(canvasFrames)
      if (reported === shown.reported) continue
      shown.reported = reported
      if (canvasFrames === null) shown.store.clear()
      this.#onFrames(id, canvasFrames)
    }
  }

  /** Whether any takes a canvas's frames. */
  wants(canvas: string): boolean {
    return this.#shown.get(canvas)?.taken === true
  }

  /** Takes the canvas's frame that was due at `timeUs`: it is copied. */
  offer(canvas: string, { width, height, planes, strides }: FrameMemory, timeUs: number): void {
    const shown = this.#shown.get(canvas)
    if (shown?.taken !== true) return
    const written: FrameToWrite = { layout: 'i420', width, height, planes, strides, timeUs }
    shown.store.write(written)
  }

  close(): void {
    for (const { store } of this.#shown.values()) store.close()
    this.#shown.clear()
  }
}
