import { describe, expect, it } from 'vitest'
import { checkMediaPlaylist } from '../../../e2e/playlist-rules.ts'
import { ManifestView } from '../protocols/hls/manifest-view.ts'
import { mediaPlaylistText } from '../protocols/hls/playlist-view.ts'
import { createPackager, type Packager } from './packager.ts'
import { watchPlaylists } from './testing/playlist-watch.ts'
import { audioTrackOf, pictures, SyntheticStream, sound, videoTrackOf } from './testing/synthetic-stream.ts'

const v0 = videoTrackOf()
const a0 = audioTrackOf()

/** What a player lacks, bits, that begins with each segment once it has waited for minBufferTime, fed at @bandwidth from then on. */
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
  it('names a bandwidth at which nobody runs dry, also of audio that is quiet and then is not, and of video that does not change', () => {
    const stream = new SyntheticStream([v0, a0])
    const packager = createPackager(stream, { segmentMs: 2000, partMs: 200, windowMs: 30_000 })
    const loud = (timeS: number) => timeS > 9.2 && timeS < 9.9
    const tone = sound(a0, 0, 20).map((packet) => ({ ...packet, data: new Uint8Array(loud(packet.pts / 48_000) ? 700 : 12) }))
    const still = pictures(v0, { startS: 0, seconds: 20, fps: 30, gopS: 2 })
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
    stream.play(pictures(v0, { startS: 0, seconds: 5, fps: 30, gopS: 2 }), sound(a0, 0, 5))
    stream.subscriber?.onReconnecting?.(true)
    stream.subscriber?.onDiscontinuity('reconnect')
    stream.play(pictures(v0, { startS: 9, seconds: 3, fps: 30, gopS: 2 }), sound(a0, 9, 3))
    stream.subscriber?.onEnd()
    expect(faults).toEqual([])
  })

  it('hold at least what HOLD-BACK asks for, however far apart keyframes are', () => {
    for (const keyframeIntervalMs of [undefined, 8333]) {
      const stream = new SyntheticStream([v0, a0])
      const known = keyframeIntervalMs === undefined ? {} : { keyframeIntervalMs }
      const packager = createPackager(stream, { segmentMs: 2000, partMs: 500, windowMs: 20_000, ...known })
      const faults: string[] = []
      let before = ''
      packager.onChange(() => {
        const text = mediaPlaylistText(packager, packager.renditions[0] as never, { plain: true, skip: false, cdnPrefix: '' })
        if (text === before || packager.renditions[0]?.segments[0]?.complete !== true) return
        if (before.includes('#EXTINF')) faults.push(...checkMediaPlaylist(text, before).filter((fault) => fault.includes('removed')))
        before = text
      })
      stream.play(pictures(v0, { startS: 0, seconds: 75, fps: 30, gopS: 250 / 30 }), sound(a0, 0, 75))
      expect(packager.windowMs).toBe(3000 * packager.targetDurationS)
      expect(faults).toEqual([])
      expect(before.match(/#EXTINF/g)?.length).toBeLessThan(7)
    }
  })
})
