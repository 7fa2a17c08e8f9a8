import { describe, expect, it } from 'vitest'
import type { VideoTrack } from '../../../formats/track.ts'
import { createViewerLimit } from '../../audience/viewer-limit.ts'
import type { Placing } from '../../audience/viewer-places.ts'
import { noLimits, readLimits } from '../../key-limits.ts'
import type { HealthSample } from '../../schemas.ts'
import { durationOver, measuredOverLimit, trackOverLimit } from './limit-check.ts'

const limits = { ...noLimits, maxVideoKbps: 1000, maxHeight: 360, maxFrameRate: 30, maxViewers: 1, maxDurationMinutes: 2 }
const track = (height: number, frameRate?: number): VideoTrack => ({
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  timescale: 90_000,
  codecString: 'avc1.64001f',
  config: new Uint8Array(0),
  width: 640,
  height,
  ...(frameRate === undefined ? undefined : { frameRate }),
})
const seconds = (...kbps: number[]) => kbps.map((videoBitrateKbps) => ({ videoBitrateKbps, frameRate: 25 }) as HealthSample)

describe('the limits of a key', () => {
  it('reject a video that is higher or faster by its own headers', () => {
    const rules = { limits, onOverLimit: 'refuse' } as const
    expect(trackOverLimit(track(360, 30), rules)).toBeUndefined()
    expect(trackOverLimit(track(720), rules)?.code).toBe('publish.over_limit')
    expect(trackOverLimit(track(360, 60), rules)?.message).toContain('frame rate of 60')
    expect(trackOverLimit(track(720), { limits, onOverLimit: 'transcode' })).toBeUndefined()
  })

  it('hold five measured seconds against the bitrate, a tenth over is forgiven', () => {
    const rules = { limits, onOverLimit: 'refuse' } as const
    expect(measuredOverLimit(seconds(5000, 5000, 5000, 5000), rules)).toBeUndefined()
    expect(measuredOverLimit(seconds(9000, 1000, 1000, 1000, 1000, 1450), rules)).toBeUndefined()
    expect(measuredOverLimit(seconds(1200, 1200, 1200, 1200, 1200), rules)?.message).toContain('1200 kbps')
    expect(measuredOverLimit(seconds(1200, 1200, 1200, 1200, 1200), { limits, onOverLimit: 'transcode' })).toBeUndefined()
  })

  it('end a stream after its minutes, and none without them', () => {
    expect(durationOver(limits, 0, 119_999)).toBe(false)
    expect(durationOver(limits, 0, 120_000)).toBe(true)
    expect(durationOver(noLimits, 0, 1e12)).toBe(false)
  })

  it('reject a viewer too many, but not one who watches already', () => {
    const streams = { limitsOf: () => ({ limits, onOverLimit: 'refuse' }) as const }
    const viewer = { protocol: 'hls' as const, sessionKey: 'a', remoteAddress: '1.1.1.1', userAgent: 'x' }
    const mayWatch = (placing: Placing) => createViewerLimit(streams, { place: () => placing })({ id: 'st' }, viewer)?.code
    expect([mayWatch('placed'), mayWatch('full'), mayWatch('address-full')]).toEqual([undefined, 'play.viewers_full', 'play.viewers_full'])
  })

  it('are read from storage with nothing believed', () => {
    expect(readLimits('{"maxHeight":720,"maxViewers":"many","other":1}')).toEqual({ ...noLimits, maxHeight: 720 })
    expect(readLimits('nonsense')).toEqual(noLimits)
  })
})
