import { type ObsBlend, type ObsPlacement, obsBoundsTypes } from '../../../media/obs-show/obs-show.ts'
import type { ItemLayout } from '../collection.ts'
import { blends, fits } from '../import-obs/obs-items.ts'
import type { Alignment } from '../schemas/geometry.ts'
import type { MadeInput } from './made-input.ts'

/** Where the show's canvas is on that of the target. */
export interface CanvasPlace {
  readonly scale: number
  readonly x: number
  readonly y: number
}

const bitsOf = ({ x, y }: Alignment): number => ({ left: 1, center: 0, right: 2 })[x] + { top: 4, center: 0, bottom: 8 }[y]

/** The word of OBS for a blend mode of ours; undefined where it has none. */
export function blendToObs(blend: string): ObsBlend | undefined {
  return Object.keys(blends).find((word) => blends[word] === blend) as ObsBlend | undefined
}

interface Boxed {
  readonly type: (typeof obsBoundsTypes)[number]
  readonly width: number
  readonly height: number
  readonly alignment: Alignment
}

/** How an item of ours is in a scene of OBS. `place`: of its scene's canvas; the parts of a group are placed as they are. */
export function placeInObs(
  item: ItemLayout,
  place: CanvasPlace,
  input: MadeInput | undefined,
  boundsAs?: (type: Boxed['type']) => Boxed['type'],
): ObsPlacement {
  const bounds = boundsOf(item, place.scale, input)
  const type = bounds === undefined ? 'OBS_BOUNDS_NONE' : (boundsAs?.(bounds.type) ?? bounds.type)
  // What is its own size on the target's canvas is not scaled with it.
  const factor = input?.scaled === true ? 1 : place.scale
  return {
    positionX: place.x + item.position.x * place.scale,
    positionY: place.y + item.position.y * place.scale,
    rotation: item.rotation % 360,
    scaleX: item.scale.x * factor,
    scaleY: item.scale.y * factor,
    alignment: bitsOf(item.alignment),
    boundsType: type,
    boundsAlignment: bounds === undefined ? 0 : bitsOf(bounds.alignment),
    boundsWidth: Math.max(1, bounds?.width ?? 1),
    boundsHeight: Math.max(1, bounds?.height ?? 1),
    cropLeft: item.crop.left,
    cropRight: item.crop.right,
    cropTop: item.crop.top,
    cropBottom: item.crop.bottom,
    cropToBounds: type === 'OBS_BOUNDS_SCALE_OUTER',
  }
}

function boundsOf({ bounds, scale: own }: ItemLayout, scale: number, input: MadeInput | undefined): Boxed | undefined {
  if (input?.box !== undefined) {
    const { width, height, alignment } = input.box
    const size = bounds === null ? { width: width * Math.abs(own.x), height: height * Math.abs(own.y) } : scaled(bounds, scale)
    return { type: 'OBS_BOUNDS_MAX_ONLY', ...size, alignment }
  }
  if (bounds === null) return undefined
  return {
    type: obsBoundsTypes[fits.indexOf(bounds.fit)] ?? 'OBS_BOUNDS_SCALE_INNER',
    ...scaled(bounds, scale),
    alignment: bounds.alignment,
  }
}

const scaled = ({ width, height }: { readonly width: number; readonly height: number }, scale: number) => ({
  width: width * scale,
  height: height * scale,
})
