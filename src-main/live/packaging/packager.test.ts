import { describe, expect, it } from 'vitest'
import { silentPacket } from '../../formats/codecs/silence.ts'
import { ticks } from '../../formats/media-time.ts'
import { createPackager, type PackagerOptions } from './packager.ts'
import { brokenRules, readChunk } from './packaging-rules.ts'
import { watchPlaylists } from './testing/playlist-watch.ts'
import { audioPackets, audioTrackOf, SyntheticStream, videoPackets, videoTrackOf } from './testing/synthetic-stream.ts'

const options = { segmentMs: 2000, partMs: 200, windowMs: 30_000 }
const v0 = videoTrackOf()
const a0 = audioTrackOf()

function packaged(tracks: ConstructorParameters<typeof SyntheticStream>[0], changed: Partial<PackagerOptions> = {}) {
  const stream = new SyntheticStream(tracks)
  return { stream, packager: createPackager(stream, { ...options, ...changed }) }
}

const durationsS = (rendition: { segments: readonly { durationTicks: number; complete: boolean }[]; track: { timescale: number } }) =>
  rendition.segments.filter((segment) => segment.complete).map((segment) => segment.durationTicks / rendition.track.timescale)

describe('a packaged stream', () => {
  it('has segments of two seconds that start at the same time in every rendition', () => {
    const { stream, packager } = packaged([v0, a0])
    stream.play(videoPackets(v0, { startS: 0, seconds: 10, fps: 30, gopS: 2 }), audioPackets(a0, 0, 10))
    const [video, audio] = packager.renditions
    expect(video?.segments.length).toBe(5)
    for (const [i, segment] of video?.segments.entries() ?? []) {
      const other = audio?.segments[i]
      expect(other?.sequence).toBe(segment.sequence)
      expect(Math.abs((other?.startTicks ?? 0) / 48_000 - segment.startTicks / 90_000)).toBeLessThan(0.03)
      expect(segment.independent).toBe(true)
    }
    expect(brokenRules(packager)).toEqual([])
    expect(packager.ready).toBe(true)
  })

  it('cuts the same where the audio comes long before or after the video', () => {
    for (const shiftS of [-0.6, 0.6]) {
      const { stream, packager } = packaged([v0, a0])
      const order = [
        ...videoPackets(v0, { startS: 0, seconds: 8, fps: 30, gopS: 2 }).map((packet) => ({ packet, at: packet.dts / 90_000 })),
        ...audioPackets(a0, 0, 8).map((packet) => ({ packet, at: packet.dts / 48_000 + shiftS })),
      ].sort((a, b) => a.at - b.at)
      for (const { packet } of order) stream.subscriber?.onPacket(packet)
      const audio = packager.renditions[1]
      expect(audio?.segments.map((segment) => Math.round((segment.startTicks / 48_000) * 10) / 10).slice(0, 4)).toEqual([0, 2, 4, 6])
      expect(brokenRules(packager)).toEqual([])
    }
  })

  it('keeps 29.97 frames a second with times in whole ms to exact chains', () => {
    const { stream, packager } = packaged([v0, a0])
    stream.play(videoPackets(v0, { startS: 0, seconds: 12, fps: 29.97, gopS: 2 }), audioPackets(a0, 0, 12))
    expect(brokenRules(packager)).toEqual([])
    for (const duration of durationsS(packager.renditions[0] as never)) expect(duration).toBeCloseTo(2, 1)
    expect(packager.renditions[0]?.frameRate).toBeCloseTo(29.97, 0)
  })

  it('fills every part but the last of a segment to at least 85 percent of PART-TARGET', () => {
    for (const rate of [48_000, 44_100, 24_000]) {
      const audio = audioTrackOf('a0', rate)
      const { stream, packager } = packaged([v0, audio])
      stream.play(videoPackets(v0, { startS: 0, seconds: 8, fps: 30, gopS: 2 }), audioPackets(audio, 0, 8))
      expect(brokenRules(packager)).toEqual([])
      for (const rendition of packager.renditions) {
        for (const segment of rendition.segments) {
          for (const part of segment.parts.slice(0, -1)) {
            expect((part.durationTicks * 1000) / rendition.track.timescale).toBeGreaterThanOrEqual(0.85 * packager.partTargetMs)
          }
        }
      }
    }
  })

  it('starts a segment where its keyframe is shown, though B-frames delay it', () => {
    const { stream, packager } = packaged([v0])
    const list = videoPackets(v0, { startS: 0, seconds: 6, fps: 25, gopS: 2, delayFrames: 2 })
    stream.play(list)
    const segment = packager.renditions[0]?.segments[1]
    const chunk = readChunk(segment?.parts[0]?.data ?? new Uint8Array())
    const key = list.find((packet) => packet.key && packet.dts >= 2 * 90_000)
    expect(chunk.base + (chunk.offsets[0] ?? 0)).toBe(key?.pts)
    expect(Math.abs((segment?.startTicks ?? 0) - (key?.pts ?? 0))).toBeLessThanOrEqual(90)
    expect(brokenRules(packager)).toEqual([])
  })

  it('starts where its first keyframe is, not at zero', () => {
    const { stream, packager } = packaged([v0, a0])
    stream.play(videoPackets(v0, { startS: 0.15, seconds: 5, fps: 30, gopS: 2 }), audioPackets(a0, 0, 5))
    expect(packager.renditions[0]?.segments[0]?.startTicks).toBe(13_500)
    expect((packager.renditions[1]?.segments[0]?.startTicks ?? 0) / 48_000).toBeCloseTo(0.16, 1)
    expect(packager.renditions[0]?.segments[0]?.programDateTimeMs).toBe(stream.originTimeMs + 150)
  })

  it('is made of audio only, or of video only', () => {
    const alone = packaged([a0])
    alone.stream.play(audioPackets(a0, 0, 9))
    expect(durationsS(alone.packager.renditions[0] as never).length).toBe(4)
    expect(brokenRules(alone.packager)).toEqual([])
    const silent = packaged([v0])
    silent.stream.play(videoPackets(v0, { startS: 0, seconds: 9, fps: 30, gopS: 1 }))
    expect(durationsS(silent.packager.renditions[0] as never).map((duration) => Math.round(duration * 100) / 100)).toEqual([2, 2, 2, 2])
    expect(brokenRules(silent.packager)).toEqual([])
  })

  it('makes a long GOP one segment by raising TARGETDURATION once, and knows it from the start in the next run', () => {
    const { stream, packager } = packaged([v0, a0])
    const targets = new Set<number>()
    packager.onChange(() => targets.add(packager.targetDurationS))
    stream.play(videoPackets(v0, { startS: 0, seconds: 30, fps: 30, gopS: 8 }), audioPackets(a0, 0, 30))
    expect(brokenRules(packager)).toEqual([])
    expect(packager.forcedCuts).toBe(0)
    expect([...targets]).toEqual([2, 10])
    expect(packager.renditions[0]?.segments.every((segment) => segment.independent)).toBe(true)
    const next = packaged([v0, a0], { keyframeIntervalMs: packager.longestKeyframeIntervalMs })
    next.stream.play(videoPackets(v0, { startS: 0, seconds: 30, fps: 30, gopS: 8 }), audioPackets(a0, 0, 30))
    expect(next.packager.targetDurationS).toBe(8)
    expect(brokenRules(next.packager)).toEqual([])
  })

  it('lets one keyframe be missing without raising TARGETDURATION, but not a long GOP that comes late', () => {
    const { stream, packager } = packaged([v0])
    const part = (startS: number, seconds: number) => videoPackets(v0, { startS, seconds, fps: 30, gopS: seconds })
    stream.play([...part(0, 2), ...part(2, 2), ...part(4, 4), ...part(8, 2)])
    expect(packager.targetDurationS).toBe(2)
    expect(packager.forcedCuts).toBe(1)
    stream.play([...part(10, 8), ...part(18, 8), ...part(26, 8)])
    expect(packager.targetDurationS).toBe(10)
    expect(packager.forcedCuts).toBe(2)
    expect(brokenRules(packager)).toEqual([])
  })

  it('cuts a GOP that is too long for any TARGETDURATION, and says that the segment is not independent', () => {
    const { stream, packager } = packaged([v0, a0])
    stream.play(videoPackets(v0, { startS: 0, seconds: 50, fps: 30, gopS: 20 }), audioPackets(a0, 0, 50))
    expect(brokenRules(packager)).toEqual([])
    expect(packager.forcedCuts).toBeGreaterThan(0)
    expect(packager.renditions[0]?.segments.some((segment) => !segment.independent)).toBe(true)
  })

  it('marks a seam and goes on counting when the publisher returns', () => {
    const { stream, packager } = packaged([v0, a0])
    stream.play(videoPackets(v0, { startS: 0, seconds: 5, fps: 30, gopS: 2 }), audioPackets(a0, 0, 5))
    let changes = 0
    packager.onChange(() => changes++)
    stream.subscriber?.onReconnecting?.(true)
    expect([packager.away, changes]).toEqual([true, 1])
    stream.subscriber?.onReconnecting?.(false)
    expect([packager.away, changes]).toEqual([false, 2])
    stream.subscriber?.onDiscontinuity('reconnect')
    stream.subscriber?.onTrack(videoTrackOf('v0', 2))
    stream.play(videoPackets(v0, { startS: 9, seconds: 5, fps: 30, gopS: 2 }), audioPackets(a0, 9, 5))
    for (const rendition of packager.renditions) {
      expect(rendition.segments.map((segment) => segment.sequence)).toEqual([0, 1, 2, 3, 4, 5])
      expect(rendition.segments.map((segment) => segment.discontinuity)).toEqual([false, false, false, true, false, false])
      expect(rendition.segments[5]?.discontinuitySequence).toBe(1)
    }
    expect(packager.renditions[0]?.inits.size).toBe(2)
    expect(packager.renditions[1]?.inits.size).toBe(1)
    expect(brokenRules(packager)).toEqual([])
  })

  it('starts with its video where a backup takes over whose audio reaches further back than the frame that is shown now', () => {
    const { stream, packager } = packaged([v0, a0])
    const faults = watchPlaylists(packager)
    stream.play(videoPackets(v0, { startS: 0, seconds: 5.5, fps: 30, gopS: 2 }), audioPackets(a0, 0, 5.5))
    stream.subscriber?.onDiscontinuity('failover')
    // the frames before the newest one go to the decoder only, at its time; its audio was kept since its keyframe
    const takenOver = videoPackets(v0, { startS: 8.3, seconds: 12, fps: 30, gopS: 2 }).map((packet, index) => {
      const atTicks = ticks(Math.max(10 * 90_000, packet.dts) + Math.min(index, 51))
      return { ...packet, dts: atTicks, pts: atTicks }
    })
    const audio = audioPackets(a0, 8.3, 12)
    for (const [index, packet] of takenOver.slice(0, 52).entries()) {
      stream.subscriber?.onPacket(packet)
      for (const each of audio.slice(Math.floor(index * 1.53), Math.floor((index + 1) * 1.53))) stream.subscriber?.onPacket(each)
    }
    stream.play(takenOver.slice(52), audio.slice(79))
    expect(packager.renditions.map(({ segments }) => segments.filter((segment) => segment.gap === true))).toEqual([[], []])
    expect(packager.forcedCuts).toBe(0)
    expect(faults).toEqual([])
  })

  it('carries several video tracks with the same sequence numbers', () => {
    const v1 = videoTrackOf('v1')
    const { stream, packager } = packaged([v0, v1, a0])
    const shape = { startS: 0, seconds: 8, fps: 30, gopS: 2 }
    stream.play(videoPackets(v1, shape), videoPackets(v0, shape), audioPackets(a0, 0, 8))
    expect(packager.renditions[1]?.segments.map((segment) => Math.round(segment.startTicks / 900) / 100)).toEqual([0, 2, 4, 6])
    expect(packager.renditions[1]?.segments.every((segment) => segment.independent)).toBe(true)
    expect(brokenRules(packager)).toEqual([])
  })

  it('takes in a track that appears late, at the next segment', () => {
    const { stream, packager } = packaged([v0])
    const all = videoPackets(v0, { startS: 0, seconds: 10, fps: 30, gopS: 2 })
    stream.play(all.filter((packet) => packet.dts < 3 * 90_000))
    stream.subscriber?.onTrack(a0)
    stream.play(
      all.filter((packet) => packet.dts >= 3 * 90_000),
      audioPackets(a0, 3, 7),
    )
    const audio = packager.renditions[1]
    expect(audio?.segments[0]?.sequence).toBe(2)
    expect(Math.abs((audio?.segments[0]?.startTicks ?? 0) / 48_000 - 4)).toBeLessThan(0.03)
    expect(brokenRules(packager)).toEqual([])
  })

  it('goes on when a track falls silent: the last frame goes on being shown, and audio that is missing is silence', () => {
    const { stream, packager } = packaged([v0, a0])
    stream.play(videoPackets(v0, { startS: 0, seconds: 4, fps: 30, gopS: 2 }), audioPackets(a0, 0, 20))
    const [video, audio] = packager.renditions
    expect(audio?.segments.length).toBeGreaterThanOrEqual(8)
    expect(video?.segments.length).toBeGreaterThanOrEqual(8)
    expect(video?.segments.every((segment) => segment.gap !== true && segment.independent)).toBe(true)
    stream.play(videoPackets(v0, { startS: 20, seconds: 4, fps: 30, gopS: 2 }), audioPackets(a0, 20.01, 4))
    expect(brokenRules(packager)).toEqual([])
    const quiet = packaged([v0, a0])
    quiet.stream.play(videoPackets(v0, { startS: 0, seconds: 12, fps: 30, gopS: 2 }), audioPackets(a0, 0, 3))
    expect(quiet.packager.renditions[0]?.segments.length).toBe(6)
    const audible = quiet.packager.renditions[1]
    expect(audible?.segments.map(({ gap, byteLength }) => gap !== true && byteLength > 0)).toEqual(Array(6).fill(true))
    expect(audible!.highS).toBeGreaterThan(11.9)
    quiet.stream.play(videoPackets(v0, { startS: 12, seconds: 4, fps: 30, gopS: 2 }), audioPackets(a0, 12.2, 4))
    expect(brokenRules(quiet.packager)).toEqual([])
    expect(audible?.gaps).toBe(0)
  })

  it('lists gaps where the silence of a codec is not known, and where a new publisher sends no audio', () => {
    const unknown = { ...audioTrackOf(), codec: 'ac3', codecString: 'ac-3' } as const
    const { stream, packager } = packaged([v0, unknown])
    stream.play(videoPackets(v0, { startS: 0, seconds: 12, fps: 30, gopS: 2 }), audioPackets(unknown, 0, 3))
    expect(packager.renditions[1]?.segments.some(({ gap }) => gap === true)).toBe(true)
    const other = packaged([v0, a0])
    other.stream.play(videoPackets(v0, { startS: 0, seconds: 4, fps: 30, gopS: 2 }), audioPackets(a0, 0, 4))
    other.stream.subscriber?.onDiscontinuity('reconnect')
    other.stream.play(videoPackets(v0, { startS: 14, seconds: 8, fps: 30, gopS: 2 }))
    expect(other.packager.renditions[1]!.highS).toBeLessThan(4.1)
    expect(brokenRules(other.packager)).toEqual([])
  })

  it('waits longer for audio once it came for a time that had become silence', () => {
    const { stream, packager } = packaged([v0, a0])
    const late = (from: number, seconds: number, lateS: number) =>
      [
        ...videoPackets(v0, { startS: from, seconds, fps: 30, gopS: 2 }).map((packet) => ({ packet, at: packet.dts / 90_000 })),
        ...audioPackets(a0, from, seconds).map((packet) => ({ packet, at: Math.max(packet.dts / 48_000, from + lateS) })),
      ].sort((one, two) => one.at - two.at)
    const silent = Buffer.from(silentPacket(a0)!.data)
    /** Packets of silence so far. */
    const silences = () => {
      const bytes = Buffer.concat(packager.renditions[1]!.segments.flatMap(({ parts }) => parts.map(({ data }) => data)))
      let count = 0
      for (let at = bytes.indexOf(silent); at >= 0; at = bytes.indexOf(silent, at + silent.length)) count++
      return count
    }
    for (const { packet } of late(0, 4, 0)) stream.subscriber?.onPacket(packet)
    expect(silences()).toBe(0)
    for (const { packet } of late(4, 4, 1.5)) stream.subscriber?.onPacket(packet)
    const once = silences()
    expect(once / (48_000 / 1024), 'seconds of silence').toBeGreaterThan(0.9)
    for (const { packet } of late(8, 4, 1.5)) stream.subscriber?.onPacket(packet)
    expect(silences()).toBe(once)
    expect(brokenRules(packager)).toEqual([])
  })

  it('does not leave out audio in a segment that only video has started when its publisher is lost', () => {
    const { stream, packager } = packaged([v0, a0])
    stream.play(videoPackets(v0, { startS: 0, seconds: 4.5, fps: 30, gopS: 2 }), audioPackets(a0, 0, 3.9))
    stream.subscriber?.onReconnecting?.(true)
    stream.subscriber?.onDiscontinuity('reconnect')
    stream.play(videoPackets(v0, { startS: 14, seconds: 8, fps: 30, gopS: 2 }), audioPackets(a0, 14, 8))
    const [video, audio] = packager.renditions
    expect(video?.segments[2]?.byteLength).toBeGreaterThan(0)
    expect(audio?.segments.map(({ gap, byteLength }) => gap !== true && byteLength > 0)).toEqual(Array(7).fill(true))
    expect(brokenRules(packager)).toEqual([])
  })

  it('keeps the window, a few segments more for slow clients, and little memory beside the media', () => {
    const { stream, packager } = packaged([v0], { windowMs: 6000 })
    stream.play(videoPackets(v0, { startS: 0, seconds: 40, fps: 30, gopS: 2 }))
    const rendition = packager.renditions[0]
    const first = rendition?.segments[0]?.sequence ?? 0
    expect(rendition?.segments.length).toBe(4)
    expect(packager.findSegment('v0', first - 1)?.parts.length).toBeGreaterThan(0)
    expect(packager.findSegment('v0', first - 3)).toBeUndefined()
    const perSegment = 59 * 40 + 400
    expect(packager.memoryBytes).toBeLessThan(6 * perSegment * 1.9)
    for (const segment of rendition?.segments ?? [])
      for (const part of segment.parts) expect(part.data.buffer.byteLength).toBe(part.data.length)
  })

  it('measures bandwidth over the window', () => {
    const { stream, packager } = packaged([v0])
    stream.play(videoPackets(v0, { startS: 0, seconds: 9, fps: 30, gopS: 2 }))
    const rendition = packager.renditions[0]
    expect(rendition?.averageBandwidth).toBeGreaterThan((59 * 40 + 400) * 4)
    expect(rendition?.peakBandwidth).toBeGreaterThanOrEqual(rendition?.averageBandwidth ?? Number.NaN)
    expect(rendition?.frameRate).toBe(30)
  })

  it('gives the newest keyframe as a one-frame MP4', () => {
    const { stream, packager } = packaged([v0])
    expect(packager.keyframe()).toBeUndefined()
    stream.play(videoPackets(v0, { startS: 0, seconds: 5, fps: 30, gopS: 2 }))
    const newest = packager.keyframe()
    expect(readChunk(newest?.data ?? new Uint8Array())).toMatchObject({ base: 0, bytes: 400, mdatBytes: 400 })
    expect(packager.keyframe()).toBe(newest)
  })

  it('reports every part while it is made, closes all at the end, and lets go of all at stop', () => {
    const { stream, packager } = packaged([v0, a0])
    let calls = 0
    const unsubscribe = packager.onChange(() => calls++)
    stream.play(videoPackets(v0, { startS: 0, seconds: 3, fps: 30, gopS: 2 }), audioPackets(a0, 0, 3))
    expect(calls).toBeGreaterThan(25)
    stream.subscriber?.onEnd()
    expect(packager.ended).toBe(true)
    expect(packager.renditions.every((rendition) => rendition.segments.every((segment) => segment.complete))).toBe(true)
    unsubscribe()
    packager.stop()
    expect(packager.memoryBytes).toBe(0)
    expect(stream.subscriber).toBeUndefined()
  })
})
