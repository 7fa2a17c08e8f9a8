import type { Affine, Layer } from '../native/compositor.ts'
import type { SceneSurfaces } from './scene-surfaces.ts'
import { layerOf } from './scene-surfaces.ts'

const between = (from: number, to: number, progress: number): number => from + (to - from) * progress

/** Slow at both ends. */
export function eased(progress: number): number {
  return progress * progress * (3 - 2 * progress)
}

function blendLayers(from: Layer, to: Layer, progress: number): Layer {
  const cut = (side: 'left' | 'top' | 'right' | 'bottom'): number => between(from.crop?.[side] ?? 0, to.crop?.[side] ?? 0, progress)
  const crop = {
    left: Math.round(cut('left')),
    top: Math.round(cut('top')),
    right: Math.round(cut('right')),
    bottom: Math.round(cut('bottom')),
  }
  const [a, b, c, d, e, f] = to.transform.map((value, index) =>
    between(from.transform[index] as number, value, progress),
  ) as unknown as Affine
  // Content is cut at whole pixels: what is rounded off there is made up for here, so that it moves evenly.
  const x = crop.left - cut('left')
  const y = crop.top - cut('top')
  return {
    ...to,
    crop,
    transform: [a, b, c, d, e + a * x + c * y, f + b * x + d * y],
    opacity: between(from.opacity, to.opacity, progress),
  }
}

/**
 * Layers on the way from one scene to another: what both show moves from its place to the other, what one alone shows fades.
 * `progress` runs from 0 to 1.
 */
export function movedLayers(scenes: SceneSurfaces, from: string, to: string, progress: number): Layer[] {
  const along = eased(progress)
  const leaving = [...scenes.placed(from)]
  const layers: Layer[] = []
  const arriving = scenes.placed(to).map((item) => {
    const match = leaving.findIndex(({ shows }) => shows === item.shows)
    const layer = layerOf(item)
    if (match < 0) return { ...layer, opacity: layer.opacity * along }
    const [start] = leaving.splice(match, 1)
    return blendLayers(layerOf(start as NonNullable<typeof start>), layer, along)
  })
  for (const item of leaving) {
    const layer = layerOf(item)
    layers.push({ ...layer, opacity: layer.opacity * (1 - along) })
  }
  layers.push(...arriving)
  return layers
}
