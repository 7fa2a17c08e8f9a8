import { describe, expect, it } from 'vitest'
import { ticks } from '../../formats/media-time.ts'
import type { AudioTrack, Packet, VideoTrack } from '../../formats/track.ts'
import { ViewerSessions } from '../audience/viewer-sessions.ts'
import { HealthMeter } from './run/health.ts'
import { StreamRun } from './run/stream-run.ts'

const log: any = { error() {} }
const video: VideoTrack = {
  id: 'v0',
  kind: 'video',
  codec: 'h264',
  timescale: 90_000,
  codecString: 'avc1',
  config: new Uint8Array([1]),
  width: 2,
  height: 2,
}
const audio: AudioTrack = {
  id: 'a0',
  kind: 'audio',
  codec: 'aac',
  timescale: 48_000,
  codecString: 'mp4a',
  config: new Uint8Array(0),
  sampleRate: 48_000,
  channels: 2,
}
const videoAt = (ms: number, key = false, track = video): Packet => ({
  track,
  pts: ticks(ms * 90),
  dts: ticks(ms * 90),
  duration: ticks(3600),
  key,
  data: new Uint8Array(100),
})
const audioAt = (ms: number): Packet => ({
  track: audio,
  pts: ticks(ms * 48),
  dts: ticks(ms * 48),
  duration: ticks(1024),
  key: true,
  data: new Uint8Array(10),
})

function watch(run: StreamRun, from: 'keyframe' | 'live' = 'keyframe'): string[] {
  const seen: string[] = []
  run.subscribe(
    {
      onTrack: (track) => seen.push(`track ${track.config[0] ?? ''}`),
      onPacket: (packet) => seen.push(`${packet.track.id} ${(packet.dts / packet.track.timescale) * 1000}`),
      onDiscontinuity: (reason) => seen.push(reason),
      onEnd: () => seen.push('end'),
    },
    { from },
  )
  return seen
}

describe('the fan-out', () => {
  it('gives a late viewer the newest GOP with its audio', () => {
    const run = new StreamRun({ id: 's', name: 'n', epoch: 'e', log, nowMs: 0 })
    run.setTrack(video)
    run.setTrack(audio)
    for (const packet of [videoAt(0, true), audioAt(0), videoAt(40), videoAt(80, true), audioAt(90), videoAt(120)]) run.deliver(packet)
    expect(watch(run)).toEqual(['track 1', 'track ', 'v0 80', 'a0 90', 'v0 120'])
  })

  it('announces a changed codec at the keyframe that needs it, and drops what comes before', () => {
    const run = new StreamRun({ id: 's', name: 'n', epoch: 'e', log, nowMs: 0 })
    run.setTrack(video)
    run.deliver(videoAt(0, true))
    const seen = watch(run)
    const changed = { ...video, config: new Uint8Array([2]) }
    expect(run.setTrack({ ...video })).toBe(false)
    expect(run.setTrack(changed)).toBe(true)
    run.deliver(videoAt(40, false, changed))
    run.deliver(videoAt(80, true, changed))
    expect(seen).toEqual(['track 1', 'v0 0', 'track 2', 'codec-change', 'v0 80'])
  })

  it('keeps no more than its bound and makes viewers wait for a keyframe instead', () => {
    const run = new StreamRun({ id: 's', name: 'n', epoch: 'e', log, nowMs: 0, cacheBytes: 250 })
    run.setTrack(video)
    for (const packet of [videoAt(0, true), videoAt(40), videoAt(80)]) run.deliver(packet)
    expect(run.cachedBytes).toBe(0)
    const seen = watch(run)
    run.deliver(videoAt(120))
    run.deliver(videoAt(160, true))
    expect(seen).toEqual(['track 1', 'v0 160'])
  })

  it('takes a subscriber that throws off and serves the others', () => {
    const run = new StreamRun({ id: 's', name: 'n', epoch: 'e', log, nowMs: 0 })
    const nothing = () => undefined
    run.subscribe(
      {
        onTrack: nothing,
        onPacket: () => {
          throw new Error('no')
        },
        onDiscontinuity: nothing,
        onEnd: nothing,
      },
      { from: 'live' },
    )
    const seen = watch(run)
    run.setTrack(video)
    run.deliver(videoAt(0, true))
    expect(seen).toEqual(['track 1', 'v0 0'])
  })
})

describe('health', () => {
  it('counts rate, keyframe distance, missing and late frames, and says what to change', () => {
    const meter = new HealthMeter(0)
    for (let ms = 0; ms < 10_000; ms += 40) {
      if (ms >= 5000 && ms < 5200) continue
      meter.count(videoAt(ms, ms === 0 || ms === 8320), ms === 9000 ? ms + 500 : ms)
      meter.count(audioAt(ms), ms)
      if (ms % 1000 === 960) meter.sample(ms + 40, ms, 3, false)
    }
    const last = meter.latest
    expect(last).toMatchObject({
      frameRate: 25,
      videoBitrateKbps: 20,
      keyframeIntervalMs: 8320,
      droppedFrames: 5,
      lateFrames: 1,
      viewers: 3,
    })
    expect(Math.abs(last?.avOffsetMs ?? 99)).toBeLessThan(20)
    expect(meter.warnings.map((warning) => warning.code)).toContain('keyframe-interval-long')
    expect(meter.warnings[0]?.message).toContain(
      'every 8.3 s, so viewers of HLS are 25 s behind or more. Set Keyframe Interval to 2 s in the encoder',
    )
  })
})

describe('viewers', () => {
  it('are counted once each, and leave by farewell or by silence', () => {
    let now = 0
    const topics: string[] = []
    const quality: string[] = []
    const viewers = new ViewerSessions({
      events: { publish: (topic: string) => topics.push(topic) } as any,
      audit: { record: (entry) => (entry.kind === 'quality' ? quality.push(entry.message) : 0) },
      now: () => now,
      previewPrefix: 'preview-',
    })
    const fetch = (protocol: 'll-hls' | 'rtmp', sessionKey: string, rendition?: string) =>
      viewers.active({
        streamId: 's',
        protocol,
        sessionKey,
        remoteAddress: '::1',
        userAgent: 'u',
        bytes: 5,
        ...(rendition && { rendition }),
      })
    fetch('ll-hls', 'a', 'v0')
    fetch('ll-hls', 'a', 'a0')
    fetch('ll-hls', 'a', 'v1')
    fetch('rtmp', 'b')
    // An operator who looks at the stream's preview is not a viewer.
    fetch('ll-hls', 'preview-1', 'v0')
    expect(viewers.viewers('s')).toMatchObject({ concurrent: 2, total: 2, peak: 2 })
    expect(quality).toEqual(['a viewer went from v0 to v1'])
    now = 3000
    viewers.sweep()
    expect(topics.splice(3)).toEqual(['session.changed', 'stream.viewers'])
    viewers.leave('s', 'rtmp', 'b')
    now = 10_001
    viewers.sweep()
    expect(viewers.viewers('s')).toMatchObject({ concurrent: 0, total: 2, peak: 2 })
    expect(topics).toEqual(['session.started', 'session.changed', 'session.started', 'session.ended', 'session.ended', 'stream.viewers'])
  })
})
