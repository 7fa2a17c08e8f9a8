import hlsParser from 'hls-parser'
import m3u8Parser from 'm3u8-parser'
import { describe, expect, it } from 'vitest'
import { checkDelta, checkMediaPlaylist, checkMultivariant, readMediaPlaylist } from '../../../../e2e/playlist-rules.ts'
import { mediaPlaylistText, multivariantText } from './playlist-view.ts'
import { SyntheticStream, syntheticAudio, syntheticVideo } from './testing/packaged-stream.ts'

const full = { plain: false, skip: false, cdnPrefix: '' }

function parse(text: string): { manifest: Record<string, unknown> & { segments: unknown[] }; warnings: string[] } {
  const warnings: string[] = []
  const parser = new m3u8Parser.Parser()
  parser.on('warn', (event: { message: string }) => warnings.push(event.message))
  parser.push(text)
  parser.end()
  return { manifest: parser.manifest as never, warnings }
}

describe('the playlists of a live stream', () => {
  it('keep the rules at every reload of a long run with seams and an end', () => {
    const stream = new SyntheticStream()
    const previous = new Map<string, string>()
    const check = (): void => {
      for (const rendition of stream.renditions) {
        for (const plain of [false, true]) {
          const text = mediaPlaylistText(stream, rendition, { ...full, plain })
          if (plain && readMediaPlaylist(text).segments.length === 0) continue
          const key = `${rendition.id} ${plain}`
          expect(checkMediaPlaylist(text, previous.get(key)), text).toEqual([])
          previous.set(key, text)
          expect(parse(text).warnings).toEqual([])
        }
        const whole = mediaPlaylistText(stream, rendition, full)
        expect(checkDelta(mediaPlaylistText(stream, rendition, { ...full, skip: true }), whole)).toEqual([])
      }
    }
    for (let part = 0; part < 114; part++) {
      if (part === 41 || part === 60) stream.seam()
      stream.part()
      check()
    }
    stream.end()
    check()
    const last = previous.get('v0 false') ?? ''
    expect(last).toContain('#EXT-X-ENDLIST')
    expect(readMediaPlaylist(last).discontinuitySequence).toBe(2)
    expect(last).not.toContain('PRELOAD-HINT')
  })

  it('are read alike by hls-parser', () => {
    const stream = new SyntheticStream()
    for (let part = 0; part < 30; part++) stream.part()
    const master = hlsParser.parse(multivariantText(stream, { plain: false, cdnPrefix: '', session: undefined }))
    expect(master.isMasterPlaylist).toBe(true)
    for (const rendition of stream.renditions) {
      const media = hlsParser.parse(mediaPlaylistText(stream, rendition, full)) as unknown as {
        targetDuration: number
        segments: { parts: unknown[] }[]
      }
      expect(media.targetDuration).toBe(2)
      expect(media.segments.at(-1)?.parts.length).toBeGreaterThan(0)
    }
  })

  it('list a seam before the first part behind it, with its own initialization segment', () => {
    const stream = new SyntheticStream()
    for (let part = 0; part < 8; part++) stream.part()
    stream.seam()
    stream.part()
    const text = mediaPlaylistText(stream, stream.renditions[0] as never, full)
    const tail = text.slice(text.indexOf('#EXT-X-DISCONTINUITY\n')).split('\n')
    expect(tail[1]).toBe('#EXT-X-MAP:URI="init-1.mp4"')
    expect(tail[2]).toMatch(/^#EXT-X-PROGRAM-DATE-TIME:2030-01-01T00:00:04.000Z/)
    expect(tail[3]).toBe('#EXT-X-PART:DURATION=0.5,URI="part-8.m4s",INDEPENDENT=YES')
    expect(tail[4]).toBe('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-9.m4s"')
  })

  it('leave out what lies before the skip boundary in a delta update', () => {
    const stream = new SyntheticStream()
    for (let part = 0; part < 50; part++) stream.part()
    const delta = mediaPlaylistText(stream, stream.renditions[0] as never, { ...full, skip: true })
    expect(delta).toMatch(/#EXT-X-SKIP:SKIPPED-SEGMENTS=[1-9]/)
    expect(delta).not.toContain('EXT-X-MAP')
  })

  it('have absolute media URLs behind a CDN, and relative reports', () => {
    const stream = new SyntheticStream()
    for (let part = 0; part < 6; part++) stream.part()
    const text = mediaPlaylistText(stream, stream.renditions[0] as never, { ...full, cdnPrefix: 'https://cdn.example/' })
    expect(text).toContain('\nhttps://cdn.example/live/show/e1/v0/seg-0.m4s\n')
    expect(text).toContain('URI="https://cdn.example/live/show/e1/v0/init-0.mp4"')
    expect(text).toContain('#EXT-X-RENDITION-REPORT:URI="../a0/index.m3u8",LAST-MSN=1,LAST-PART=1')
  })
})

describe('the multivariant playlist', () => {
  const text = (stream: SyntheticStream, session?: string) => {
    stream.part()
    const result = multivariantText(stream, { plain: false, cdnPrefix: '', session })
    expect(checkMultivariant(result), result).toEqual([])
    expect(parse(result).warnings).toEqual([])
    return result
  }

  it('joins video and audio and adds up their bit rates', () => {
    const result = text(new SyntheticStream())
    expect(result).toContain(
      '#EXT-X-STREAM-INF:BANDWIDTH=2630000,AVERAGE-BANDWIDTH=2128000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000,AUDIO="audio-mp4a"\ne1/v0/index.m3u8\n',
    )
    expect(result).toContain('URI="e1/a0/index.m3u8"')
    expect(result).toContain('#EXT-X-INDEPENDENT-SEGMENTS')
  })

  it('has no audio group for audio or video only', () => {
    const audioOnly = text(new SyntheticStream({ tracks: [syntheticAudio] }))
    expect(audioOnly).not.toContain('EXT-X-MEDIA:')
    expect(audioOnly).toContain('CODECS="mp4a.40.2"\ne1/a0/index.m3u8')
    const videoOnly = text(new SyntheticStream({ tracks: [syntheticVideo] }))
    expect(videoOnly).not.toContain('AUDIO')
  })

  it('offers several videos as variants and several audio tracks as renditions', () => {
    const result = text(
      new SyntheticStream({
        tracks: [syntheticVideo, { ...syntheticVideo, id: 'v1', width: 640, height: 360 }, syntheticAudio, { ...syntheticAudio, id: 'a1' }],
      }),
    )
    expect(result.match(/STREAM-INF/g)).toHaveLength(2)
    expect(result.match(/TYPE=AUDIO/g)).toHaveLength(2)
    expect(result.match(/DEFAULT=YES/g)).toHaveLength(1)
    expect(text(new SyntheticStream({ tracks: [syntheticAudio, { ...syntheticAudio, id: 'a1' }] })).match(/STREAM-INF/g)).toHaveLength(1)
  })

  it('keeps audio tracks of different codecs in different groups', () => {
    const opus = { ...syntheticAudio, id: 'a1', codec: 'opus', codecString: 'opus', timescale: 48_000 } as const
    const result = text(new SyntheticStream({ tracks: [syntheticVideo, syntheticAudio, opus] }))
    expect(result).toContain('CODECS="avc1.64001f,opus"')
    expect(result).toContain('CODECS="avc1.64001f,mp4a.40.2"')
  })

  it('carries the session of a viewer into playlist URLs', () => {
    expect(text(new SyntheticStream(), 'abc')).toContain('e1/v0/index.m3u8?session=abc')
  })
})
