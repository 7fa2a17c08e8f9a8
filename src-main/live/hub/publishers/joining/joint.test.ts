import { describe, expect, it } from 'vitest'
import { ticks } from '../../../../formats/media-time.ts'
import type { IngestPacket } from '../../../../media/ingest-packet.ts'
import { videoTrackOf } from '../../../packaging/testing/synthetic-stream.ts'
import type { Timeline } from '../../run/timeline.ts'
import { findJoint, type JoinedPublisher, squeeze } from './joint.ts'
import { SourceClock } from './source-clock.ts'
import { StandbyBuffer } from './standby-buffer.ts'

const frameMs = 40
const frame = (dtsMs: number, key = false, byte = 0): IngestPacket => ({
  trackId: 'v0',
  timescale: 1000,
  dts: ticks(dtsMs),
  composition: ticks(0),
  key,
  data: new Uint8Array(100).fill(byte),
})

/** A publisher of 25 frames a second with a keyframe each second, which sent from `fromMs` on, as its clock has it, until `toMs`. */
function publisher(fromMs: number, toMs: number, options: { timeline?: Timeline; content: number; lagMs?: number }): JoinedPublisher {
  const clock = new SourceClock()
  const buffer = new StandbyBuffer()
  for (let ms = fromMs; ms <= toMs; ms += frameMs) {
    const packet = frame(ms, (ms - fromMs) % 1000 === 0, options.content + ms / 1000)
    clock.see(packet, ms + (options.lagMs ?? 0))
    buffer.push(packet, true, ms)
  }
  return { clock, leader: 'v0', tracks: new Map([['v0', videoTrackOf()]]), timeline: options.timeline, buffer }
}

/** A stream that shows the frame of 10 s, its publisher's clock being the stream's. */
const shown10s = { offsetOf: () => 0, shownMs: () => 10_000, floors: () => new Map([['v0', 10_000]]) } as unknown as Timeline
const position = { originMs: 0, floorMs: 10_000, nowMs: 10_100 }

describe('the joint of two publishers', () => {
  it('is exact where the next one has a group that starts before the frame that is due', () => {
    const last = publisher(5000, 10_000, { timeline: shown10s, content: 1 })
    const joint = findJoint(publisher(8000, 10_080, { content: 1 }), last, position)
    expect(joint).toMatchObject({ exact: true, gapMs: 0, offsetMs: 0, identical: true })
  })

  it('has a gap, which it says, where the next one starts a little later', () => {
    const last = publisher(5000, 10_000, { timeline: shown10s, content: 1 })
    const joint = findJoint(publisher(10_400, 10_600, { content: 7 }), last, position)
    // its first frame is at 10.4 s, the next one was due at 10.04 s
    expect(joint).toMatchObject({ exact: false, identical: false, gapMs: expect.closeTo(360, 0) as number, first: 0 })
  })

  it('is at the newest frame where agreeing clocks would leave more than two seconds out', () => {
    const last = publisher(5000, 10_000, { timeline: shown10s, content: 1 })
    const joint = findJoint(publisher(13_000, 13_200, { content: 7 }), last, { ...position, nowMs: 13_300 })
    expect(joint).toMatchObject({ exact: false, identical: false, startMs: 13_300, offsetMs: 100, gapMs: 3300 })
  })

  it('is never there for who has sent no keyframe', () => {
    const next = { ...publisher(10_000, 10_200, { content: 1 }), buffer: new StandbyBuffer() }
    expect(findJoint(next, undefined, position)).toBeUndefined()
  })

  it('sends frames that were shown to the decoder alone, in time for the next one', () => {
    const joint = findJoint(publisher(10_000, 10_600, { content: 7 }), undefined, position)!
    const placed = [0, 200, 560].map((ms) => squeeze(frame(10_000 + ms), joint))
    for (const each of placed) {
      expect(each).toMatchObject({ squeezed: true })
      const { packet } = each as { packet: IngestPacket }
      const atMs = (packet.dts / packet.timescale) * 1000 + joint.offsetMs
      expect(joint.startMs - atMs).toBeGreaterThan(0)
      expect(joint.startMs - atMs).toBeLessThan(2)
    }
    expect(squeeze(frame(10_600), joint)).toBe('over')
  })
})
