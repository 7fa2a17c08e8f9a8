import { expect, it } from 'vitest'
import { placed, sizeAround, withSize } from './monitors.ts'

const left = { x: 0, y: 0, width: 800, height: 600 }
const right = { x: 800, y: 0, width: 640, height: 480 }

it('starts at the corner, and cuts off what no display has', () => {
  expect(placed([right])).toEqual([{ ...right, x: 0 }])
  expect(placed([left, { x: 8000, y: 8100, width: 4000, height: 4000 }])[1]).toEqual({ x: 7992, y: 7992, width: 200, height: 200 })
  expect(placed(Array.from({ length: 9 }, () => left))).toHaveLength(4)
  expect(sizeAround([left, right])).toEqual({ width: 1440, height: 600 })
})

it('moves along what is right of a monitor that changes its size, and below it', () => {
  const below = { x: 0, y: 600, width: 300, height: 300 }
  expect(withSize([left, right, below], 0, 1000, 500)).toEqual([
    { ...left, width: 1000, height: 500 },
    { ...right, x: 1000 },
    { ...below, y: 500 },
  ])
  expect(withSize([left, right], 1, 900, 900)).toEqual([left, { ...right, width: 900, height: 900 }])
  expect(withSize([left], 3, 900, 900)).toEqual([left])
})
