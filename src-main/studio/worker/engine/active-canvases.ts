import { AppError } from '../../../platform/errors.ts'
import type { OnCanvas } from '../../control/engine/messages.ts'
import type { Canvas, Collection } from '../../document/collection.ts'
import { frameUs } from '../encoder/frame-clock.ts'
import { FramePool } from '../encoder/frame-pool.ts'
import { CanvasProgram, type CanvasProgramDependencies } from './canvas-program.ts'

export interface ActiveCanvas {
  readonly program: CanvasProgram
  readonly pool: FramePool
  readonly width: number
  readonly height: number
  readonly background: string
  preview: string | null
}

export interface ActiveCanvasesDependencies
  extends Pick<CanvasProgramDependencies, 'compositor' | 'scenes' | 'frameStore' | 'restart' | 'lengthMs'> {
  readonly onEnded: (canvas: string, scene: string) => void
}

/** The canvases of the show, each with its program, its preview and memory for its frames. A canvas of another size is a new one with the same scene. */
export class ActiveCanvases {
  readonly #dependencies: ActiveCanvasesDependencies
  readonly #byId = new Map<string, ActiveCanvas>()

  constructor(dependencies: ActiveCanvasesDependencies) {
    this.#dependencies = dependencies
  }

  get all(): ReadonlyMap<string, ActiveCanvas> {
    return this.#byId
  }

  find(id: string): ActiveCanvas | undefined {
    return this.#byId.get(id)
  }

  /** Throws `studio.not_found`. */
  get(id: string): ActiveCanvas {
    const canvas = this.#byId.get(id)
    if (canvas === undefined) throw new AppError('studio.not_found', `There is no canvas "${id}"`)
    return canvas
  }

  /**
   * Makes and closes canvases as the collection has them, whose scenes are set already. `on` has what is to be shown on new ones. True
   * where one has another size: what is encoded of it must restart.
   */
  setCollection(collection: Collection, on: Readonly<Record<string, OnCanvas>>): boolean {
    const { scenes } = this.#dependencies
    const before = new Map(this.#byId)
    this.#byId.clear()
    let resized = false
    for (const canvas of collection.canvases) {
      const { id, width, height, background } = canvas
      const known = before.get(id)
      const fitting = (scene: string | undefined): string =>
        [scene, canvas.scene].find((each) => each !== undefined && scenes.has(each)) ?? (collection.scenes[0]?.id as string)
      if (known !== undefined && known.width === width && known.height === height) {
        for (const scene of known.program.shown) if (!scenes.has(scene)) known.program.sceneGone(scene, fitting(undefined))
        if (known.preview !== null && !scenes.has(known.preview)) known.preview = null
        this.#byId.set(id, { ...known, background })
        continue
      }
      this.#byId.set(id, {
        width,
        height,
        background,
        pool: new FramePool(width, height),
        preview: on[id]?.preview ?? known?.preview ?? null,
        program: this.#startProgram(canvas, fitting(on[id]?.program ?? known?.program.scene), collection),
      })
      if (known === undefined) continue
      resized = true
      close(known)
    }
    for (const [id, canvas] of before) if (!this.#byId.has(id)) close(canvas)
    return resized
  }

  close(): void {
    for (const canvas of this.#byId.values()) close(canvas)
  }

  #startProgram(canvas: Canvas, scene: string, { frameRate }: Collection): CanvasProgram {
    const { onEnded, ...others } = this.#dependencies
    return new CanvasProgram({
      ...others,
      canvas,
      scene,
      frameMs: frameUs(1, frameRate) / 1000,
      onEnded: (ended) => onEnded(canvas.id, ended),
    })
  }
}

function close({ program, pool }: ActiveCanvas): void {
  program.close()
  pool.close()
}
