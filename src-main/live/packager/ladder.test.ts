import { describe, expect, it } from 'vitest'
import type { Packet, Track } from '../../formats/track.ts'
import { ManifestView } from '../playback/manifest-view.ts'
import { mediaPlaylistText, multivariantText } from '../playback/playlist-view.ts'
import { createPackager, type PackagedSource } from './packager.ts'
import { brokenRules } from './packaging-rules.ts'
import { audioTrackOf, pictures, SyntheticStream, sound, videoTrackOf } from './synthetic-stream.ts'

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
  const made = pictures(small, shape).filter((packet) => packet.dts < from * 90_000 || packet.dts >= to * 90_000)
  const arrivals: { packet: Packet; atS: number }[] = [
    ...pictures(v0, shape).map((packet) => ({ packet, atS: packet.dts / 90_000 })),
    ...sound(a0, 0, seconds).map((packet) => ({ packet, atS: packet.dts / 48_000 })),
    ...made.map((packet) => ({ packet, atS: packet.dts / 90_000 + late.byS })),
  ].sort((a, b) => a.atS - b.atS)
  return {
    packager,
    retire: (id: string) => retire(id),
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

const rendition = (packager: ReturnType<typeof createPackager>, id: string) => packager.renditions.find((each) => each.id === id)
const manifest = (packager: ReturnType<typeof createPackager>) =>
  new ManifestView().text(packager, { title: 't', cdnPrefix: '', nowMs: 0, clockUrl: '/t' })

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

  it('is told of in one list, the best first, and players keep far enough from the edge to change', () => {
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
    expect(manifest(packager)).not.toContain('v-360p')
    until(22)
    expect(lesser?.away).toBe(false)
    expect(brokenRules(packager)).toEqual([])
    expect(lesser?.segments.filter((segment) => segment.gap === true).map((segment) => segment.sequence)).toEqual([5])
    expect(lesser?.segments.find((segment) => segment.sequence === 4)?.durationTicks).toBeCloseTo(180_000, -2)
    const listed = /id="v-360p"[\s\S]*?startNumber="(\d+)"[\s\S]*?<S t="(\d+)"/.exec(manifest(packager))
    expect(listed?.slice(1)).toEqual(['6', '1080000'])
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

  it('does not let the transcoder begin segments when the publisher is silent or has returned', () => {
    const { until } = ladder({ byS: 0.5 }, 30)
    const packager = until(7.3)
    const count = rendition(packager, 'v0')?.segments.length
    for (const packet of pictures(small, { startS: 8, seconds: 10, fps: 30, gopS: 2 }))
      (packager as never as { onPacket(p: Packet): void }).onPacket(packet)
    expect(rendition(packager, 'v0')?.segments.length).toBe(count)
  })
})
