import { describe, expect, it } from 'vitest'
import { readMediaPlaylist } from '../../../e2e/playlist-rules.ts'
import { ticks } from '../../formats/media-time.ts'
import { type CmafSample, readCmafSamples } from '../../formats/mp4/cmaf-reader.ts'
import type { Packet, Track } from '../../formats/track.ts'
import { ManifestView } from '../protocols/hls/manifest-view.ts'
import { mediaPlaylistText } from '../protocols/hls/playlist-view.ts'
import { createPackager, type Packager, type PackagerOptions } from './packager.ts'
import { brokenRules } from './packaging-rules.ts'
import { watchPlaylists } from './testing/playlist-watch.ts'
import { audioPackets, audioTrackOf, SyntheticStream, videoTrackOf } from './testing/synthetic-stream.ts'

const v0 = videoTrackOf()
const a0 = audioTrackOf()

/** Frames at the given times, each with its number as its bytes; one in sixty is a keyframe. */
function at(timesS: readonly number[], gop = 60, track: Track = v0): Packet[] {
  return timesS.map((timeS, index) => {
    const dts = ticks(Math.round(timeS * 1000) * 90)
    const data = new Uint8Array(300)
    new DataView(data.buffer).setUint32(0, index)
    return { track, pts: dts, dts, duration: ticks(3000), key: index === 0 || index % gop === 0, data }
  })
}

const times = (fromS: number, toS: number, stepS: number) => {
  const list: number[] = []
  for (let index = 0; fromS + index * stepS < toS - 1e-9; index++) list.push(fromS + index * stepS)
  return list
}

function packaged(tracks: readonly Track[], options: Partial<PackagerOptions> = {}) {
  const stream = new SyntheticStream(tracks)
  const packager = createPackager(stream, { segmentMs: 2000, partMs: 200, windowMs: 120_000, ...options })
  return { stream, packager, faults: watchPlaylists(packager, { pauses: true }) }
}

function samplesOf(packager: Packager, id = 'v0'): CmafSample[] {
  const rendition = packager.renditions.find((each) => each.id === id)
  return (rendition?.segments ?? []).flatMap((segment) =>
    segment.parts.flatMap((part) => readCmafSamples(part.data, false) as CmafSample[]),
  )
}

/** What a browser's buffer takes of the samples (Media Source Extensions, "coded frame processing"): after a jump of decoding times none up to the next keyframe. */
function taken(samples: readonly CmafSample[]): CmafSample[] {
  let last: CmafSample | undefined
  let needsKey = true
  return samples.filter((sample) => {
    const stepTicks = last === undefined ? 0 : sample.dts - last.dts
    if (last !== undefined && (stepTicks < 0 || stepTicks > 2 * last.duration)) needsKey = true
    if (needsKey && !sample.key) return false
    needsKey = false
    last = sample
    return true
  })
}

/** Numbers of the frames that are shown for longer than a decoder needs, with the time at which each is shown, s. */
function shown(samples: readonly CmafSample[]): { number: number; fromS: number }[] {
  const list: { number: number; fromS: number }[] = []
  for (const sample of taken(samples)) {
    const number = new DataView(sample.data.buffer, sample.data.byteOffset).getUint32(0)
    if (sample.duration > 90 && list.at(-1)?.number !== number) list.push({ number, fromS: sample.pts / 90_000 })
  }
  return list
}

function expectAll(packager: Packager, packets: readonly Packet[], id = 'v0') {
  const list = shown(samplesOf(packager, id))
  expect(list.map((each) => each.number)).toEqual(packets.map((_, index) => index))
  for (const { number, fromS } of list) expect(Math.abs(fromS - (packets[number] as Packet).pts / 90_000)).toBeLessThan(0.012)
}

/** Seconds without a frame between the first and the last one. */
function holesS(packager: Packager): number {
  let holes = 0
  let end: number | undefined
  for (const { dts, duration } of samplesOf(packager)) {
    if (end !== undefined) holes += Math.max(0, dts - end)
    end = dts + duration
  }
  return holes / 90_000
}

describe('video that pauses', () => {
  it.each([
    ['slides, one each 5 s, then 30 frames a second', [...times(0, 20, 5), ...times(20, 24, 1 / 30)]],
    [
      'a screen share at 1 frame a second, with bursts',
      [...times(0, 8, 1), ...times(8, 12, 1 / 30), ...times(12, 18, 1), ...times(18, 21, 1 / 25)],
    ],
    ['one pause of half a second', [...times(0, 3.1, 1 / 30), ...times(3.6, 9, 1 / 30)]],
    ['one pause of 1.2 s', [...times(0, 3.1, 1 / 30), ...times(4.3, 9, 1 / 30)]],
    ['one pause of 7 s', [...times(0, 3.1, 1 / 30), ...times(10.1, 15, 1 / 30)]],
  ])('loses no frame up to the next keyframe and leaves no hole: %s', (_, timesS) => {
    const packets = at(timesS)
    const { stream, packager, faults } = packaged([v0, a0])
    const endS = timesS.at(-1) as number
    stream.play(packets, audioPackets(a0, 0, endS))
    stream.subscriber?.onEnd()
    expectAll(packager, packets)
    expect(holesS(packager)).toBeLessThan(0.01)
    expect(brokenRules(packager)).toEqual([])
    expect(faults).toEqual([])
    const audio = samplesOf(packager, 'a0')
    expect(audio.length).toBe(audioPackets(a0, 0, endS).length)
  })

  it('loses nothing where there is no audio', () => {
    for (const timesS of [[...times(0, 20, 5), ...times(20, 24, 1 / 30)], times(0, 12, 1)]) {
      const packets = at(timesS)
      const { stream, packager, faults } = packaged([v0])
      stream.play(packets)
      stream.subscriber?.onEnd()
      expectAll(packager, packets)
      expect(holesS(packager)).toBeLessThan(0.01)
      expect(faults).toEqual([])
    }
  })

  it('loses nothing of what has B-frames', () => {
    const timesS = [...times(0, 3.1, 1 / 30), ...times(5.5, 8, 1 / 30)]
    const packets = at(timesS, 60).map((packet, index) => ({
      ...packet,
      pts: ticks(packet.dts + (index % 60 === 0 ? 6000 : index % 2 === 1 ? 9000 : 3000)),
    }))
    const { stream, packager, faults } = packaged([v0, a0])
    stream.play(packets, audioPackets(a0, 0, 8))
    stream.subscriber?.onEnd()
    const samples = samplesOf(packager)
    const numbers = taken(samples).map(({ data }) => new DataView(data.buffer, data.byteOffset).getUint32(0))
    expect([...new Set(numbers)]).toEqual(packets.map((_, index) => index))
    for (const sample of samples) expect(sample.pts).toBeGreaterThanOrEqual(sample.dts)
    expect(holesS(packager)).toBeLessThan(0.01)
    expect(faults).toEqual([])
  })

  it('sends no group of pictures again and again that is much more than the stream usually takes, and loses no frame behind the pause', () => {
    const packets = at([...times(0, 8.1, 1 / 30), ...times(16.1, 19, 1 / 30)], 600).map((packet) => {
      const data = new Uint8Array(5000)
      data.set(packet.data)
      return { ...packet, data }
    })
    const { stream, packager } = packaged([v0, a0], { keyframeIntervalMs: 12_000 })
    stream.play(packets, audioPackets(a0, 0, 19))
    stream.subscriber?.onEnd()
    expect(packager.renditions[0]?.segments.some((segment) => segment.gap === true)).toBe(true)
    expect(packager.memoryBytes).toBeLessThan(2.5 * packets.length * 5000)
    expectAll(packager, packets)
    expect(brokenRules(packager)).toEqual([])
  })

  it('lets audio go on in parts of its own', () => {
    const { stream, packager } = packaged([v0, a0])
    stream.play(at([0, 0.04, 0.08]), audioPackets(a0, 0, 12))
    const [video, audio] = packager.renditions
    const endS = (each: typeof video) => {
      const last = each?.segments.at(-1)
      return ((last?.startTicks ?? 0) + (last?.durationTicks ?? 0)) / (each?.track.timescale ?? 1)
    }
    expect(endS(audio)).toBeGreaterThan(11.7)
    expect(endS(video)).toBeGreaterThan(7.5)
  })

  it('leaves no part listed before a segment without: hls.js would take it for the end, and load nothing until the next', () => {
    const { stream, packager } = packaged([v0, a0])
    const seen = new Set<number>()
    packager.onChange(() => {
      const video = packager.renditions[0]
      if (!packager.ready || !video) return
      const text = mediaPlaylistText(packager, video, { plain: false, skip: false, cdnPrefix: '' })
      const { segments } = readMediaPlaylist(text)
      const without = segments.findLastIndex((segment) => segment.uri !== undefined && segment.parts.length === 0)
      expect(segments.slice(0, without + 1).flatMap((segment) => segment.parts)).toEqual([])
      seen.add(segments.length - without - 1)
    })
    stream.play(at([...times(0, 5.1, 1 / 30), ...times(12.1, 19, 1 / 30)]), audioPackets(a0, 0, 19))
    // parts are listed as before where there was no pause, and none while it lasts
    expect([...seen].sort()).toEqual(expect.arrayContaining([0, 1, 2, 3]))
  })

  it('stays in the manifest', () => {
    const { stream, packager } = packaged([v0, a0])
    const view = new ManifestView()
    stream.play(at([...times(0, 20, 5), ...times(20, 24, 1 / 30)]).slice(0, 3), audioPackets(a0, 0, 14))
    const text = view.text(packager, { title: 't', cdnPrefix: '', nowMs: 0, clockUrl: '/t' })
    expect(text.match(/<Period /g)?.length).toBe(1)
    expect(text).toContain('contentType="video"')
    expect(/id="v0"[\s\S]*?<\/SegmentTimeline>/.exec(text)?.[0].match(/ t="/g)?.length, 'no gap in the timeline').toBe(1)
  })

  it('starts with all that a decoder needs where its timestamps jumped, without waiting for a keyframe', () => {
    const { stream, packager, faults } = packaged([v0, a0])
    const packets = at([...times(0, 3, 1 / 30), ...times(8, 11, 1 / 30)])
    stream.play(
      packets.filter((packet) => packet.dts < 3 * 90_000),
      audioPackets(a0, 0, 3),
    )
    stream.subscriber?.onDiscontinuity('timestamp-jump')
    stream.play(
      packets.filter((packet) => packet.dts > 3 * 90_000),
      audioPackets(a0, 8, 3),
    )
    stream.subscriber?.onEnd()
    expectAll(packager, packets)
    expect(faults).toEqual([])
  })

  it('loses no frame of what a transcoder makes of it', () => {
    const small = { ...videoTrackOf('v-360p'), width: 640, height: 360 }
    const timesS = [...times(0, 3.1, 1 / 30), ...times(8.1, 9.1, 1 / 30), ...times(10, 16, 1), ...times(16, 20, 1 / 30)]
    const { stream, packager, faults } = packaged([v0, a0, small])
    const own = at(timesS)
    const made = at(timesS, undefined, small)
    const arrivals = [
      ...own.map((packet) => ({ packet, atS: packet.dts / 90_000 })),
      ...made.map((packet) => ({ packet, atS: packet.dts / 90_000 + 0.4 })),
      ...audioPackets(a0, 0, 20).map((packet) => ({ packet, atS: packet.dts / 48_000 })),
    ].sort((a, b) => a.atS - b.atS)
    let away = false
    for (const { packet } of arrivals) {
      stream.subscriber?.onPacket(packet)
      away ||= packager.renditions.some((rendition) => rendition.away)
    }
    expect(away).toBe(false)
    stream.subscriber?.onEnd()
    expectAll(packager, own)
    expectAll(packager, made, small.id)
    expect(faults).toEqual([])
  })

  it('does not take a pause for the keyframe interval of the next run', () => {
    const { stream, packager } = packaged([v0, a0])
    stream.play(at(times(0, 60, 5), 10), audioPackets(a0, 0, 60))
    expect(packager.targetDurationS).toBe(2)
    expect(packager.longestKeyframeIntervalMs).toBe(0)
  })
})
