import { expect, it } from 'vitest'
import { complete, inverse, presets, type Transform } from './transform-changes.ts'

const now = {
  positionX: 10,
  positionY: 20,
  boundsType: 'OBS_BOUNDS_NONE',
  boundsWidth: 0,
  boundsHeight: 0,
  width: 319.6,
  height: 0,
} as Transform

it('a bounding box gets the size of what is shown, and its undoing names no size that OBS would reject', () => {
  const changes = complete({ boundsType: 'OBS_BOUNDS_STRETCH' }, now)
  expect(changes).toEqual({ boundsType: 'OBS_BOUNDS_STRETCH', boundsWidth: 320, boundsHeight: 1 })
  expect(inverse(changes, now)).toEqual({ boundsType: 'OBS_BOUNDS_NONE' })
  expect(complete({ boundsType: 'OBS_BOUNDS_NONE' }, now)).toEqual({ boundsType: 'OBS_BOUNDS_NONE' })
})

it('a preset fills the canvas, and is undone field by field', () => {
  const video = { baseWidth: 1280, baseHeight: 720 } as Parameters<typeof presets.fit>[0]
  expect(presets.fit(video)).toMatchObject({ positionX: 0, boundsWidth: 1280, boundsHeight: 720 })
  expect(inverse(presets.center(video), now)).toEqual({ positionX: 10, positionY: 20 })
})
