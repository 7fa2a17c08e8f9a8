import { describe, expect, it } from 'vitest'
import { LevelChoice } from './level-choice.ts'
import { LinkRate } from './link-rate.ts'

const ladder = [500, 900, 1600, 3000].map((kbps) => ({ kbps, usable: true }))
const moment = { nowMs: 100_000, recentKbps: 8000, steadyKbps: 8000, bufferS: 1.3, replayS: 0.3 }

describe('what a connection carries', () => {
  it('is taken from the newest downloads for going down, and by the last seconds for going up', () => {
    const rate = new LinkRate()
    expect(rate.recentKbps).toBe(undefined)
    for (let at = 0; at < 20; at++) rate.add(25_000, 50, 10_000 + at * 300)
    expect(rate.recentKbps).toBe(4000)
    rate.add(50_000, 600, 16_500)
    expect(rate.recentKbps).toBeCloseTo(667, 0)
    for (let at = 0; at < 9; at++) rate.add(25_000, 50, 17_000 + at * 100)
    expect(rate.recentKbps).toBe(4000)
    expect(rate.steadyKbps(18_000)!).toBeLessThan(3000)
    expect(rate.steadyKbps(30_000)).toBe(4000)
  })
})

describe('the choice of a quality', () => {
  it('goes down at once, as far as is needed', () => {
    const choice = new LevelChoice()
    expect(choice.choose(ladder, 3, { ...moment, recentKbps: 2900 })).toBe(2)
    expect(choice.choose(ladder, 3, { ...moment, recentKbps: 1000 })).toBe(0)
    expect(choice.choose(ladder, 3, { ...moment, recentKbps: 3400, steadyKbps: 1000 })).toBe(3)
  })

  it('goes up after a rest, and only to what lasts and can be fetched in time', () => {
    const choice = new LevelChoice()
    expect(choice.choose(ladder, 3, { ...moment, recentKbps: 700 })).toBe(0)
    expect(choice.choose(ladder, 0, { ...moment, nowMs: 102_000 })).toBe(0)
    expect(choice.choose(ladder, 0, { ...moment, nowMs: 104_000 })).toBe(3)
    expect(choice.choose(ladder, 0, { ...moment, nowMs: 104_000, steadyKbps: 1300 })).toBe(1)
    expect(choice.choose(ladder, 0, { ...moment, nowMs: 104_000, replayS: 1.9, steadyKbps: 4000 })).toBe(2)
  })

  it('rests longer where a higher quality did not hold', () => {
    const choice = new LevelChoice()
    choice.choose(ladder, 3, { ...moment, recentKbps: 700 })
    expect(choice.choose(ladder, 0, { ...moment, nowMs: 104_000 })).toBe(3)
    expect(choice.choose(ladder, 3, { ...moment, nowMs: 105_000, recentKbps: 700 })).toBe(0)
    expect(choice.choose(ladder, 0, { ...moment, nowMs: 109_000 })).toBe(0)
    expect(choice.choose(ladder, 0, { ...moment, nowMs: 112_000 })).toBe(3)
  })

  it('never takes what cannot be had', () => {
    const choice = new LevelChoice()
    const holes = ladder.map((level, index) => ({ ...level, usable: index === 3 }))
    expect(choice.choose(holes, 0, moment)).toBe(3)
    expect(choice.choose(holes, 3, { ...moment, recentKbps: 700 })).toBe(3)
    expect(choice.choose(ladder, -1, { ...moment, recentKbps: 2000 })).toBe(2)
  })
})
