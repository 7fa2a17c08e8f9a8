import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LineLimit } from './line-limit.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('admits so many lines of each function in a period, and says with the next one how many were left out', () => {
  const said: string[] = []
  const limit = new LineLimit((name, lines) => said.push(`${name} ${lines}`))
  const admitted = Array.from({ length: 150 }, () => limit.admits('flood', 0)).filter((each) => each)
  expect(admitted).toHaveLength(100)
  expect(limit.admits('other', 0)).toBe(true)
  expect(limit.admits('flood', 249)).toBe(false)
  expect(said).toEqual([])
  expect(limit.admits('flood', 250)).toBe(true)
  expect(said).toEqual(['flood 51'])
  expect(limit.admits('flood', 251)).toBe(true)
  vi.advanceTimersByTime(1000)
  expect(said).toEqual(['flood 51'])
})

it('says how many were left out also when no line follows', () => {
  const said: string[] = []
  const limit = new LineLimit((name, lines) => said.push(`${name} ${lines}`))
  for (let line = 0; line < 103; line++) limit.admits('flood', 0)
  limit.leaveOut('flood', 0)
  vi.advanceTimersByTime(1000)
  expect(said).toEqual(['flood 4'])
})
