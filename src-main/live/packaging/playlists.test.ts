import { describe, expect, it } from 'vitest'
import { ManifestView } from '../protocols/hls/manifest-view.ts'
import { createPackager, type Packager } from './packager.ts'
import { watchPlaylists } from './testing/playlist-watch.ts'
import { audioPackets, audioTrackOf, SyntheticStream, videoPackets, videoTrackOf } from './testing/synthetic-stream.ts'

const v0 = videoTrackOf()
const a0 = audioTrackOf()

/** What a player lacks, bits, that starts with each segment once it has waited for minBufferTime, fed at @bandwidth from then on. */
function shortOf(packager: Packager, id: string): number {
  const text = new ManifestView().text(packager, { title: 't', cdnPrefix: '', nowMs: 0, clockUrl: '/t' })
  const bandwidth = Number(new RegExp(`id="${id}"[^>]* bandwidth="(\\d+)"`).exec(text)?.[1])
  const waitS = Number(/minBufferTime="PT([\d.]+)S"/.exec(text)?.[1])
  const rendition = packager.renditions.find((each) => each.id === id)
  const parts = rendition?.segments.filter(({ complete }) => complete).flatMap((segment) => segment.parts) ?? []
  let short = 0
  for (const [from, first] of parts.entries()) {
    let bits = 0
    for (const part of parts.slice(from)) {
      const atS = (part.startTicks - first.startTicks) / (rendition?.track.timescale ?? 1)
      bits += part.data.length * 8
      short = Math.max(short, bits - bandwidth * (waitS + atS))
    }
  }
  return short
}

describe('the manifest of a packaged stream', () => {
  it('says where a period ends whose publisher was away before the next one started, and only there', () => {
    const stream = new SyntheticStream([v0, a0])
    const packager = createPackager(stream, { segmentMs: 2000, partMs: 200, windowMs: 60_000 })
    const view = new ManifestView()
    const periods = () => view.text(packager, { title: 't', cdnPrefix: '', nowMs: 0, clockUrl: '/t' }).match(/<Period [^>]*>/g)
    const plays = (startS: number) => stream.play(videoPackets(v0, { startS, seconds: 5, fps: 30, gopS: 2 }), audioPackets(a0, startS, 5))
    plays(0)
    // it is not known yet when it continues
    stream.subscriber?.onReconnecting?.(true)
    expect(periods()).toEqual(['<Period id="p0" start="PT0S">'])
    stream.subscriber?.onDiscontinuity('reconnect')
    plays(9)
    expect(periods()).toEqual([
      expect.stringMatching(/^<Period id="p0" start="PT0S" duration="PT5(\.0\d*)?S">$/),
      '<Period id="p1" start="PT9S">',
    ])
    // here it went on at once
    stream.subscriber?.onDiscontinuity('reconnect')
    plays(14.1)
    expect(periods()?.map((period) => period.includes('duration='))).toEqual([true, false, false])
  })

  it('names a bandwidth at which nobody runs dry, also of audio that is quiet and then is not, and of video that does not change', () => {
    const stream = new SyntheticStream([v0, a0])
    const packager = createPackager(stream, { segmentMs: 2000, partMs: 200, windowMs: 30_000 })
    const loud = (timeS: number) => timeS > 9.2 && timeS < 9.9
    const tone = audioPackets(a0, 0, 20).map((packet) => ({ ...packet, data: new Uint8Array(loud(packet.pts / 48_000) ? 700 : 12) }))
    const still = videoPackets(v0, { startS: 0, seconds: 20, fps: 30, gopS: 2 })
    stream.play(
      still.map((packet) => ({ ...packet, data: new Uint8Array(packet.key ? 60_000 : 30) })),
      tone,
    )
    expect(shortOf(packager, 'a0')).toBeLessThanOrEqual(8)
    expect(shortOf(packager, 'v0')).toBeLessThanOrEqual(8)
  })
})

describe('the playlists of a packaged stream', () => {
  it('hint at the part that comes next, also where a keyframe follows a part that is exactly full', () => {
    const stream = new SyntheticStream([v0, a0])
    const packager = createPackager(stream, { segmentMs: 2000, partMs: 200, windowMs: 30_000 })
    const faults = watchPlaylists(packager)
    stream.play(videoPackets(v0, { startS: 0, seconds: 5, fps: 30, gopS: 2 }), audioPackets(a0, 0, 5))
    stream.subscriber?.onReconnecting?.(true)
    stream.subscriber?.onDiscontinuity('reconnect')
    stream.play(videoPackets(v0, { startS: 9, seconds: 3, fps: 30, gopS: 2 }), audioPackets(a0, 9, 3))
    stream.subscriber?.onEnd()
    expect(faults).toEqual([])
  })

  it.each([
    ['OBS by default', [{ fps: 30, gopS: 250 / 30, seconds: 60 }], 10],
    ['24 frames a second', [{ fps: 24, gopS: 250 / 24, seconds: 60 }], 10],
    ['12 s', [{ fps: 30, gopS: 12, seconds: 60 }], 12],
    [
      'rare only later on',
      [
        { fps: 30, gopS: 2, seconds: 46 },
        { fps: 30, gopS: 250 / 30, seconds: 60 },
      ],
      10,
    ],
  ])('list at least what HOLD-BACK asks for from their first removal on, also in the first run: keyframes of %s', (_, course, targetS) => {
    for (const known of [false, true]) {
      const stream = new SyntheticStream([v0, a0])
      const gopS = Math.max(...course.map((each) => each.gopS))
      const keyframeIntervalMs = known ? { keyframeIntervalMs: gopS * 1000 } : {}
      const packager = createPackager(stream, { segmentMs: 2000, partMs: 500, windowMs: 30_000, ...keyframeIntervalMs })
      const faults = watchPlaylists(packager, { removals: true })
      let startS = 0
      for (const { fps, gopS, seconds } of course) {
        stream.play(videoPackets(v0, { startS, fps, gopS, seconds }), audioPackets(a0, startS, seconds))
        startS += seconds
      }
      expect(packager.targetDurationS).toBe(known ? Math.ceil(gopS) : targetS)
      expect(faults.filter((fault) => /removed|HOLD-BACK/.test(fault))).toEqual([])
      expect(packager.renditions[0]?.segments[0]?.sequence, 'segments left the playlist').toBeGreaterThan(0)
      expect(packager.forcedCuts).toBeLessThan(2)
    }
  })
})
