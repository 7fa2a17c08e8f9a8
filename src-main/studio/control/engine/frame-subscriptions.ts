import type { WantedFrames } from './messages.ts'
import type { CanvasFrames, FramesListener, ShownFrames } from './studio-engine.ts'

interface Taker {
  readonly listener: FramesListener
  taken: boolean
}

interface Shared {
  pictures: CanvasFrames | undefined
  fault: string | undefined
  readonly takers: Set<Taker>
}

/** Who takes a canvas's finished frames: one store for all who take the same canvas. */
export class FrameSubscriptions {
  readonly #onWanted: () => void
  readonly #byCanvas = new Map<string, Shared>()

  /** `onWanted` is called when what is wanted changed. */
  constructor(onWanted: () => void) {
    this.#onWanted = onWanted
  }

  get wanted(): readonly WantedFrames[] {
    return [...this.#byCanvas].map(([canvas, { takers }]) => ({ canvas, taken: [...takers].some(({ taken }) => taken) }))
  }

  add(canvas: string, listener: FramesListener): ShownFrames {
    let shared = this.#byCanvas.get(canvas)
    if (shared === undefined) {
      shared = { pictures: undefined, fault: undefined, takers: new Set() }
      this.#byCanvas.set(canvas, shared)
    }
    const at = shared
    const taker: Taker = { listener, taken: false }
    at.takers.add(taker)
    if (at.takers.size === 1) this.#onWanted()
    // Later subscribers learn what the others were sent.
    const known = at.fault !== undefined || at.pictures !== undefined
    queueMicrotask(() => {
      if (!known || !at.takers.has(taker)) return
      if (at.fault !== undefined) listener.onFault(at.fault)
      else if (at.pictures !== undefined) listener.onFrames(at.pictures)
    })
    return {
      setTaken: (taken) => {
        if (taker.taken === taken || !at.takers.has(taker)) return
        taker.taken = taken
        this.#onWanted()
      },
      close: () => {
        if (!at.takers.delete(taker)) return
        if (at.takers.size === 0) this.#byCanvas.delete(canvas)
        this.#onWanted()
      },
    }
  }

  /** Null: there is no such canvas. */
  onFrames(canvas: string, pictures: CanvasFrames | null): void {
    const shared = this.#byCanvas.get(canvas)
    if (shared === undefined) return
    if (pictures === null) {
      this.#fail(shared, `There is no canvas ${canvas}`)
      return
    }
    shared.fault = undefined
    shared.pictures = pictures
    for (const { listener } of shared.takers) listener.onFrames(pictures)
  }

  /** The process is gone, and its memory with it. */
  onGap(): void {
    for (const shared of this.#byCanvas.values()) {
      shared.pictures = undefined
      shared.fault = undefined
      for (const { listener } of shared.takers) listener.onGap()
    }
  }

  /** The process cannot run at all. */
  failAll(problem: string): void {
    for (const shared of this.#byCanvas.values()) this.#fail(shared, problem)
  }

  #fail(shared: Shared, problem: string): void {
    shared.pictures = undefined
    shared.fault = problem
    for (const { listener } of shared.takers) listener.onFault(problem)
  }
}
