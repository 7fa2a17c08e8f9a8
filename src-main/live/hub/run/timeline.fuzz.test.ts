import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ticks } from '../../../formats/media-time.ts'
import type { Track } from '../../../formats/track.ts'
import { audioTicks } from '../publishers/joining/audio-ticks.ts'
import { Timeline } from './timeline.ts'

const numRuns = 300 * Number(process.env.FUZZ_RUNS ?? 1)
const seed = Number(process.env.FUZZ_SEED ?? 1)
const config = new Uint8Array(0)
const tracks: readonly Track[] = [
  { id: 'v0', kind: 'video', codec: 'h264', timescale: 90_000, codecString: 'avc1', config, width: 2, height: 2 },
  {
    id: 'a0',
    kind: 'audio',
    codec: 'aac',
    timescale: 48_000,
    codecString: 'mp4a',
    config,
    sampleRate: 48_000,
    channels: 2,
    samplesPerPacket: 1024,
  },
  { id: 'a1', kind: 'audio', codec: 'flac', timescale: 44_100, codecString: 'fLaC', config, sampleRate: 44_100, channels: 2 },
]
const time = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.double(),
  fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, -1, 1e308),
)
const packet = fc.record({
  track: fc.integer({ min: 0, max: 2 }),
  time,
  step: fc.boolean(),
  timescale: fc.constantFrom(1000, 44_100, 90_000, 30_000, 1e9),
  composition: fc.double(),
  wait: fc.nat(3000),
})

describe('the timeline under any timestamps', () => {
  it('steps forward in whole ticks, never before its floor, and audio has neither overlap nor unannounced gap', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 60 }), fc.nat(100_000), (packets, floorMs) => {
        const timeline = new Timeline({ startMs: floorMs, floorMs, audioTicks })
        for (const track of tracks) timeline.setTrack(track)
        const ends = new Map<string, { dts: number; end: number }>()
        let now = 0
        let sourceMs = 0
        for (const each of packets) {
          const track = tracks[each.track] as Track
          now += each.wait
          sourceMs = each.step ? sourceMs + 20 : each.time
          const { timescale } = each
          const repairs = timeline.repairs
          const placed = timeline.place(
            {
              trackId: track.id,
              timescale,
              dts: ticks((sourceMs * timescale) / 1000),
              composition: ticks(each.composition),
              key: true,
              data: config,
            },
            now,
          )
          if (placed === undefined) continue
          const { dts, pts, duration } = placed
          expect(Number.isSafeInteger(dts) && Number.isSafeInteger(pts) && Number.isSafeInteger(duration)).toBe(true)
          expect(duration).toBeGreaterThan(0)
          expect(pts).toBeGreaterThanOrEqual(dts)
          expect(dts).toBeGreaterThanOrEqual(Math.floor((floorMs * track.timescale) / 1000))
          const before = ends.get(track.id)
          if (before !== undefined) expect(dts).toBeGreaterThan(before.dts)
          if (before !== undefined && track.kind === 'audio') {
            expect(dts).toBeGreaterThanOrEqual(before.end)
            if (dts > before.end) expect(timeline.repairs).toBeGreaterThan(repairs)
          }
          ends.set(track.id, { dts, end: dts + duration })
        }
      }),
      { numRuns, seed },
    )
  })
})
