import { describe, expect, it } from 'vitest'
import type { Packet, Track } from '../../formats/track.ts'
import { ManifestView } from '../protocols/hls/manifest-view.ts'
import { mediaPlaylistText, multivariantText } from '../protocols/hls/playlist-view.ts'
import { createPackager, type PackagedSource } from './packager.ts'
import { brokenRules } from './packaging-rules.ts'
import { watchPlaylists } from './testing/playlist-watch.ts'
import { audioPackets, audioTrackOf, SyntheticStream, videoPackets, videoTrackOf } from './testing/synthetic-stream.ts'

const v0 = videoTrackOf()
const a0 = audioTrackOf()
const small = { ...videoTrackOf('v-360p'), width: 640, height: 360 }

/** A stream whose ladder track comes as much later as its transcoder takes. */
function ladder(
  late: { byS: number; withoutS?: readonly [from: number, to: number] },
  seconds: number,
  tracks: readonly Track[] = [v0, a0],
) {
  const source = new SyntheticStream(tracks)
  let retire: (trackId: string) => void = () => undefined
  const view: PackagedSource = Object.assign(source, {
    onRetired: (listener: (trackId: string) => void) => {
      retire = listener
      return () => undefined
    },
  })
  const packager = createPackager(view, { segmentMs: 2000, partMs: 200, windowMs: 60_000 })
  const shape = { startS: 0, seconds, fps: 30, gopS: 2 }
  const [from, to] = late.withoutS ?? [0, 0]
  const made = videoPackets(small, shape).filter((packet) => packet.dts < from * 90_000 || packet.dts >= to * 90_000)
  const arrivals: { packet: Packet; atS: number }[] = [
    ...videoPackets(v0, shape).map((packet) => ({ packet, atS: packet.dts / 90_000 })),
    ...audioPackets(a0, 0, seconds).map((packet) => ({ packet, atS: packet.dts / 48_000 })),
    ...made.map((packet) => ({ packet, atS: packet.dts / 90_000 + late.byS })),
  ].sort((a, b) => a.atS - b.atS)
  return {
    packager,
    retire: (id: string) => retire(id),
    resume: () => source.subscriber?.onTrack(small),
    /** Plays what arrives before `untilS`. */
    until(untilS: number) {
      while (arrivals[0] !== undefined && arrivals[0].atS < untilS) {
        const { packet } = arrivals.shift() as (typeof arrivals)[0]
        if (packet.track === small && packager.renditions.every((rendition) => rendition.id !== small.id)) source.subscriber?.onTrack(small)
        source.subscriber?.onPacket(packet)
      }
      return packager
    },
  }
}

/** Frames that a rendition lists; those that were sent before, for the decoder alone, are not counted. */
const frames = (packager: ReturnType<typeof createPackager>, id: string) =>
  rendition(packager, id)?.segments.reduce((sum, segment) => sum + (segment as { frames?: number }).frames!, 0)
const rendition = (packager: ReturnType<typeof createPackager>, id: string) => packager.renditions.find((each) => each.id === id)
/** The periods of the manifest, as text. */
const periods = (packager: ReturnType<typeof createPackager>, view = new ManifestView()) =>
  view.text(packager, { title: 't', cdnPrefix: '', nowMs: 0, clockUrl: '/t' }).match(/<Period [\s\S]*?<\/Period>/g) ?? []

describe('a ladder', () => {
  it('keeps the numbers and times of segments equal though a rendition comes late', () => {
    for (const byS of [0.4, 1.3, 5]) {
      const { until } = ladder({ byS }, 30)
      const packager = until(29)
      expect(brokenRules(packager)).toEqual([])
      const [source, lesser] = [rendition(packager, 'v0'), rendition(packager, 'v-360p')]
      expect(lesser?.segments.some((segment) => segment.gap === true)).toBe(false)
      expect(lesser?.segments.length).toBeGreaterThan(8)
      for (const segment of lesser?.segments ?? []) {
        const beside = source?.segments.find((each) => each.sequence === segment.sequence)
        expect(Math.abs(segment.startTicks - (beside?.startTicks ?? 0))).toBeLessThanOrEqual(90)
      }
      expect(packager.lagMs).toBe(Math.min(3000, Math.ceil(byS * 4) * 250))
    }
  })

  it('is listed in one list, the best first, and players keep far enough from the edge to change', () => {
    const { until } = ladder({ byS: 0.7 }, 12)
    expect(multivariantText(until(1.9), { plain: false, cdnPrefix: '', session: undefined })).not.toContain('v-360p')
    const packager = until(12)
    const text = multivariantText(packager, { plain: false, cdnPrefix: '', session: undefined })
    expect(text.match(/^e1.*index.m3u8$/gm)).toEqual(['e1/v0/index.m3u8', 'e1/v-360p/index.m3u8'])
    expect(text.match(/TYPE=AUDIO/g)?.length).toBe(1)
    const playlist = mediaPlaylistText(packager, packager.renditions[0] as never, { plain: false, skip: false, cdnPrefix: '' })
    expect(playlist).toContain(`PART-HOLD-BACK=${((3 * packager.partTargetMs) / 1000 + 0.75).toFixed(3)}`)
    expect(playlist).toContain('../v-360p/index.m3u8",LAST-MSN=')
  })

  it('sends players elsewhere while the transcoder is away, and goes on in step when it returns', () => {
    const { until } = ladder({ byS: 0.5, withoutS: [9, 12] }, 24)
    const packager = until(10.6)
    const lesser = rendition(packager, 'v-360p')
    expect(lesser?.away).toBe(true)
    expect(multivariantText(packager, { plain: false, cdnPrefix: '', session: undefined })).not.toContain('v-360p')
    expect(periods(until(12.2)).at(-1)).not.toContain('v-360p')
    until(22)
    expect(lesser?.away).toBe(false)
    expect(brokenRules(packager)).toEqual([])
    expect(lesser?.segments.filter((segment) => segment.gap === true).map((segment) => segment.sequence)).toEqual([5])
    expect(lesser?.segments.find((segment) => segment.sequence === 4)?.durationTicks).toBeCloseTo(180_000, -2)
    const listed = /id="v-360p"[\s\S]*?startNumber="(\d+)"[\s\S]*?<S t="(\d+)"/.exec(periods(packager).at(-1) as string)
    expect(listed?.slice(1)).toEqual(['7', '1260030'])
  })

  it('joins and leaves with a DASH period, inside of which the qualities stay the same', () => {
    const { until, retire } = ladder({ byS: 0.5, withoutS: [9, 12] }, 40)
    const view = new ManifestView()
    const seen = new Map<string, string>()
    for (let atS = 1; atS < 36; atS += 0.2) {
      const packager = until(atS)
      if (Math.abs(atS - 25) < 0.01) retire('v-360p')
      for (const period of periods(packager, view)) {
        const id = /id="([^"]+)" start="([^"]+)"/.exec(period)?.slice(1).join(' ') as string
        const ids = [...period.matchAll(/<Representation id="([^"]+)"/g)].map((match) => match[1])
        const qualities = ids.sort().join(' ')
        expect(seen.get(id) ?? qualities, `${id} at ${atS} s`).toBe(qualities)
        seen.set(id, qualities)
      }
    }
    expect([...seen.values()]).toEqual(['a0 v0', 'a0 v-360p v0', 'a0 v0', 'a0 v-360p v0', 'a0 v0'])
  })

  it('leaves out what was retired at once, and keeps its media for those who still fetch it', () => {
    const { until, retire } = ladder({ byS: 0.5 }, 12)
    const packager = until(9)
    retire('v-360p')
    expect(rendition(packager, 'v-360p')?.away).toBe(true)
    expect(multivariantText(until(11), { plain: false, cdnPrefix: '', session: undefined })).not.toContain('v-360p')
    expect(packager.findSegment('v-360p', 3)?.byteLength).toBeGreaterThan(0)
    packager.stop()
  })

  it('adds up to the times of its segments where it was switched off in the middle of one, and on again', () => {
    const { packager, until, retire, resume } = ladder({ byS: 0.5, withoutS: [9, 16] }, 30)
    const faults = watchPlaylists(packager, { pauses: true })
    until(9.2)
    retire('v-360p')
    until(16.4)
    resume()
    until(29)
    expect(rendition(packager, 'v-360p')?.segments.filter((segment) => segment.gap === true).length).toBeGreaterThan(1)
    expect(frames(packager, 'v-360p')).toBeGreaterThan(500)
    expect(faults).toEqual([])
  })

  it('goes on in all other renditions where the transcoder starts one with another configuration', () => {
    const source = new SyntheticStream([v0, a0, small])
    const packager = createPackager(source, { segmentMs: 2000, partMs: 200, windowMs: 60_000 })
    const faults = watchPlaylists(packager)
    const shape = { startS: 0, seconds: 12, fps: 30, gopS: 2 }
    const changed = { ...small, config: new Uint8Array([1, 2]) }
    // the new configuration comes in the middle of a group of pictures of the source
    const arrivals = [
      ...videoPackets(v0, shape).map((packet) => ({ packet, atS: packet.dts / 90_000 })),
      ...audioPackets(a0, 0, 12).map((packet) => ({ packet, atS: packet.dts / 48_000 })),
      ...videoPackets(small, { ...shape, seconds: 4 }).map((packet) => ({ packet, atS: packet.dts / 90_000 + 0.5 })),
      ...videoPackets(changed, { ...shape, startS: 4, seconds: 8 }).map((packet) => ({ packet, atS: packet.dts / 90_000 + 0.7 })),
    ].sort((a, b) => a.atS - b.atS)
    for (const { packet } of arrivals) {
      if (packet.track === changed && packet.dts === 4 * 90_000) source.subscriber?.onTrack(changed)
      source.subscriber?.onPacket(packet)
    }
    source.subscriber?.onEnd()
    expect(frames(packager, 'v0')).toBe(360)
    expect(frames(packager, small.id)).toBe(360)
    expect(rendition(packager, small.id)?.inits.size).toBe(2)
    expect(rendition(packager, 'v0')?.segments.map((segment) => segment.sequence)).toEqual([0, 1, 2, 3, 4, 5])
    expect(packager.renditions.flatMap((each) => each.segments.filter((segment) => segment.discontinuity))).toEqual([])
    expect(brokenRules(packager)).toEqual([])
    expect(faults).toEqual([])
  })

  it('loses no video where the audio has another configuration, and no audio where the video has', () => {
    const source = new SyntheticStream([v0, a0])
    const packager = createPackager(source, { segmentMs: 2000, partMs: 200, windowMs: 60_000 })
    const faults = watchPlaylists(packager)
    const late = { ...a0, config: new Uint8Array([0x12, 0x10]) }
    const wide = { ...v0, config: new Uint8Array([1, 9]), width: 1920, height: 1080 }
    const shape = { fps: 30, gopS: 2 }
    source.play(videoPackets(v0, { ...shape, startS: 0, seconds: 3.5 }), audioPackets(a0, 0, 3.5))
    source.subscriber?.onTrack(late)
    source.subscriber?.onDiscontinuity('codec-change')
    const rest = videoPackets(v0, { ...shape, startS: 0, seconds: 6 }).filter((packet) => packet.dts >= 3.5 * 90_000)
    source.play(rest, audioPackets(late, 3.52, 2.5))
    source.subscriber?.onTrack(wide)
    source.subscriber?.onDiscontinuity('codec-change')
    source.play(videoPackets(wide, { ...shape, startS: 6, seconds: 4 }), audioPackets(late, 6.03, 4))
    source.subscriber?.onEnd()
    expect(frames(packager, 'v0')).toBe(300)
    expect(frames(packager, 'a0')).toBe(
      audioPackets(a0, 0, 3.5).length + audioPackets(late, 3.52, 2.5).length + audioPackets(late, 6.03, 4).length,
    )
    expect([rendition(packager, 'v0')?.inits.size, rendition(packager, 'a0')?.inits.size]).toEqual([2, 2])
    expect(brokenRules(packager)).toEqual([])
    expect(faults).toEqual([])
  })

  it('gives no URL twice where a track comes back on another clock', () => {
    const source = new SyntheticStream([v0, a0])
    const packager = createPackager(source, { segmentMs: 2000, partMs: 200, windowMs: 60_000 })
    const shape = { fps: 30, gopS: 2 }
    source.play(videoPackets(v0, { ...shape, startS: 0, seconds: 4 }), audioPackets(a0, 0, 4))
    const before = rendition(packager, 'a0')?.edge.serial ?? 0
    const slower = { ...audioTrackOf('a0', 44_100), config: new Uint8Array([0x12, 0x10]) }
    source.subscriber?.onTrack(slower)
    source.play(videoPackets(v0, { ...shape, startS: 4, seconds: 4 }), audioPackets(slower, 4, 4))
    const after = rendition(packager, 'a0')
    expect(after?.segments[0]?.parts[0]?.serial).toBeGreaterThanOrEqual(before)
    expect([...(after?.inits.keys() ?? [])]).toEqual([1])
    expect(frames(packager, 'v0')).toBe(240)
    expect(brokenRules(packager)).toEqual([])
  })

  it('does not let the transcoder start segments when the publisher is silent or has returned', () => {
    const { until } = ladder({ byS: 0.5 }, 30)
    const packager = until(7.3)
    const count = rendition(packager, 'v0')?.segments.length
    for (const packet of videoPackets(small, { startS: 8, seconds: 10, fps: 30, gopS: 2 }))
      (packager as never as { onPacket(p: Packet): void }).onPacket(packet)
    expect(rendition(packager, 'v0')?.segments.length).toBe(count)
  })
})
