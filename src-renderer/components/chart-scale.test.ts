import { describe, expect, it } from 'vitest'
import { linePath, nearestIndex, niceCeiling, thinned } from './chart-scale.ts'

describe('a chart', () => {
  it('ends its scale on a round number', () => {
    expect([0, 3, 2.1, 26, 3100].map((value) => niceCeiling(value, 1))).toEqual([1, 5, 2.5, 50, 5000])
    expect(niceCeiling(0, 50)).toBe(50)
  })

  it('lifts the pen over gaps', () => {
    const points = [0, 1000, 9000, 10_000].map((timeMs) => ({ timeMs, value: timeMs === 10_000 ? null : 1 }))
    expect(
      linePath(
        points,
        (time) => time / 1000,
        (value) => value,
        3500,
      ),
    ).toBe('M0.0 1.0L1.0 1.0M9.0 1.0')
  })

  it('finds the moment under the pointer', () => {
    const points = [0, 10, 20].map((timeMs) => ({ timeMs }))
    expect([-5, 4, 6, 99].map((time) => nearestIndex(points, time))).toEqual([0, 0, 1, 2])
    expect(nearestIndex([], 1)).toBe(-1)
  })

  it('draws no more points than there are pixels, and loses no peak and no gap', () => {
    const points = Array.from({ length: 1000 }, (_, index) => ({
      timeMs: index,
      value: index === 500 ? 99 : index === 700 ? null : index % 3,
    }))
    const drawn = thinned(points, 100)
    expect(drawn.length).toBeLessThanOrEqual(301)
    expect(Math.max(...drawn.map(({ value }) => value ?? 0))).toBe(99)
    expect(drawn.some(({ value }) => value === null)).toBe(true)
    expect(drawn.map(({ timeMs }) => timeMs)).toEqual(drawn.map(({ timeMs }) => timeMs).toSorted((a, b) => a - b))
    expect(thinned(points.slice(0, 150), 100)).toHaveLength(150)
  })
})
