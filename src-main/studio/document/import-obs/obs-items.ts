import type { BlendMode } from '../collection.ts'
import type { Alignment } from '../schemas/geometry.ts'
import type { ObsValues } from './obs-values.ts'
import { clamp } from './obs-values.ts'

/** Blend modes of OBS by their words in files, and ours for each. */
export const blends: Readonly<Record<string, BlendMode>> = {
  normal: 'normal',
  additive: 'add',
  subtract: 'subtract',
  screen: 'screen',
  multiply: 'multiply',
  lighten: 'lighten',
  darken: 'darken',
}
/** How bounds are filled, by the number that OBS has for it. */
export const fits = ['', 'stretch', 'contain', 'cover', 'width', 'height', 'shrink'] as const

/** OBS keeps the point of a box as bits: 1 left, 2 right, 4 top, 8 bottom, none for the middle. */
function alignmentOf(bits: number): Alignment {
  return {
    x: (bits & 1) !== 0 ? 'left' : (bits & 2) !== 0 ? 'right' : 'center',
    y: (bits & 4) !== 0 ? 'top' : (bits & 8) !== 0 ? 'bottom' : 'center',
  }
}

/** How an item is in its scene. `light` is what OBS mixes its source as. */
export function mapObsItem(item: ObsValues, light: 'video' | 'linear', note: (reason: string) => void): Record<string, unknown> {
  const pair = (name: string, otherwise: number): { readonly x: number; readonly y: number } => {
    const values = item.part(name)
    return { x: clamp(values.number('x', otherwise), -1e6, 1e6), y: clamp(values.number('y', otherwise), -1e6, 1e6) }
  }
  const crop = (name: string): number => clamp(Math.round(item.number(`crop_${name}`, 0)), 0, 16384)
  const fit = fits[item.number('bounds_type', 0)]
  const bounds = pair('bounds', 0)
  const blend = item.text('blend_type', 'normal')
  if (blend === 'darken') note('where it is transparent what is behind it stays: OBS makes it black there')
  if (!Object.hasOwn(blends, blend)) note(`there is no blend mode ${blend}: it is normal`)
  if (fit === 'cover' && !item.flag('bounds_crop')) note('what exceeds its bounds is cut off')
  for (const name of ['show', 'hide']) {
    const transition = item.part(`${name}_transition`)
    if (transition.text('id') !== '') note(`it ${name}s at once: its transition is not carried`)
  }
  return {
    visible: item.flag('visible', true),
    locked: item.flag('locked'),
    position: pair('pos', 0),
    scale: pair('scale', 1),
    rotation: clamp(item.number('rot', 0), -36_000, 36_000),
    alignment: alignmentOf(item.number('align', 5)),
    crop: { left: crop('left'), top: crop('top'), right: crop('right'), bottom: crop('bottom') },
    bounds:
      fit === undefined || fit === ''
        ? null
        : {
            fit,
            width: clamp(bounds.x, 1, 16384),
            height: clamp(bounds.y, 1, 16384),
            alignment: alignmentOf(item.number('bounds_align', 0)),
          },
    blend: blends[blend] ?? 'normal',
    opacity: 1,
    sampling: item.text('scale_filter') === 'point' ? 'nearest' : 'smooth',
    ...(item.text('blend_method') === 'srgb_off' || light === 'video' ? {} : { light }),
  }
}
