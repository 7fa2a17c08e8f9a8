import { describe, expect, it } from 'vitest'
import { readSegments, segmentAt } from './listed-segments.ts'

const start = Date.parse('2026-11-21T20:15:00.000Z')
const playlist = [
  '#EXTM3U',
  '#EXT-X-MAP:URI="init-0.mp4"',
  '#EXTINF:1.000,',
  'seg-0.m4s',
  '#EXT-X-PROGRAM-DATE-TIME:2026-11-21T20:15:00.000Z',
  '#EXTINF:1.9995,',
  'seg-1.m4s',
  '#EXT-X-PART:DURATION=0.2,URI="part-9.m4s"',
  '#EXTINF:2.000,',
  'seg-2.m4s',
  '#EXT-X-MAP:URI="init-1.mp4"',
  '#EXT-X-PROGRAM-DATE-TIME:2026-11-21T20:15:04.000Z',
  '#EXTINF:2.000,',
  'seg-3.m4s',
  '#EXT-X-PART:DURATION=0.2,URI="part-16.m4s"',
  '',
].join('\n')

describe('the segments of a playlist', () => {
  const segments = readSegments(playlist, 'http://host/live/show/e1/v0/index.m3u8')

  it('have the time of the date before them, and the init segment that they need; one before the first date has no time', () => {
    expect(
      segments.map(({ url, init, startMs, endMs }) => [url.split('/').at(-1), init.split('/').at(-1), startMs - start, endMs - start]),
    ).toEqual([
      ['seg-1.m4s', 'init-0.mp4', 0, 1999.5],
      ['seg-2.m4s', 'init-0.mp4', 1999.5, 3999.5],
      ['seg-3.m4s', 'init-1.mp4', 4000, 6000],
    ])
  })

  it('are found by a moment in them, also by one that rounding left between two', () => {
    const at = (ms: number) =>
      segmentAt(segments, start + ms)
        ?.url.split('/')
        .at(-1)
    expect([0, 1999, 1999.5, 3999.7, 4000, 5999].map(at)).toEqual([
      'seg-1.m4s',
      'seg-1.m4s',
      'seg-2.m4s',
      'seg-2.m4s',
      'seg-3.m4s',
      'seg-3.m4s',
    ])
    expect([-5, 6002].map(at)).toEqual([undefined, undefined])
  })
})
