import type { Logger } from '../../../platform/logger.ts'
import type { Collection } from '../../document/collection.ts'
import type { Compositor } from '../compositor/compositor.ts'
import type { VideoEncoding } from '../encoder/video-encoding.ts'
import type { ActiveCanvas, ActiveCanvases } from './active-canvases.ts'
import type { ActiveEncodings } from './active-encodings.ts'
import type { ActiveFrames } from './active-frames.ts'
import type { MultiviewTiles } from './multiview-tiles.ts'
import type { PageFrames } from './page-frames.ts'
import type { SceneSurfaces } from './scene-surfaces.ts'
import type { StatisticsMeter } from './statistics-meter.ts'

export interface CanvasFramesDependencies {
  readonly compositor: Compositor
  readonly scenes: SceneSurfaces
  readonly canvases: ActiveCanvases
  readonly encodings: ActiveEncodings
  readonly activeFrames: ActiveFrames
  readonly pages: PageFrames
  readonly tiles: MultiviewTiles
  readonly meter: StatisticsMeter
  readonly log: Logger
}

/** Composites what is wanted of each frame: programs, previews, scenes and sources that somebody looks at, and multiview tiles. */
export class CanvasFrames {
  readonly #dependencies: CanvasFramesDependencies
  #renderFault = ''

  constructor(dependencies: CanvasFramesDependencies) {
    this.#dependencies = dependencies
  }

  /** @param audioWaits no frame is composited: mixing takes all CPU time; transitions go on */
  make(frame: number, dueUs: number, audioWaits: boolean, collection: Collection): void {
    const { compositor, canvases, tiles, meter } = this.#dependencies
    const startedUs = compositor.nowUs()
    for (const [id, canvas] of canvases.all) {
      if (!audioWaits) this.#makePreview(id, canvas, frame)
      this.#makeProgram(id, canvas, frame, dueUs, audioWaits)
    }
    if (!audioWaits) {
      this.#makeViews(frame)
      tiles.offer(frame, collection)
    }
    meter.rendered((compositor.nowUs() - startedUs) / 1000)
  }

  #makeProgram(id: string, canvas: ActiveCanvas, frame: number, dueUs: number, audioWaits: boolean): void {
    const { encodings, activeFrames, meter } = this.#dependencies
    const wanting = encodings.wanting(id, 'program', frame)
    if (wanting.every(({ forPages }) => forPages) && !activeFrames.wants(id)) {
      canvas.program.pass(frame)
      const { only } = canvas.program
      if (audioWaits || wanting.length === 0) return
      if (only !== undefined) {
        this.#makeForPages(id, canvas, wanting, only, frame)
        return
      }
    }
    const pooled = audioWaits ? undefined : canvas.pool.take()
    if (pooled === undefined) {
      meter.dropped++
      canvas.program.pass(frame)
      return
    }
    try {
      canvas.program.render(pooled.memory, frame)
    } catch (error) {
      // One canvas that cannot be composed takes nothing else along, and not this process.
      this.#reportRenderFault(id, error as Error)
      meter.dropped++
      return
    }
    for (const encoding of wanting) encoding.offer(pooled, frame)
    activeFrames.offer(id, pooled.memory, dueUs)
  }

  /** The scene that is being prepared, for its viewers: a frame that cannot be made is left out; what is on air does not wait for it. */
  #makePreview(id: string, canvas: ActiveCanvas, frame: number): void {
    const { compositor, scenes, encodings } = this.#dependencies
    const { preview, pool } = canvas
    if (preview === null) return
    const wanting = encodings.wanting(id, 'preview', frame)
    const whole = wanting.filter(({ forPages }) => !forPages)
    this.#makeForPages(
      id,
      canvas,
      wanting.filter(({ forPages }) => forPages),
      preview,
      frame,
    )
    const pooled = whole.length === 0 ? undefined : pool.take()
    if (pooled === undefined) return
    try {
      compositor.render(scenes.root(preview), pooled.memory, frame)
      for (const encoding of whole) encoding.offer(pooled, frame)
    } catch (error) {
      this.#reportRenderFault(id, error as Error)
    }
  }

  /** Scenes and sources that somebody looks at by themselves. */
  #makeViews(frame: number): void {
    const { scenes, canvases, encodings, pages } = this.#dependencies
    for (const { canvas: id, of, kind, id: item } of encodings.views) {
      const canvas = canvases.find(id)
      if (canvas === undefined || (kind === 'scene' && !scenes.has(item))) continue
      const wanting = encodings.wanting(id, of, frame)
      try {
        if (kind === 'scene') pages.offer(wanting, item, canvas, frame)
        else pages.offerSource(wanting, item, frame)
      } catch (error) {
        this.#reportRenderFault(id, error as Error)
      }
    }
  }

  #makeForPages(id: string, canvas: ActiveCanvas, wanting: readonly VideoEncoding[], scene: string, frame: number): void {
    try {
      this.#dependencies.pages.offer(wanting, scene, canvas, frame)
    } catch (error) {
      this.#reportRenderFault(id, error as Error)
    }
  }

  /** Each fault once: it comes again with every frame. */
  #reportRenderFault(canvas: string, error: Error): void {
    if (this.#renderFault === error.message) return
    this.#renderFault = error.message
    this.#dependencies.log.error({ err: error, canvas }, 'a canvas cannot be composed')
  }
}
