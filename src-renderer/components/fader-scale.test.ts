import { describe, expect, it } from 'vitest'
import { levelAt, meterShare, placeOf } from './fader-scale.ts'

describe('the scale of a fader', () => {
  it('leads back to the level that it was set to', () => {
    for (const db of [-100, -60, -33.3, -20, -6, 0, 4.5, 10]) expect(levelAt(placeOf(db))).toBeCloseTo(db, 1)
  })

  it('rises all the way, from silence to 10 dB', () => {
    const levels = Array.from({ length: 101 }, (_, step) => levelAt(step / 100))
    expect(levels[0]).toBe(-100)
    expect(levels.at(-1)).toBe(10)
    expect(levels.every((db, index) => index === 0 || db > levels[index - 1]!)).toBe(true)
  })

  it('keeps what lies beyond it at its ends', () => {
    expect([placeOf(30), placeOf(-120), levelAt(2), levelAt(-1)]).toEqual([1, 0, 10, -100])
  })
})

describe('the scale of a meter', () => {
  it('is empty at -60 dB and full at 0', () => {
    expect([-120, -60, -30, 0, 6].map(meterShare)).toEqual([0, 0, 0.5, 1, 1])
  })
})
