import { expect, test } from 'vitest'
import { Gops } from './gops.ts'

const begun = (frames: readonly number[], divisor = 1): number[] => {
  const groups = new Gops(1000, divisor, { numerator: 30, denominator: 1 })
  return frames.filter((frame) => groups.beginsWith(frame))
}
const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, index) => from + index)

test('groups start at the same frame numbers, whenever an encoding starts', () => {
  expect(begun(upTo(91))).toEqual([0, 30, 60, 90])
  expect(begun(upTo(91, 47))).toEqual([47, 60, 90])
  expect(
    begun(
      upTo(91, 1).filter((frame) => frame % 2 === 0),
      2,
    ),
  ).toEqual([2, 30, 60, 90])
})

test('a group whose first frames are left out starts with the next one', () => {
  expect(begun(upTo(91).filter((frame) => frame !== 30 && (frame < 58 || frame > 75)))).toEqual([0, 31, 76, 90])
})
