import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import type { Compositor, Layer, Surface } from '../compositor/compositor.ts'
import type { Look } from '../encoder/look.ts'
import { layerOf, type SceneSurfaces } from './scene-surfaces.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** What is to be composed at another size than its own. */
export interface ToScale {
  readonly size: Size
  readonly background: string
  /** While these are the same, so are the layers. */
  readonly basis: readonly unknown[]
  readonly layers: () => readonly Layer[]
}

/** A surface that is kept for something small: its layers are described again only where they changed. */
export class ScaledSurface {
  readonly #compositor: Compositor
  #surface: Surface | undefined
  #background = ''
  #basis: readonly unknown[] = []

  constructor(compositor: Compositor) {
    this.#compositor = compositor
  }

  of({ size, background, basis, layers }: ToScale): Surface {
    if (this.#surface?.width !== size.width || this.#surface.height !== size.height || this.#background !== background) {
      this.close()
      this.#surface = this.#compositor.createSurface({ ...size, background })
      this.#background = background
    }
    if (basis.length !== this.#basis.length || basis.some((each, index) => each !== this.#basis[index])) {
      this.#surface.setLayers(layers())
      this.#basis = basis
    }
    return this.#surface
  }

  close(): void {
    this.#surface?.close()
    this.#surface = undefined
    this.#basis = []
  }
}

/** A scene at another size, composed there from its sources. */
export function scaledScene(scenes: SceneSurfaces, id: string, canvas: Size & { readonly background: string }, size: Size): ToScale {
  const { background } = canvas
  const scaled = (layer: Layer): Layer => scaleLayer(layer, size.width / canvas.width, size.height / canvas.height)
  // A scene's own filters are made for its whole size.
  if (scenes.scene(id)?.filters.some(({ enabled }) => enabled) === true) {
    const surface = scenes.root(id)
    const whole: Layer = { content: { surface }, transform: [1, 0, 0, 1, 0, 0], opacity: 1, blend: 'normal', sampling: 'smooth' }
    return { size, background, basis: [surface, canvas.width, canvas.height], layers: () => [scaled(whole)] }
  }
  const placed = scenes.placed(id)
  return { size, background, basis: [placed, canvas.width, canvas.height], layers: () => placed.map((each) => scaled(layerOf(each))) }
}

/** A source behind its filters in the middle of a frame, as large as fits. */
export function sourceInside(
  layer: Layer & Size,
  store: FrameStore | undefined,
): { readonly look: Look; readonly scaled: (size: Size) => ToScale } {
  const { width, height, ...rest } = layer
  const filters = 'filters' in layer.content ? layer.content.filters : undefined
  return {
    // Filters may move by themselves.
    look: filters === undefined || filters.length === 0 ? [store, store?.sequence, width, height] : undefined,
    scaled: (size) => ({
      size,
      background: '#000000',
      basis: [store, filters, width, height],
      layers: () => {
        const factor = Math.min(size.width / width, size.height / height)
        const [a, b, c, d] = scaleLayer(rest, factor, factor).transform
        const at = [(size.width - width * factor) / 2, (size.height - height * factor) / 2] as const
        return [{ ...rest, transform: [a, b, c, d, ...at], sampling: 'smooth' }]
      },
    }),
  }
}

export function scaleLayer(layer: Layer, x: number, y: number): Layer {
  const [a, b, c, d, e, f] = layer.transform
  return { ...layer, transform: [a * x, b * y, c * x, d * y, e * x, f * y], sampling: 'smooth' }
}
