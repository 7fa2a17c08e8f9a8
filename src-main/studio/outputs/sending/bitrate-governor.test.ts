import { describe, expect, it } from 'vitest'
import { BitrateGovernor, type LinkReading } from './bitrate-governor.ts'

const bounds = { leastKbps: 400, mostKbps: 3000 }
const clear: LinkReading = { queuedMs: 20, droppedFrames: 0, packetsLost: null }

/** A link that carries so much: what is more waits. */
function link(governor: BitrateGovernor, seconds: number, capacity: (second: number) => number): number[] {
  let queuedKbit = 0
  const rates: number[] = []
  for (let second = 0; second < seconds; second++) {
    queuedKbit = Math.max(0, queuedKbit + governor.kbps - capacity(second))
    governor.second({ ...clear, queuedMs: (queuedKbit / governor.kbps) * 1000 })
    rates.push(governor.kbps)
  }
  return rates
}

describe('the automatic bitrate', () => {
  it('stays where it is on a link that carries it', () => {
    expect(new Set(link(new BitrateGovernor(bounds), 60, () => 5000))).toEqual(new Set([3000]))
  })

  it('falls below what a slow link carries within seconds, never under its bound', () => {
    const governor = new BitrateGovernor(bounds)
    const rates = link(governor, 20, () => 1500)
    expect(rates[9]).toBeLessThanOrEqual(1500)
    expect(Math.min(...link(governor, 30, () => 100))).toBe(400)
  })

  it('rises again when the link is free, up to where it began', () => {
    const governor = new BitrateGovernor(bounds)
    const rates = link(governor, 300, (second) => (second < 20 ? 1000 : 9000))
    expect(rates[25]).toBeLessThan(1200)
    expect(rates.at(-1)).toBe(3000)
    const rises = rates.filter((rate, index) => index > 0 && rate > (rates[index - 1] as number))
    expect(rises.length).toBeGreaterThan(5)
  })

  it('waits longer each time a rise was too much', () => {
    const rates = link(new BitrateGovernor(bounds), 600, () => 1500)
    const falls = rates.flatMap((rate, index) => (index > 0 && rate < (rates[index - 1] as number) ? [index] : []))
    const late = falls.filter((second) => second > 300).length
    expect(late).toBeLessThan(8)
  })

  it('falls for frames dropped and packets lost, too', () => {
    const governor = new BitrateGovernor(bounds)
    governor.second(clear)
    expect(governor.second({ ...clear, droppedFrames: 10 })).toMatchObject({ kbps: 2100, why: 'congestion' })
    for (let second = 0; second < 3; second++) governor.second({ ...clear, droppedFrames: 10, packetsLost: 0 })
    expect(governor.second({ ...clear, droppedFrames: 10, packetsLost: 200 })?.kbps).toBe(1470)
  })
})
