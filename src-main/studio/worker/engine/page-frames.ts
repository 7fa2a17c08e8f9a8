import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import type { Compositor } from '../compositor/compositor.ts'
import type { Look } from '../encoder/look.ts'
import type { VideoEncoding } from '../encoder/video-encoding.ts'
import { ScaledSurface, type Size, scaledScene, sourceInside, type ToScale } from './scaled-surface.ts'
import { lookOfScene } from './scene-look.ts'
import type { SceneSurfaces } from './scene-surfaces.ts'

export interface PageFramesDependencies {
  readonly compositor: Compositor
  readonly scenes: SceneSurfaces
  readonly frameStore: (source: string) => FrameStore | undefined
}

/** Frames for encodings of which only pages are shown: composed at the size that they encode, and only where something changed. */
export class PageFrames {
  readonly #dependencies: PageFramesDependencies
  readonly #surfaces = new Map<VideoEncoding, ScaledSurface>()

  constructor(dependencies: PageFramesDependencies) {
    this.#dependencies = dependencies
  }

  /** Composes a scene for those encodings, which want frame number `frame`. */
  offer(encodings: readonly VideoEncoding[], scene: string, canvas: Size & { readonly background: string }, frame: number): void {
    if (encodings.length === 0) return
    const { scenes, frameStore } = this.#dependencies
    const look = lookOfScene(scenes, frameStore, scene, canvas.background)
    this.#compose(encodings, look, (size) => scaledScene(scenes, scene, canvas, size), frame)
  }

  /** Composes a source behind its filters in the middle, as large as fits; nothing while it has no frame. */
  offerSource(encodings: readonly VideoEncoding[], source: string, frame: number): void {
    const { scenes, frameStore } = this.#dependencies
    const layer = encodings.length === 0 ? undefined : scenes.sourceLayer(source)
    if (layer === undefined) return
    const { look, scaled } = sourceInside(layer, frameStore(source))
    this.#compose(encodings, look, scaled, frame)
  }

  #compose(encodings: readonly VideoEncoding[], look: Look, scaled: (size: Size) => ToScale, frame: number): void {
    const { compositor } = this.#dependencies
    for (const encoding of encodings) {
      if (encoding.hasShown(look)) continue
      const pooled = encoding.takeFrame()
      if (pooled === undefined) continue
      let surface = this.#surfaces.get(encoding)
      if (surface === undefined) {
        surface = new ScaledSurface(compositor)
        this.#surfaces.set(encoding, surface)
      }
      compositor.render(surface.of(scaled(encoding.size)), pooled.memory, frame)
      encoding.offerOwn(pooled, frame, look)
    }
  }

  /** Keeps what it has of those encodings alone. */
  keepFor(encodings: ReadonlySet<VideoEncoding>): void {
    for (const [encoding, surface] of this.#surfaces) {
      if (encodings.has(encoding)) continue
      surface.close()
      this.#surfaces.delete(encoding)
    }
  }
}
