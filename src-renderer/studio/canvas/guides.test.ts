import { expect, test } from 'vitest'
import { guideAt, maxGuides, noGuides, scaledGuides, snapLinesWith, withGuide } from './guides.ts'
import { rulerTicks } from './ruler-ticks.ts'
import { snapBox } from './snapping.ts'

const canvas = { width: 1280, height: 720 }

test('adds, moves and removes a guide of its axis, and leaves the others', () => {
  const one = withGuide(noGuides, 'x', null, 300)
  const two = withGuide(withGuide(one, 'x', null, 500), 'y', null, 40)
  expect(two).toEqual({ x: [300, 500], y: [40] })
  expect(withGuide(two, 'x', 0, 310)).toEqual({ x: [310, 500], y: [40] })
  expect(withGuide(two, 'x', 0, undefined)).toEqual({ x: [500], y: [40] })
  // One on top of another is one.
  expect(withGuide(two, 'x', 0, 500)).toEqual({ x: [500], y: [40] })
})

test('adds no more guides than the host takes', () => {
  const full = { x: Array.from({ length: maxGuides }, (_, index) => index), y: [] }
  expect(withGuide(full, 'x', null, 900)).toEqual(full)
  expect(withGuide(full, 'x', 3, 900).x[3]).toBe(900)
})

test('is at a whole pixel, its edges included, and gone outside', () => {
  expect(guideAt('x', 12.6, canvas)).toBe(13)
  expect(guideAt('x', 1280.3, canvas)).toBe(1280)
  expect(guideAt('y', 721, canvas)).toBeUndefined()
  expect(guideAt('y', -1, canvas)).toBeUndefined()
})

test('moves along with the size of the canvas', () => {
  expect(scaledGuides({ x: [640], y: [90] }, canvas, { width: 1920, height: 1080 })).toEqual({ x: [960], y: [135] })
})

test('catches items that come near', () => {
  const lines = snapLinesWith(canvas, { x: [333], y: [77] }, [])
  expect(snapBox({ left: 330, top: 80, right: 430, bottom: 130 }, lines, 8)).toEqual({ by: { x: 3, y: -3 }, guides: { x: 333, y: 77 } })
})

test.each([
  [1, 50, 100],
  [0.3, 200, 400],
  [8, 10, 20],
])('labels a ruler of %s pixels of the screen a pixel so that its numbers do not touch', (perPixel, least, most) => {
  const labels = rulerTicks(0, 1280, perPixel).filter(({ label }) => label)
  const [first, second] = labels
  expect(first?.at).toBe(0)
  expect(second?.at).toBeGreaterThanOrEqual(least)
  expect(second?.at).toBeLessThanOrEqual(most)
})

test('draws no more of a ruler than is seen', () => {
  const ticks = rulerTicks(613.2, 640.9, 40)
  expect(ticks[0]?.at).toBeGreaterThanOrEqual(610)
  expect(ticks.at(-1)?.at).toBeLessThanOrEqual(650)
  expect(rulerTicks(0, 7680, 0.02).length).toBeLessThan(200)
})
