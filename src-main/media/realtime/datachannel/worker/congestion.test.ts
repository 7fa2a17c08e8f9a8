import { describe, expect, it } from 'vitest'
import { Congestion } from './congestion.ts'

/**
 * Sends `seconds` of `kbps` in packets of 1200 bytes over a line of `lineKbps` with a queue of 300 ms; arrivals are reported each 50 ms.
 */
function run(
  congestion: Congestion,
  clock: { ms: number; freeMs: number },
  seconds: number,
  kbps: number,
  lineKbps: number,
  loses: (n: number) => boolean,
) {
  const reported: { sequence: number; atMs: number; arrived: boolean }[] = []
  let crowdedAfterMs = Number.NaN
  const fromMs = clock.ms
  const everyMs = (1200 * 8) / kbps
  let feedbackMs = clock.ms + 50
  for (let n = 0; clock.ms < fromMs + seconds * 1000; n++, clock.ms += everyMs) {
    const sequence = congestion.sent(1200, clock.ms)
    const fits = clock.freeMs - clock.ms < 300
    if (fits) clock.freeMs = Math.max(clock.freeMs, clock.ms) + (1200 * 8) / lineKbps
    reported.push({ sequence, atMs: clock.freeMs + 20, arrived: fits && !loses(n) })
    if (clock.ms < feedbackMs) continue
    feedbackMs += 50
    while (reported.length > 0 && reported[0]!.atMs <= clock.ms) {
      const { sequence: of, atMs, arrived } = reported.shift()!
      // the receiver's clock is another one
      congestion.reported(of, arrived ? atMs + 123_456 : Number.NaN)
    }
    if (congestion.measure(clock.ms) && congestion.crowded && Number.isNaN(crowdedAfterMs)) crowdedAfterMs = clock.ms - fromMs
  }
  return crowdedAfterMs
}

describe("a viewer's line", () => {
  it('is found crowded soon after it narrows, with what it carries, and free again after', () => {
    const congestion = new Congestion()
    const clock = { ms: 0, freeMs: 0 }
    const never = () => false
    expect(run(congestion, clock, 3, 2000, 3000, never)).toBeNaN()
    expect(congestion.delivered / 1000).toBeCloseTo(2000, -2.5)
    expect(run(congestion, clock, 2, 2000, 600, never)).toBeLessThan(1000)
    expect(congestion.estimate).toBeGreaterThan(400_000)
    expect(congestion.estimate).toBeLessThan(650_000)
    run(congestion, clock, 3, 350, 600, never)
    expect([congestion.crowded, congestion.queuedMs < 20]).toEqual([false, true])
  })

  it('is not crowded by losses of a bad network', () => {
    const congestion = new Congestion()
    expect(run(congestion, { ms: 0, freeMs: 0 }, 10, 2000, 5000, (n) => n % 30 === 7)).toBeNaN()
  })

  it('does not mind feedback of packets that it never sent', () => {
    const congestion = new Congestion()
    for (let i = 0; i < 70_000; i++) congestion.reported(i & 0xffff, i)
    expect(congestion.measure(1)).toBe(false)
  })
})
