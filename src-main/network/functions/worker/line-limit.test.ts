import { expect, it } from 'vitest'
import { LineLimit } from './line-limit.ts'

it('admits so many lines of each function in a period, and says then how many were left out', () => {
  const limit = new LineLimit()
  const admitted = Array.from({ length: 150 }, () => limit.admit('flood', 0)).filter((each) => each !== undefined)
  expect(admitted).toEqual(Array(100).fill(0))
  expect(limit.admit('other', 0)).toBe(0)
  expect(limit.admit('flood', 249)).toBeUndefined()
  expect(limit.admit('flood', 250)).toBe(51)
  expect(limit.admit('flood', 251)).toBe(0)
})
