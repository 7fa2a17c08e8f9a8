import type { Layer } from '../compositor/compositor.ts'
import type { Cut } from './placement.ts'
import type { PlacedItem, SceneSurfaces } from './scene-surfaces.ts'
import { layerOf } from './scene-surfaces.ts'

const between = (from: number, to: number, progress: number): number => from + (to - from) * progress

/** Slow at both ends. */
export function eased(progress: number): number {
  return progress * progress * (3 - 2 * progress)
}

/**
 * Placement of cropped content in its scene: its middle, the way along which its width points, and its size there, negative where it is
 * mirrored.
 */
interface Pose {
  readonly middle: readonly [x: number, y: number]
  readonly along: readonly [x: number, y: number]
  readonly size: readonly [width: number, height: number]
}

function poseOf({ placement: { transform, width, height } }: PlacedItem): Pose {
  const [a, b, c, d, e, f] = transform
  const scale = Math.hypot(a, b)
  return {
    middle: [e + (a * width + c * height) / 2, f + (b * width + d * height) / 2],
    along: [a / scale, b / scale],
    size: [scale * width, ((a * d - b * c) / scale) * height],
  }
}

const facingBack = ({ middle, along, size }: Pose): Pose => ({ middle, along: [-along[0], -along[1]], size: [-size[0], -size[1]] })

/** Content turns the shorter way about its middle, and keeps its shape meanwhile; what is mirrored is turned over. */
function onTheWay(from: PlacedItem, to: PlacedItem, progress: number): Pick<Layer, 'crop' | 'transform' | 'opacity'> {
  const start = poseOf(from)
  let end = poseOf(to)
  const sameSide = start.size[1] > 0 === end.size[1] > 0
  if (!sameSide && start.along[0] * end.along[0] + start.along[1] * end.along[1] < 0) end = facingBack(end)
  const [x, y] = start.along
  const turn = Math.atan2(x * end.along[1] - y * end.along[0], x * end.along[0] + y * end.along[1]) * progress
  // What does not turn keeps its way exactly: upright content is composed as such.
  const [cos, sin] = turn === 0 ? [1, 0] : [Math.cos(turn), Math.sin(turn)]
  const [alongX, alongY] = [x * cos - y * sin, y * cos + x * sin]

  const cut = (side: keyof Cut): number => between(from.placement.crop[side], to.placement.crop[side], progress)
  const cropped = { left: cut('left'), top: cut('top'), right: cut('right'), bottom: cut('bottom') }
  const crop = {
    left: Math.round(cropped.left),
    top: Math.round(cropped.top),
    right: Math.round(cropped.right),
    bottom: Math.round(cropped.bottom),
  }
  const width = between(from.placement.width, to.placement.width, progress)
  const height = between(from.placement.height, to.placement.height, progress)
  const scaleX = between(start.size[0], end.size[0], progress) / width
  const scaleY = between(start.size[1], end.size[1], progress) / height
  const [a, b, c, d] = [alongX * scaleX, alongY * scaleX, -alongY * scaleY, alongX * scaleY]
  // Content is cut at whole pixels: what is rounded off there is made up for here, so that it moves evenly.
  const toLeft = width / 2 + cropped.left - crop.left
  const toTop = height / 2 + cropped.top - crop.top
  const middleX = between(start.middle[0], end.middle[0], progress)
  const middleY = between(start.middle[1], end.middle[1], progress)
  return {
    crop,
    transform: [a, b, c, d, middleX - a * toLeft - c * toTop, middleY - b * toLeft - d * toTop],
    opacity: between(from.item.opacity, to.item.opacity, progress),
  }
}

/**
 * Both scenes on the way from one to the other, to be faded into each other: what both show is at the same place in both, on its way
 * from where it was to where it will be. `progress` runs from 0 to 1.
 */
export function movedLayers(scenes: SceneSurfaces, from: string, to: string, progress: number): { leaving: Layer[]; arriving: Layer[] } {
  const along = eased(progress)
  const before = scenes.placed(from)
  const leaving = before.map(layerOf)
  const met = new Set<number>()
  const arriving = scenes.placed(to).map((item) => {
    const match = before.findIndex(({ shows }, index) => shows === item.shows && !met.has(index))
    if (match < 0) return layerOf(item)
    met.add(match)
    const there = onTheWay(before[match] as PlacedItem, item, along)
    leaving[match] = { ...(leaving[match] as Layer), ...there }
    return { ...layerOf(item), ...there }
  })
  return { leaving, arriving }
}
