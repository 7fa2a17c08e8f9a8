import { expect, test } from 'vitest'
import type { CanvasPart, Collection } from '../types.ts'
import { scaledItems } from './scaled-items.ts'

const canvas = { id: 'main', width: 1280, height: 720 } as CanvasPart
const collection = {
  scenes: [
    {
      id: 'talk',
      canvas: 'main',
      items: [
        { id: 'camera', position: { x: 0, y: 0 }, scale: { x: 1, y: 1 }, bounds: { fit: 'contain', width: 1280, height: 720 } },
        { id: 'logo', position: { x: 1200, y: 40 }, scale: { x: 0.5, y: -0.5 }, bounds: null },
      ],
    },
    { id: 'tall', canvas: 'vertical', items: [{ id: 'chat', position: { x: 5, y: 5 }, scale: { x: 1, y: 1 }, bounds: null }] },
  ],
} as unknown as Collection

test('scales what is on a canvas with it, and leaves scenes of other canvases', () => {
  expect(scaledItems(collection, canvas, 1920, 1080)).toEqual([
    {
      do: 'change',
      linked: false,
      at: 'scenes/talk/items/camera',
      changes: { position: { x: 0, y: 0 }, scale: { x: 1.5, y: 1.5 }, bounds: { fit: 'contain', width: 1920, height: 1080 } },
    },
    { do: 'change', linked: false, at: 'scenes/talk/items/logo', changes: { position: { x: 1800, y: 60 }, scale: { x: 0.75, y: -0.75 } } },
  ])
})

test('keeps the shape of what is not fitted into a box where the canvas gets another one', () => {
  const [, logo] = scaledItems(collection, canvas, 720, 1440)
  expect(logo).toMatchObject({ changes: { position: { x: 675, y: 80 }, scale: { x: 0.2813, y: -0.2812 } } })
})
