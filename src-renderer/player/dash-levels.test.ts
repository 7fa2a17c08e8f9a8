import type { MediaPlayerClass } from 'dashjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cmcdHeaders } from './dash-cmcd.ts'
import { DashLevels } from './dash-levels.ts'

const ladder = [420, 840, 2000].map((bitrateInKbit, id) => ({ id: `v${id}`, bitrateInKbit }))

/** One video segment on its way to dash.js, a chunk of 0.3 s at a time. */
class Download {
  readonly video = { currentTime: 10, seeking: false }
  aheadS = 1.4
  readonly #levels: DashLevels
  readonly #judge: (context: unknown) => { representation: { id: string } | null }

  constructor() {
    const player = { getBufferLength: () => this.aheadS } as unknown as MediaPlayerClass
    this.#levels = new DashLevels(this.video as HTMLVideoElement, player)
    const rule = this.#levels.abandon() as () => { create(): { shouldAbandon: Download['chunk'] } }
    this.#judge = rule().create().shouldAbandon as never
  }

  /** The segment is complete, and the next one is requested this much later. */
  rest(forMs: number): void {
    this.#levels.onLoaded({ mediaType: 'video' })
    vi.advanceTimersByTime(forMs)
    this.video.currentTime += forMs / 1000
    this.aheadS -= forMs / 1000
    this.#levels.onAsked({ mediaType: 'video' })
  }

  /** A chunk that took so long: the level that the rule wants instead, if any. */
  chunk(tookMs: number, url = 'seg-1'): string | undefined {
    vi.advanceTimersByTime(tookMs)
    this.video.currentTime += tookMs / 1000
    this.aheadS = Math.max(0, this.aheadS + 0.3 - tookMs / 1000)
    return this.#judge({
      getMediaType: () => 'video',
      getRepresentation: () => ladder[2],
      getMediaInfo: () => undefined,
      getCurrentRequest: () => ({ url, startTime: 10, duration: 2 }),
      getAbrController: () => ({ getPossibleVoRepresentationsFilteredBySettings: () => ladder }),
    }).representation?.id
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a DASH segment that is under way', () => {
  it('is left to come while its chunks come as fast as they play, early or late by turns', () => {
    const download = new Download()
    const wanted = Array.from({ length: 20 }, (_, index) => download.chunk(index % 2 ? 450 : 150))
    expect(wanted.filter((id) => id !== undefined)).toEqual([])
  })

  it('is given up for the quality that the connection carries, before the buffer is empty', () => {
    const download = new Download()
    for (let chunk = 0; chunk < 4; chunk++) expect(download.chunk(300)).toBe(undefined)
    expect(download.chunk(600)).toBe(undefined)
    // 0.3 s of 2000 kbps in 0.6 s: 1000 kbps, of which 85 % may be taken
    expect(download.chunk(600)).toBe('v1')
    expect(download.aheadS).toBeGreaterThan(0.5)
  })

  it('is left to come where it was asked for late, because a manifest listed it late', () => {
    const download = new Download()
    for (let chunk = 0; chunk < 4; chunk++) download.chunk(300)
    for (let segment = 1; segment < 5; segment++) {
      download.rest(900)
      const wanted = [120, 120, 120, 300, 300].map((tookMs) => download.chunk(tookMs, `seg-1${segment}`))
      expect(wanted.filter((id) => id !== undefined)).toEqual([])
    }
  })

  it('is given up where it was asked for late and comes too slowly', () => {
    const download = new Download()
    for (let chunk = 0; chunk < 4; chunk++) download.chunk(300)
    download.rest(500)
    expect(download.chunk(600, 'seg-2')).toBe(undefined)
    expect(download.chunk(600, 'seg-2')).toBe('v1')
  })

  it('is left to come while there is plenty to play', () => {
    const download = new Download()
    download.aheadS = 6
    for (let chunk = 0; chunk < 8; chunk++) expect(download.chunk(600)).toBe(undefined)
  })

  it('is not judged by where the buffer ended before a seek', () => {
    const download = new Download()
    for (let chunk = 0; chunk < 4; chunk++) download.chunk(300)
    download.video.seeking = true
    download.chunk(100)
    download.video.seeking = false
    download.video.currentTime -= 8
    expect(download.chunk(300, 'seg-0')).toBe(undefined)
    expect(download.chunk(300, 'seg-0')).toBe(undefined)
  })
})

describe('the quality of the next DASH segment', () => {
  const between = (aheadS: number) => {
    const player = { getBufferLength: () => aheadS } as unknown as MediaPlayerClass
    const levels = new DashLevels({ currentTime: 10, seeking: false } as HTMLVideoElement, player)
    const rule = levels.quality() as () => { create(): { getSwitchRequest(context: unknown): { representation: { id: string } | null } } }
    const next = (present: number) =>
      rule()
        .create()
        .getSwitchRequest({
          getMediaType: () => 'video',
          getRepresentation: () => ladder[present],
          getMediaInfo: () => undefined,
          getAbrController: () => ({ getPossibleVoRepresentationsFilteredBySettings: () => ladder }),
        }).representation?.id
    return { levels, next }
  }

  it('is one higher near the live edge while the buffer is whole', () => {
    expect(between(1.5).next(0)).toBe('v1')
    expect(between(1.5).next(1)).toBe('v2')
    expect(between(1.5).next(2)).toBe('v2')
    expect(between(0.5).next(0)).toBe('v0')
  })

  it('is what was measured where segments were there before', () => {
    const { levels, next } = between(8)
    expect(next(0)).toBe(undefined)
    levels.onMeasured({ throughputValues: { downloadedBytes: 500_000, downloadTimeInMs: 2000 } })
    expect(next(0)).toBe('v1')
    expect(next(2)).toBe('v1')
  })
})

describe('what dash.js says of itself with a request', () => {
  it('is in headers of the very request that dash.js may abort later', async () => {
    const player = { getBufferLength: () => 1.44, getAverageThroughput: () => 5120 } as unknown as MediaPlayerClass
    const request = {
      headers: { Range: 'bytes=0-9' },
      customData: { request: { type: 'MediaSegment', mediaType: 'video', bandwidth: 2e6 } },
    }
    expect(await cmcdHeaders(player, 's1')(request)).toBe(request)
    expect(request.headers).toEqual({
      Range: 'bytes=0-9',
      'CMCD-Session': 'cid="live",sf=d,sid="s1",st=l',
      'CMCD-Object': 'br=2000,ot=v',
      'CMCD-Request': 'bl=1400,mtp=5100',
    })
  })

  it('leaves out what it does not know', async () => {
    const player = { getBufferLength: () => Number.NaN, getAverageThroughput: () => Number.NaN } as unknown as MediaPlayerClass
    const request = { customData: { request: { type: 'MPD' } } }
    await cmcdHeaders(player, 's1')(request)
    expect(request).toMatchObject({ headers: { 'CMCD-Session': 'cid="live",sf=d,sid="s1",st=l', 'CMCD-Object': 'ot=m' } })
  })
})
