import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { audioTrack, videoTrack } from '../../../formats/codecs/track-from-config.ts'
import { ticks } from '../../../formats/media-time.ts'
import { headers } from '../../../formats/testing/header-samples.ts'
import type { AudioTrack, Packet, Track, VideoTrack } from '../../../formats/track.ts'
import { silentLogger } from '../../../platform/telemetry/logger.ts'
import { StreamRun } from '../../hub/run/stream-run.ts'
import type { TranscodeOutput } from './messages.ts'
import { RealtimeStream } from './realtime-stream.ts'
import type { OutputTaker } from './stream-transcoder.ts'

const h264 = videoTrack('v0', 'h264', headers.avcB) as VideoTrack
const aac = audioTrack('a0', 'aac', headers.aacLc) as AudioTrack
const opus: AudioTrack = { ...aac, codec: 'opus', codecString: 'opus' }

describe('what WebRTC peers play of a stream', () => {
  let source: StreamRun
  let wanted: readonly TranscodeOutput[]
  let taker: OutputTaker
  let realtime: RealtimeStream

  beforeEach(() => {
    vi.useFakeTimers()
    source = new StreamRun({ id: 'st', name: 'show', epoch: 'e1', log: silentLogger, nowMs: 0 })
    wanted = []
    realtime = new RealtimeStream({
      source,
      transcoder: {
        want: (_channel: number, outputs: readonly TranscodeOutput[], by: OutputTaker) => {
          wanted = outputs
          taker = by
        },
      } as never,
      log: silentLogger,
      preset: (height) => (height > 720 ? 'ultrafast' : 'veryfast'),
    })
  })
  afterEach(() => vi.useRealTimers())

  const frame = (track: Track, at: number, options: { key?: boolean; laterBy?: number } = {}): Packet => ({
    track,
    pts: ticks((at + (options.laterBy ?? 0)) * 3000),
    dts: ticks(at * 3000),
    duration: ticks(3000),
    key: options.key ?? at === 0,
    data: Uint8Array.of(at),
  })
  function join(): { readonly tracks: string[]; readonly frames: string[]; readonly ended: () => boolean; readonly leave: () => void } {
    const tracks: string[] = []
    const frames: string[] = []
    let ended = false
    const leave = realtime.subscribe(
      {
        onTrack: ({ id, codec }) => void tracks.push(`${id} ${codec}`),
        onPacket: ({ track, data }) => void frames.push(`${track.id} ${data[0]}`),
        onDiscontinuity: () => undefined,
        onEnd: () => {
          ended = true
        },
      },
      { from: 'keyframe' },
    )
    return { tracks, frames, ended: () => ended, leave }
  }

  it('is the source itself where browsers play that, and nothing is made', () => {
    source.setTrack(h264)
    source.setTrack(opus)
    source.deliver(frame(h264, 0))
    const viewer = join()
    source.deliver(frame(h264, 1))
    source.deliver(frame(opus, 1))
    expect(viewer.tracks.toSorted()).toEqual(['a0 opus', 'v0 h264'])
    expect(viewer.frames).toEqual(['v0 0', 'v0 1', 'a0 1'])
    expect(wanted).toEqual([])
  })

  it('has its audio made where that is AAC', () => {
    source.setTrack(h264)
    source.setTrack(aac)
    source.deliver(frame(h264, 0))
    const viewer = join()
    expect(wanted).toMatchObject([{ kind: 'audio', id: 'a0', source: 'a0', kbps: 128 }])
    source.deliver(frame(aac, 1))
    taker.onTrack(opus)
    taker.onPacket(frame(opus, 2))
    expect([viewer.tracks, viewer.frames]).toEqual([
      ['v0 h264', 'a0 opus'],
      ['v0 0', 'a0 2'],
    ])
  })

  it('has its video made where frames are shown in another order than they are decoded, from the first one that is', () => {
    source.setTrack(h264)
    const viewer = join()
    source.deliver(frame(h264, 0, { key: true, laterBy: 2 }))
    expect(wanted).toMatchObject([{ kind: 'video', id: 'v0', codec: 'h264', encoder: 'libx264', bFrames: 0, realtime: true, start: 'now' }])
    source.deliver(frame(h264, 1, { laterBy: 4 }))
    expect(viewer.frames).toEqual([])
    taker.onTrack({ ...h264, config: headers.avcB })
    taker.onPacket(frame(h264, 7, { key: true }))
    expect(viewer.frames).toEqual(['v0 7'])
  })

  it.each(['hevc', 'av1', 'vp9'] as const)('has its video made where that is %s, at 1080 lines at most', (codec) => {
    source.setTrack({ ...h264, codec, width: 3840, height: 2160 } as VideoTrack)
    join()
    expect(wanted).toMatchObject([{ kind: 'video', height: 1080, kbps: 5000, preset: 'ultrafast' }])
  })

  it('works only while somebody is there, and a moment longer', () => {
    source.setTrack(h264)
    source.setTrack(aac)
    source.deliver(frame(h264, 0))
    expect(wanted).toEqual([])
    const [one, other] = [join(), join()]
    expect(wanted).toHaveLength(1)
    one.leave()
    one.leave()
    vi.advanceTimersByTime(10_000)
    expect(wanted).toHaveLength(1)
    other.leave()
    vi.advanceTimersByTime(1900)
    const back = join()
    vi.advanceTimersByTime(10_000)
    expect(wanted).toHaveLength(1)
    back.leave()
    vi.advanceTimersByTime(2100)
    expect([wanted, realtime.tracks]).toEqual([[], []])
    // The next viewer starts it again.
    expect(join().frames).toEqual(['v0 0'])
    expect(wanted).toHaveLength(1)
  })

  it('ends with its source', () => {
    source.setTrack(h264)
    source.setTrack(aac)
    source.deliver(frame(h264, 0))
    const viewer = join()
    source.end('ended')
    expect([viewer.ended(), wanted]).toEqual([true, []])
  })
})
