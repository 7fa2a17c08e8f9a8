import { expect, it } from 'vitest'
import { Allowance } from './allowance.ts'

it('allows so much at once, and one more after each interval', () => {
  let nowMs = 0
  const allowance = new Allowance(3, 1000, () => nowMs)
  const takes = (count: number) => Array.from({ length: count }, () => allowance.take()).filter(Boolean).length
  expect(takes(10)).toBe(3)
  nowMs = 999
  expect(takes(10)).toBe(0)
  nowMs = 2000
  expect(takes(10)).toBe(2)
  nowMs = 3_600_000
  expect(takes(10)).toBe(3)
})
