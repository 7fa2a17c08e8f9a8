import type { Affine, Layer } from '../native/compositor.ts'
import type { SceneSurfaces } from './scene-surfaces.ts'
import { layerOf } from './scene-surfaces.ts'

const between = (from: number, to: number, progress: number): number => from + (to - from) * progress

/** Slow at both ends. */
export function eased(progress: number): number {
  return progress * progress * (3 - 2 * progress)
}

function blendLayers(from: Layer, to: Layer, progress: number): Layer {
  const crop = (side: 'left' | 'top' | 'right' | 'bottom'): number => between(from.crop?.[side] ?? 0, to.crop?.[side] ?? 0, progress)
  return {
    ...to,
    crop: { left: crop('left'), top: crop('top'), right: crop('right'), bottom: crop('bottom') },
    transform: to.transform.map((value, index) => between(from.transform[index] as number, value, progress)) as unknown as Affine,
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
