import { expect, it } from 'vitest'
import { Playout } from './playout.ts'

const rounded = (value: number | undefined) => value && Math.round(value * 1000)

it('plays packets one after the other, from a short wait on', () => {
  const playout = new Playout()
  expect([0, 1, 2, 3].map((index) => rounded(playout.place(1 + index / 100, 0.01)))).toEqual([1050, 1060, 1070, 1080])
})

it('waits longer where audio came late, and no longer after a silence', () => {
  const playout = new Playout()
  playout.place(1, 0.01)
  expect(rounded(playout.place(1.1, 0.01))).toBe(1170)
  expect(rounded(playout.place(9, 0.01))).toBe(9070)
  for (let late = 10; late < 15; late += 0.25) playout.place(late, 0.01)
  expect(rounded(playout.place(15, 0.01))).toBe(15_200)
})

it('drops what would be played late', () => {
  const playout = new Playout()
  const places = Array.from({ length: 100 }, () => playout.place(1, 0.01)).filter((at) => at !== undefined)
  expect(places.length).toBeLessThan(10)
  expect(places.at(-1)).toBeLessThan(1.15)
  expect(playout.place(1.05, 0.01)).toBeCloseTo(places.at(-1)! + 0.01)
})
