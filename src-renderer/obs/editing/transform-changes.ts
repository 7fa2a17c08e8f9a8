import type { Body } from '../../../src-main/api/typed-api.ts'
import type { ObsItem, ObsVideo } from '../obs-stores.ts'

export type TransformChanges = NonNullable<Body<'PATCH', '/obs/*/items'>['transform']>
export type Transform = ObsItem['transform']

const withoutCrop = { cropLeft: 0, cropTop: 0, cropRight: 0, cropBottom: 0 } as const
const topLeft = 5

/** Where an item may be put with one click. */
export const presets = {
  reset: (): TransformChanges => ({
    ...withoutCrop,
    positionX: 0,
    positionY: 0,
    rotation: 0,
    scaleX: 1,
    scaleY: 1,
    alignment: topLeft,
    boundsType: 'OBS_BOUNDS_NONE',
  }),
  fit: (video: ObsVideo): TransformChanges => onCanvas('OBS_BOUNDS_SCALE_INNER', video),
  stretch: (video: ObsVideo): TransformChanges => onCanvas('OBS_BOUNDS_STRETCH', video),
  center: ({ baseWidth, baseHeight }: ObsVideo): TransformChanges => ({
    positionX: baseWidth / 2,
    positionY: baseHeight / 2,
    alignment: 0,
  }),
}

const onCanvas = (boundsType: NonNullable<TransformChanges['boundsType']>, { baseWidth, baseHeight }: ObsVideo): TransformChanges => ({
  positionX: 0,
  positionY: 0,
  rotation: 0,
  alignment: topLeft,
  boundsType,
  boundsAlignment: 0,
  boundsWidth: Math.max(baseWidth, 1),
  boundsHeight: Math.max(baseHeight, 1),
})

/** The change with what OBS needs besides: a bounding box has a size. */
export function complete(changes: TransformChanges, now: Transform): TransformChanges {
  const { boundsType } = changes
  if (boundsType === undefined || boundsType === 'OBS_BOUNDS_NONE') return changes
  const size = (bounds: number, shown: number): number => Math.max(bounds >= 1 ? bounds : Math.round(shown), 1)
  return { boundsWidth: size(now.boundsWidth, now.width), boundsHeight: size(now.boundsHeight, now.height), ...changes }
}

/** What undoes the change: the fields that it names as they are now. OBS takes no bounding box without a size, and needs none back. */
export function inverse(changes: TransformChanges, now: Transform): TransformChanges {
  const before = Object.keys(changes).map((key) => [key, now[key as keyof Transform]] as const)
  return Object.fromEntries(before.filter(([key, value]) => !/^bounds(?:Width|Height)$/.test(key) || Number(value) >= 1))
}
