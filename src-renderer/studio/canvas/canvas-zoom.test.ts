import { expect, test } from 'vitest'
import { type CanvasZoom, panned, pinched, shareOfCanvas, wholeCanvas, zoomedAt } from './canvas-zoom.ts'

const at = { x: 0.25, y: 0.75 }

test('keeps what is under the pointer there while it zooms in and out', () => {
  const before = shareOfCanvas(wholeCanvas, at)
  let zoom: CanvasZoom = wholeCanvas
  for (const factor of [1.5, 1.5, 2, 0.8]) zoom = zoomedAt(zoom, factor, at)
  expect(zoom.scale).toBeCloseTo(3.6)
  expect(shareOfCanvas(zoom, at)).toEqual({ x: expect.closeTo(before.x), y: expect.closeTo(before.y) })
})

test('goes back to the whole canvas exactly, and no further than a quarter and sixteen times', () => {
  expect(zoomedAt(zoomedAt(wholeCanvas, 4, at), 0.25, { x: 0.9, y: 0 })).toEqual(wholeCanvas)
  expect(zoomedAt(wholeCanvas, 1000, at).scale).toBe(16)
  expect(zoomedAt(wholeCanvas, 0.001, at).scale).toBe(0.25)
})

test('is moved until an edge of the canvas comes into view, and not out of sight', () => {
  const twice = zoomedAt(wholeCanvas, 2, at)
  expect(panned(twice, { x: 9, y: -9 })).toEqual({ scale: 2, x: 0.05, y: -1.05 })
  const half = zoomedAt(wholeCanvas, 0.5, at)
  expect(panned(half, { x: 9, y: -9 })).toEqual({ scale: 0.5, x: 0.5, y: 0 })
  expect(panned(wholeCanvas, { x: 0.3, y: 0.3 })).toEqual(wholeCanvas)
})

test('follows two fingers that move apart and along', () => {
  const zoom = pinched(
    wholeCanvas,
    [
      { x: 0.4, y: 0.5 },
      { x: 0.6, y: 0.5 },
    ],
    [
      { x: 0.2, y: 0.4 },
      { x: 0.6, y: 0.4 },
    ],
  )
  expect(zoom.scale).toBeCloseTo(2)
  // What was in the middle between them is there still.
  expect(shareOfCanvas(zoom, { x: 0.4, y: 0.4 })).toEqual({ x: expect.closeTo(0.5), y: expect.closeTo(0.5) })
})
