import { describe, expect, it } from 'vitest'
import { parseRange } from '../protocols/hls/media-response.ts'
import { parsePlaybackQuery } from '../protocols/hls/request-query.ts'
import { parsePlaybackPath } from './request-path.ts'

const runs = 5000 * Number(process.env.FUZZ_RUNS ?? 1)
let state = Number(process.env.FUZZ_SEED ?? 1) >>> 0

/** Small linear congruential generator: the same seed makes the same run. */
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state % below
}

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

describe('addresses of any kind', () => {
  it('are read or refused, never misread', () => {
    for (let run = 0; run < runs; run++) {
      let text = random(2) === 0 ? '/live/show/e1/v0/' : ''
      for (let count = random(8); count >= 0; count--) text += pieces[random(pieces.length)]
      const mark = text.indexOf('?')
      const target = parsePlaybackPath(mark < 0 ? text : text.slice(0, mark))
      if (target && 'sequence' in target) expect(Number.isSafeInteger(target.sequence) && target.sequence >= 0).toBe(true)
      if (target?.kind === 'part') expect(Number.isSafeInteger(target.serial) && target.serial >= 0).toBe(true)
      if (target && 'epoch' in target) expect(`${target.epoch}${target.rendition}`).toMatch(/^[A-Za-z0-9_-]+$/)
      const query = parsePlaybackQuery(text, mark < 0 ? text.length : mark + 1)
      if (!query.malformed && query.sequence !== undefined) expect(Number.isSafeInteger(query.sequence) && query.sequence >= 0).toBe(true)
      if (query.session !== undefined) expect(query.session).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
      const range = parseRange(text, 1000)
      if (typeof range === 'object') expect(range.from >= 0 && range.from < range.to && range.to <= 1000).toBe(true)
    }
  })
})

describe('the addresses of media', () => {
  it('are read exactly', () => {
    expect(parsePlaybackPath('/live/show/e1/v0/part-12.m4s')).toEqual({
      kind: 'part',
      name: 'show',
      epoch: 'e1',
      rendition: 'v0',
      serial: 12,
    })
    expect(parsePlaybackPath('/live/show/e1/v0/part-12.3.m4s')?.kind).toBe('unknown')
    expect(parsePlaybackPath('/live/show/e1/v0/seg-12.m4s')).toEqual({
      kind: 'segment',
      name: 'show',
      epoch: 'e1',
      rendition: 'v0',
      sequence: 12,
    })
    expect(parsePlaybackPath('/live/show/e1/v0/init-1.mp4')).toEqual({ kind: 'init', name: 'show', epoch: 'e1', rendition: 'v0', init: 1 })
    expect(parsePlaybackPath('/live/show/e1/v0/seg-012.m4s')?.kind).toBe('unknown')
    expect(parsePlaybackPath('/live/show/e1/../seg-1.m4s')?.kind).toBe('unknown')
    expect(parsePlaybackQuery('x?session=a&_HLS_msn=4&_HLS_part=0&_HLS_skip=v2', 2)).toEqual({
      sequence: 4,
      part: 0,
      skip: true,
      session: 'a',
      malformed: false,
    })
  })
})
