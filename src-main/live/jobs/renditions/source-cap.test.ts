import { describe, expect, it } from 'vitest'
import { ticks } from '../../../formats/media-time.ts'
import type { Packet, VideoTrack } from '../../../formats/track.ts'
import { noLimits, type StreamLimits } from '../../key-limits.ts'
import { SourceCap } from './source-cap.ts'

const track: VideoTrack = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  codecString: 'avc1.64001f',
  timescale: 1000,
  config: new Uint8Array(),
  width: 1280,
  height: 720,
}
const packet = (ms: number, key: boolean, bytes = 1000): Packet => ({
  track,
  pts: ticks(ms),
  dts: ticks(ms),
  duration: ticks(100),
  key,
  data: new Uint8Array(bytes),
})
const limits = (of: Partial<StreamLimits['limits']>, onOverLimit: StreamLimits['onOverLimit'] = 'transcode'): StreamLimits =>
  ({ limits: { ...noLimits, ...of }, onOverLimit }) as StreamLimits

function capped() {
  let wanted = 0
  const cap = new SourceCap({ onWanted: () => wanted++ })
  return { cap, wanted: () => wanted }
}
/** Ten packets a second of this many kbps from `fromMs` on, a keyframe each second. */
function watch(cap: SourceCap, kbps: number, fromMs: number, seconds: number, of: StreamLimits | undefined): void {
  for (let ms = fromMs; ms < fromMs + seconds * 1000; ms += 100) cap.watch(packet(ms, ms % 1000 === 0, (kbps * 100) / 8), () => of)
}

describe('a source over the limits of its key', () => {
  it('is known by its size at once, whichever way the image is turned', () => {
    for (const [width, height, over] of [
      [1280, 720, false],
      [720, 1280, false],
      [1920, 1080, true],
      [1080, 1920, true],
    ] as const) {
      const { cap, wanted } = capped()
      cap.judgeTrack({ ...track, width, height }, limits({ maxHeight: 720 }))
      expect([cap.wanted, wanted()], `${width}x${height}`).toEqual([over, over ? 1 : 0])
    }
  })

  it('is left as it is where the key has no limit, or rejects publishers that are over it', () => {
    const { cap } = capped()
    cap.judgeTrack(track, undefined)
    cap.judgeTrack(track, limits({}))
    cap.judgeTrack(track, limits({ maxHeight: 360 }, 'refuse'))
    watch(cap, 5000, 0, 10, limits({ maxVideoKbps: 1000 }, 'refuse'))
    expect(cap.wanted).toBe(false)
  })

  it('is known by its bitrate over three seconds, with a tenth to spare', () => {
    const { cap, wanted } = capped()
    watch(cap, 1080, 0, 30, limits({ maxVideoKbps: 1000 }))
    expect(cap.wanted).toBe(false)
    watch(cap, 1200, 30_000, 10, limits({ maxVideoKbps: 1000 }))
    expect([cap.wanted, wanted()]).toEqual([true, 1])
  })

  it('is measured from the start where its times jump', () => {
    const { cap } = capped()
    const over = limits({ maxVideoKbps: 1000 })
    watch(cap, 5000, 0, 2, over)
    watch(cap, 500, 60_000, 4, over)
    watch(cap, 500, 0, 4, over)
    expect(cap.wanted).toBe(false)
  })

  it('is kept from viewers from the next keyframe on, where the rendition takes its place at one of its own', () => {
    const { cap } = capped()
    cap.judgeTrack(track, limits({ maxHeight: 360 }))
    const source = (ms: number, key: boolean): boolean => {
      const each = packet(ms, key)
      cap.watch(each, () => undefined)
      return cap.drops(each)
    }
    expect([source(100, false), cap.hides(track), cap.takes(packet(100, true))]).toEqual([false, false, false])
    expect([source(1000, true), source(1100, false), cap.hides(track)]).toEqual([true, true, true])
    // Decoded later, shown before the keyframe: it still belongs to the source.
    expect(cap.drops(packet(900, false))).toBe(false)
    expect([cap.makes({ id: 'v0' } as never), cap.makes({ id: 'v1' } as never)]).toEqual([true, false])
    expect([
      cap.takes(packet(900, true)),
      cap.takes(packet(1000, false)),
      cap.takes(packet(1000, true)),
      cap.takes(packet(1100, false)),
    ]).toEqual([false, false, true, true])
    const other = { ...packet(0, false), track: { ...track, id: 'v1' } }
    expect([cap.drops(other), cap.takes(other), cap.hides(other.track)]).toEqual([false, true, false])
  })

  it('goes to viewers again where the rendition cannot be made, and stays', () => {
    const { cap, wanted } = capped()
    cap.judgeTrack(track, limits({ maxHeight: 360 }))
    cap.watch(packet(1000, true), () => undefined)
    cap.failed()
    cap.watch(packet(2000, true), () => undefined)
    cap.judgeTrack(track, limits({ maxHeight: 360 }))
    expect([cap.hides(track), cap.drops(packet(2000, true)), wanted()]).toEqual([false, false, 1])
  })
})
