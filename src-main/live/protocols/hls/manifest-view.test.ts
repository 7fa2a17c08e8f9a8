import mpdParser from 'mpd-parser'
import { describe, expect, it } from 'vitest'
import { escapeXml } from '../../../formats/playlists/mpd-document.ts'
import { ManifestView } from './manifest-view.ts'
import { SyntheticStream, syntheticAudio, syntheticVideo } from './testing/packaged-stream.ts'

const options = { title: 'Tea & <cake>', cdnPrefix: '', nowMs: Date.UTC(2030, 0, 1, 0, 1), clockUrl: '/api/v1/time?format=iso' }
const manifestUri = 'http://host.example/live/show/manifest.mpd'

describe('the manifest of a live stream', () => {
  it('is read by mpd-parser at every moment, seams and end included', () => {
    const stream = new SyntheticStream()
    const view = new ManifestView()
    for (let part = 0; part < 100; part++) {
      if (part === 41) stream.seam()
      stream.part()
      const text = view.text(stream, options)
      const warnings: string[] = []
      const parsed = mpdParser.parse(text, { manifestUri, eventHandler: ({ message }: { message: string }) => warnings.push(message) })
      const segments = parsed.playlists[0]?.segments ?? []
      expect(segments.length, text).toBeGreaterThan(0)
      expect(warnings).toEqual([])
      const newest = stream.renditions[0]?.segments.at(-1)
      expect(segments.at(-1)?.resolvedUri).toBe(`http://host.example/live/show/e1/v0/seg-${newest?.sequence}.m4s`)
    }
    stream.end()
    const text = view.text(stream, options)
    expect(text).toContain('type="static"')
    expect(text).not.toContain('UTCTiming')
    expect(mpdParser.parse(text, { manifestUri }).endList).toBe(true)
  })

  it('keeps the start of a period after its first segments have gone', () => {
    const stream = new SyntheticStream()
    const view = new ManifestView()
    for (let part = 0; part < 48; part++) {
      stream.part()
      expect(view.text(stream, options)).toContain('<Period id="p0" start="PT0S">')
    }
    expect(view.text(stream, options)).toContain('startNumber="2"')
    stream.seam()
    stream.part()
    const text = view.text(stream, options)
    expect(text).toContain('<Period id="p0" start="PT0S">')
    expect(text).toMatch(/<Period id="p1\.v0-1\.a0-1" start="PT23\.\d+S">/)
  })

  it('lists the segment in the making early and tells how early it may be fetched', () => {
    const stream = new SyntheticStream()
    for (let part = 0; part < 5; part++) stream.part()
    const text = new ManifestView().text(stream, options)
    expect(text).toContain('availabilityTimeOffset="1.48" availabilityTimeComplete="false"')
    expect(text).toContain('<S t="0" d="180000" r="1"/>')
  })

  it('puts video of one codec into one set and every audio track into its own, with escaped text', () => {
    const stream = new SyntheticStream({
      tracks: [syntheticVideo, { ...syntheticVideo, id: 'v1', width: 640, height: 360 }, syntheticAudio, { ...syntheticAudio, id: 'a1' }],
    })
    stream.part()
    const text = new ManifestView().text(stream, options)
    expect(text.match(/<AdaptationSet /g)).toHaveLength(3)
    expect(text).toContain('maxWidth="1280" maxHeight="720" maxFrameRate="30"')
    expect(text).toContain('<Title>Tea &amp; &lt;cake&gt;</Title>')
    expect(escapeXml('a\u0000"b\'')).toBe('a&quot;b&apos;')
  })
})
