import { expect, it } from 'vitest'
import { extent, withBeyond, withMoved, withOneMore } from './arrangement.ts'

const left = { x: 0, y: 0, width: 800, height: 600 }
const right = { x: 800, y: 0, width: 800, height: 600 }

it('adds one at the right', () => {
  expect(withOneMore([left])).toEqual([left, right])
  expect(extent([left, right])).toEqual({ width: 1600, height: 600 })
})

it('moves one to a side of all others', () => {
  expect(withBeyond([left, right], 1, 0, 1)).toEqual([left, { ...right, x: 0, y: 600 }])
  expect(withBeyond([left, right], 1, -1, 0)).toEqual([
    { ...left, x: 800 },
    { ...right, x: 0 },
  ])
})

it('moves one to where it touches another, in line where it nearly is, and never onto another', () => {
  expect(withMoved([left, right], 1, 60, 650)).toEqual([left, { ...right, x: 0, y: 600 }])
  expect(withMoved([left, right], 1, -700, 20)).toEqual([
    { ...left, x: 800 },
    { ...right, x: 0 },
  ])
  expect(withMoved([left, right], 1, 900, 300)).toEqual([left, { ...right, y: 300 }])
  expect(withMoved([left], 0, 500, 500)).toEqual([left])
  const below = { x: 0, y: 600, width: 800, height: 600 }
  const [, moved] = withMoved([left, right, below], 1, 0, 610)
  expect(moved).not.toEqual(below)
})
