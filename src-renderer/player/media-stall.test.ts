import { describe, expect, it } from 'vitest'
import { MediaStall } from './media-stall.ts'

const everyMs = 250

/** What it says, and after how many seconds, while it is looked at for that long; more can be played every so many seconds. */
function looks(stall: MediaStall, fromS: number, forS: number, { waits = true, mediaEveryS = Number.POSITIVE_INFINITY } = {}): string[] {
  return Array.from({ length: (forS * 1000) / everyMs }, (_, index) => {
    const seconds = (index * everyMs) / 1000
    const remedy = stall.look(fromS * 1000 + index * everyMs, waits, 30 + Math.floor(seconds / mediaEveryS))
    return remedy === 'wait' ? [] : [`${remedy} after ${seconds}`]
  }).flat()
}

describe('a player that waits', () => {
  it('is sent to the live edge where nothing comes for seconds, and started again where that is of no use', () => {
    expect(looks(new MediaStall(), 0, 15)).toEqual(['seek after 7', 'restart after 14'])
  })

  it('is left alone while more of the stream can be played, however slowly it comes', () => {
    expect(looks(new MediaStall(), 0, 60, { mediaEveryS: 6 })).toEqual([])
  })

  it('is left alone while there is something to play, and sent to a place first afterwards', () => {
    const stall = new MediaStall()
    expect(looks(stall, 0, 8)).toEqual(['seek after 7'])
    expect(looks(stall, 8, 20, { waits: false })).toEqual([])
    expect(looks(stall, 28, 8)).toEqual(['seek after 7'])
  })
})
