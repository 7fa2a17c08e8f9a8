import { describe, expect, it } from 'vitest'
import { ticks } from '../../../formats/media-time.ts'
import { decodedMs, presentedMs } from '../../../media/ingest-packet.ts'
import { squeeze } from './joining/joint.ts'
import { align, SourceClock } from './joining/source-clock.ts'
import { StandbyBuffer } from './joining/standby-buffer.ts'

const packet = (dtsMs: number, key = false, bytes = [1, 2, 3]) => ({
  trackId: 'v0',
  timescale: 1000,
  dts: ticks(dtsMs),
  composition: ticks(0),
  key,
  data: Uint8Array.from(bytes),
})

function clockOf(startMs: number, arrivalMs: number, byte: number): SourceClock {
  const clock = new SourceClock()
  for (let index = 0; index < 60; index++) {
    clock.see(packet(startMs + index * 40, index % 25 === 0, [byte, index, 7]), arrivalMs + index * 40)
  }
  return clock
}

describe('two publishers of one stream', () => {
  it('are aligned by a keyframe that both sent, whatever their timestamps say', () => {
    expect(align(clockOf(5000, 0, 1), clockOf(900_000, 300, 1))).toEqual({ shiftMs: 895_000, identical: true })
  })

  it('are aligned by timestamps that run together, also over a wrap', () => {
    expect(align(clockOf(5000, 0, 1), clockOf(5000, 200, 2))).toEqual({ shiftMs: 0, identical: false })
    expect(align(clockOf(2 ** 32, 0, 1), clockOf(0, 100, 2))?.shiftMs).toBe(-(2 ** 32))
    expect(align(clockOf(5000, 0, 1), clockOf(77_000, 0, 2)), 'clocks of their own').toBeUndefined()
  })

  it('hold the newest two groups of pictures ready, no more', () => {
    const buffer = new StandbyBuffer()
    for (let index = 0; index < 100; index++) buffer.push(packet(index * 40, index % 25 === 0), true, index * 40)
    expect(buffer.packets.length).toBe(50)
    expect(buffer.keys).toEqual([0, 25])
    expect(buffer.bytes).toBe(150)
    buffer.push(packet(0, true), true, 100_000)
    expect(buffer.keys).toEqual([0])
  })

  it('are joined so that frames shown already reach the decoder alone, in order, before the next one is due', () => {
    const joint = {
      offsetMs: 1000,
      resumeMs: 2020,
      leadMs: 2039,
      identical: false,
      floors: undefined,
      floorMs: 0,
      startMs: 0,
      originMs: 0,
      first: 0,
      exact: true,
      gapMs: 0,
    }
    const squeezed = [0, 40, 1000].map((dtsMs) => squeeze(packet(dtsMs), joint))
    const times = squeezed.map((each) => (typeof each === 'string' ? Number.NaN : decodedMs(each.packet) + joint.offsetMs))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[0]).toBeGreaterThan(2037)
    expect(times[2]).toBeLessThan(2039)
    expect(squeeze(packet(1040), joint)).toBe('over')
    expect(squeeze(packet(1000), { ...joint, identical: true })).toBe('shown')
    // a frame that is decoded before the joint and shown after it keeps its time
    const late = squeeze({ ...packet(1000), composition: ticks(80) }, joint)
    expect(typeof late === 'string' ? late : presentedMs(late.packet)).toBe(1080)
  })
})
