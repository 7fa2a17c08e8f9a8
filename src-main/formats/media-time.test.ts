import { describe, expect, it } from 'vitest'
import { msToTicks, rescale, ticksToMs } from './media-time.ts'

/** What whole numbers without a limit say, half a tick rounded up as everywhere. */
function exactly(count: number, from: number, to: number): number {
  const doubled = BigInt(count) * BigInt(to) * 2n + BigInt(from)
  const divisor = BigInt(from) * 2n
  const quotient = doubled / divisor
  return Number(doubled < 0n && quotient * divisor !== doubled ? quotient - 1n : quotient)
}

describe('media time', () => {
  it('converts whole ticks to the nearest tick, over years and below zero', () => {
    const timescales = [1000, 24_000, 30_000, 44_100, 48_000, 90_000, 1_000_000, 1_000_000_000]
    const counts = [0, 1, 1001, 3003, 2 ** 32 - 1, 2 ** 33 - 1, 90_000 * 86_400 * 365 + 7, -1, -3003, -(2 ** 32)]
    for (const from of timescales) {
      for (const to of timescales) {
        for (const count of counts) expect(rescale(count, from, to), `${count} of ${from} in ${to}`).toBe(exactly(count, from, to))
      }
    }
  })

  it('keeps every frame of 30000/1001 per second for ten hours: no drift, and distances that differ by rounding alone', () => {
    const frames = (10 * 3600 * 30_000) / 1001
    let last = 0
    for (let frame = 1; frame <= frames; frame++) {
      const at = rescale(frame * 1001, 30_000, 90_000)
      if (at - last !== 3003) throw new Error(`frame ${frame} is ${at - last} ticks behind the one before`)
      last = at
    }
    expect(rescale(last, 90_000, 30_000)).toBe(Math.floor(frames) * 1001)
  })

  it('comes back from finer ticks as it went', () => {
    const changed: number[] = []
    for (let count = 0; count < 200_000; count += 7) if (rescale(rescale(count, 44_100, 1e9), 1e9, 44_100) !== count) changed.push(count)
    expect(changed).toEqual([])
  })

  it('tells milliseconds with their fraction, and finds their tick', () => {
    expect(ticksToMs(3003, 90_000)).toBeCloseTo(33.3667, 4)
    expect(msToTicks(33.3667, 90_000)).toBe(3003)
    expect(msToTicks(0.4, 1000)).toBe(0)
  })
})
