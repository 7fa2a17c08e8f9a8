import { describe, expect, it } from 'vitest'
import { BitrateGovernor, type LinkReading } from './bitrate-governor.ts'

const bounds = { minKbps: 400, maxKbps: 3000 }
const clear: LinkReading = { bitrateKbps: 3000, queuedMs: 20, droppedFrames: 0, packetsMissed: null }

/** A link of this capacity: the rest waits. The encoder follows within two seconds. */
function link(governor: BitrateGovernor, seconds: number, capacity: (second: number) => number): { rates: number[]; queuedMs: number[] } {
  let queuedKbit = 0
  let made = governor.kbps
  const rates: number[] = []
  const queues: number[] = []
  for (let second = 0; second < seconds; second++) {
    made += (governor.kbps - made) / 2
    queuedKbit = Math.max(0, queuedKbit + made - capacity(second))
    const queuedMs = (queuedKbit / made) * 1000
    governor.second({ ...clear, bitrateKbps: made, queuedMs })
    rates.push(governor.kbps)
    queues.push(queuedMs)
  }
  return { rates, queuedMs: queues }
}

describe('the automatic bitrate', () => {
  it('stays where it is on a link that carries it', () => {
    expect(new Set(link(new BitrateGovernor(bounds), 60, () => 5000).rates)).toEqual(new Set([3000]))
  })

  it('falls below what a slow link carries within seconds, works off what waits, and ends near what the link carries', () => {
    const governor = new BitrateGovernor(bounds)
    const { rates, queuedMs } = link(governor, 120, () => 1500)
    expect(rates[6]).toBeLessThan(1500)
    expect(Math.max(...queuedMs)).toBeLessThan(6000)
    expect(Math.max(...queuedMs.slice(30))).toBeLessThan(1800)
    expect(Math.min(...rates)).toBeGreaterThan(700)
    expect(rates.slice(60).reduce((sum, rate) => sum + rate) / 60).toBeGreaterThan(1150)
  })

  it('never goes under its bound', () => {
    expect(Math.min(...link(new BitrateGovernor(bounds), 60, () => 100).rates)).toBe(400)
  })

  it('rises again when the link is free, up to where it started', () => {
    const { rates } = link(new BitrateGovernor(bounds), 400, (second) => (second < 20 ? 1000 : 9000))
    expect(rates[22]).toBeLessThan(1000)
    expect(rates.at(-1)).toBe(3000)
    const rises = rates.flatMap((rate, index) => (index > 0 && rate > rates[index - 1]! ? [rate / rates[index - 1]!] : []))
    expect(Math.max(...rises)).toBeLessThan(1.16)
  })

  it('waits longer each time a rise was too much', () => {
    const { rates } = link(new BitrateGovernor(bounds), 900, () => 1500)
    const falls = rates.flatMap((rate, index) => (index > 0 && rate < rates[index - 1]! ? [index] : []))
    expect(falls.filter((second) => second > 450).length).toBeLessThan(falls.filter((second) => second <= 450).length)
  })

  it('falls for frames dropped and packets lost, too', () => {
    const governor = new BitrateGovernor(bounds)
    governor.second(clear)
    expect(governor.second({ ...clear, droppedFrames: 10 })).toMatchObject({ kbps: 2100, why: 'congestion' })
    for (let second = 0; second < 4; second++) governor.second({ ...clear, droppedFrames: 10, packetsMissed: 5 })
    expect(governor.second({ ...clear, droppedFrames: 10, packetsMissed: 200 })).toBeUndefined()
    expect(governor.second({ ...clear, droppedFrames: 10, packetsMissed: 400 })?.kbps).toBe(1470)
  })
})
