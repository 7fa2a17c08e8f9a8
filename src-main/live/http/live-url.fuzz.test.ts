import { describe, expect, it } from 'vitest'
import { integersFrom } from '../../formats/testing/random.ts'
import { parseRange } from '../protocols/hls/media-response.ts'
import { parsePlaybackQuery } from '../protocols/hls/request-query.ts'
import { type LiveResource, parseLiveUrl } from './live-url.ts'

const resourceOf = (path: string): LiveResource | undefined => parseLiveUrl(path)?.resource

const runs = 5000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 1))

const pieces = [
  '/live/',
  'show',
  '/',
  'e1',
  'v0',
  'seg-',
  'part-',
  'init-',
  '.m4s',
  '.ts',
  '.mp4',
  'index.m3u8',
  '0',
  '7',
  '00',
  '.',
  '..',
  '%2e',
  '@token/',
  '@',
  'whip',
  'whep/',
  'a1b2c3d4e5f6a1b2c3d4e5f6',
  'beacon',
  '.flv',
  'sprites-e1-3.jpg',
  '\u0000',
  '?',
  '&',
  '_HLS_msn=',
  '_HLS_part=',
  '_HLS_skip=YES',
  'session=',
  '-1',
  '1e9',
  '9'.repeat(20),
  'bytes=',
  '-',
]

describe('URLs of any kind', () => {
  it('are read or rejected, never misread', () => {
    for (let run = 0; run < runs; run++) {
      let text = random(2) === 0 ? '/live/show/e1/v0/' : ''
      for (let count = random(8); count >= 0; count--) text += pieces[random(pieces.length)]
      const mark = text.indexOf('?')
      const url = parseLiveUrl(text)
      const target = url?.resource
      if (url !== undefined && target?.kind !== 'whip-by-key') expect(url.stream).toMatch(/^[a-z0-9][a-z0-9_-]{0,63}$/)
      if (target && 'sequence' in target) expect(Number.isSafeInteger(target.sequence) && target.sequence >= 0).toBe(true)
      if (target?.kind === 'part') expect(Number.isSafeInteger(target.serial) && target.serial >= 0).toBe(true)
      if (url && target && 'epoch' in target) expect(`${target.epoch}${target.rendition}`).toMatch(/^[A-Za-z0-9_-]+$/)
      const query = parsePlaybackQuery(mark < 0 ? '' : text.slice(mark + 1))
      if (!query.malformed && query.sequence !== undefined) expect(Number.isSafeInteger(query.sequence) && query.sequence >= 0).toBe(true)
      if (query.session !== undefined) expect(query.session).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
      const range = parseRange(text, 1000)
      if (typeof range === 'object') expect(range.from >= 0 && range.from < range.to && range.to <= 1000).toBe(true)
    }
  })
})

describe('the URLs of media', () => {
  it('are read exactly', () => {
    expect(resourceOf('/live/show/e1/v0/part-12.m4s')).toEqual({
      kind: 'part',
      epoch: 'e1',
      rendition: 'v0',
      serial: 12,
    })
    expect(resourceOf('/live/show/e1/v0/part-12.3.m4s')?.kind).toBe('unknown')
    expect(resourceOf('/live/show/e1/v0/seg-12.m4s')).toEqual({
      kind: 'segment',
      epoch: 'e1',
      rendition: 'v0',
      sequence: 12,
    })
    expect(resourceOf('/live/show/e1/v0/init-1.mp4')).toEqual({ kind: 'init', epoch: 'e1', rendition: 'v0', init: 1 })
    expect(resourceOf('/live/show/e1/v0/seg-012.m4s')?.kind).toBe('unknown')
    expect(resourceOf('/live/show/e1/../seg-1.m4s')?.kind).toBe('unknown')
    expect(parsePlaybackQuery('session=a&_HLS_msn=4&_HLS_part=0&_HLS_skip=v2')).toEqual({
      sequence: 4,
      part: 0,
      skip: true,
      session: 'a',
      isChosen: false,
      malformed: false,
    })
  })
})
