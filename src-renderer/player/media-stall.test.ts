import { describe, expect, it } from 'vitest'
import { MediaStall } from './media-stall.ts'

const everyMs = 250

/** What it says, and after how many seconds, while it is looked at for that long; media comes every so many seconds. */
function looks(stall: MediaStall, fromS: number, forS: number, { waits = true, mediaEveryS = Number.POSITIVE_INFINITY } = {}): string[] {
  return Array.from({ length: (forS * 1000) / everyMs }, (_, index) => {
    const nowMs = fromS * 1000 + index * everyMs
    if ((nowMs / 1000 - fromS) % mediaEveryS === 0 && index > 0) stall.onMedia(nowMs)
    const remedy = stall.look(nowMs, waits)
    return remedy === 'wait' ? [] : [`${remedy} after ${nowMs / 1000 - fromS}`]
  }).flat()
}

describe('a player that waits', () => {
  it('is sent to the live edge where no media comes for seconds, and started again where that is of no use', () => {
    expect(looks(new MediaStall(), 0, 13)).toEqual(['seek after 6', 'restart after 12'])
  })

  it('is given more time while media comes, and no end of it', () => {
    expect(looks(new MediaStall(), 0, 31, { mediaEveryS: 5 })).toEqual(['seek after 15', 'restart after 30'])
  })

  it('is left alone while there is something to play, and sent to a place first afterwards', () => {
    const stall = new MediaStall()
    expect(looks(stall, 0, 7)).toEqual(['seek after 6'])
    expect(looks(stall, 7, 20, { waits: false })).toEqual([])
    expect(looks(stall, 27, 7)).toEqual(['seek after 6'])
  })
})
