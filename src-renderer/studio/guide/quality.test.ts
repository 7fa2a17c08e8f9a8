import { describe, expect, it } from 'vitest'
import { chooseQuality, type Purpose } from './quality.ts'

const encoder = (name: string, speed: number | null, more = {}) => ({
  name,
  codec: 'h264' as const,
  kind: 'software',
  found: speed !== null,
  reason: null,
  speed,
  ...more,
})

describe('the quality of a new show', () => {
  it('is what the fastest encoder makes with time to spare', () => {
    const of = (speed: number) => {
      const { short, framesPerSecond, limit } = chooseQuality([encoder('slow', 0.5), encoder('fast', speed)], 'stream')
      return [short, framesPerSecond, limit]
    }
    expect(of(9)).toEqual([1080, 60, 'none'])
    expect(of(8.9)).toEqual([1080, 30, 'machine'])
    expect(of(4.4)).toEqual([720, 30, 'machine'])
    expect(of(2)).toEqual([720, 30, 'machine'])
    expect(of(1.9)).toEqual([720, 30, 'slow'])
  })

  it('leaves out encoders of other codecs, and those that cannot be used', () => {
    const found = [encoder('hevc', 20, { codec: 'hevc' }), encoder('gone', null), encoder('libx264', 3)]
    expect(chooseQuality(found, 'stream').encoder?.name).toBe('libx264')
    expect(chooseQuality([], 'both')).toMatchObject({ short: 720, encoder: undefined, limit: 'machine' })
  })

  it('fits into the upload, with a part of it left', () => {
    const of = (uploadKbps: number) => chooseQuality([encoder('fast', 20)], 'both', uploadKbps)
    expect(of(20_000)).toMatchObject({ short: 1080, framesPerSecond: 60, bitrateKbps: 6000, limit: 'none' })
    expect(of(7000)).toMatchObject({ short: 1080, framesPerSecond: 30, bitrateKbps: 4500, limit: 'upload' })
    expect(of(2000)).toMatchObject({ short: 720, framesPerSecond: 30, bitrateKbps: 1200, limit: 'upload' })
    expect(of(100).bitrateKbps).toBe(500)
  })

  it('says where the upload of a stream is not known', () => {
    const of = (purpose: Purpose, uploadKbps?: number) => chooseQuality([encoder('fast', 20)], purpose, uploadKbps).uploadUnknown
    expect([of('stream'), of('both'), of('stream', 20_000), of('record')]).toEqual([true, true, false, false])
  })

  it('has more bitrate for recordings, which no upload limits', () => {
    expect(chooseQuality([encoder('fast', 20)], 'record', 1000)).toMatchObject({ short: 1080, bitrateKbps: 16_000, limit: 'none' })
  })
})
