import { describe, expect, it } from 'vitest'
import { readRange } from '../platform/http/byte-range.ts'
import { disposition } from './file-reply.ts'

describe('ranges of a file', () => {
  it.each([
    [undefined, 'whole'],
    ['bytes=0-', { start: 0, end: 99 }],
    ['bytes=10-19', { start: 10, end: 19 }],
    ['bytes=90-500', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-500', { start: 0, end: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-3', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['lines=1-2', 'whole'],
  ])('%s', (header, range) => {
    expect(readRange(header, 100)).toEqual(range)
  })

  it('names a download in a way that every client reads', () => {
    expect(disposition('Fête "1".mp4')).toBe(`attachment; filename="F_te _1_.mp4"; filename*=UTF-8''F%C3%AAte%20%221%22.mp4`)
  })
})
