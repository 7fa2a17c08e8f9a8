import { describe, expect, it } from 'vitest'
import { openReach } from '../../../../platform/testing/open-reach.ts'
import type { FilesRequest, PlayPosition } from './messages.ts'
import { fromMemory, matchesPosition, toMemory } from './play-memory.ts'

const request: FilesRequest = {
  type: 'files',
  items: [0, 1, 2].map((item) => ({ file: `/show/${item}.mp4`, limited: false, trimInMs: 0, trimOutMs: null })),
  reach: openReach,
  loop: true,
  shuffle: true,
  speed: 2,
  soundTrack: 1,
  whenShown: 'restart',
  whenHidden: 'pause',
  atEnd: 'nothing',
  memoryLimitMb: 768,
}
const position: PlayPosition = {
  item: 1,
  positionUs: 3_000_000,
  atUs: 50_000_000,
  mode: 'playing',
  speed: 2,
  shown: true,
  resumes: true,
  round: [2, 1, 0],
  place: 1,
}
const at = (seconds: number) => ({ us: seconds * 1e6, ms: 1_800_000_000_000 + seconds * 1000 })
const kept = JSON.parse(JSON.stringify(toMemory(request, position, at(51))))

describe('where a file player was', () => {
  it('is read on a machine whose monotonic clock restarted', () => {
    expect(fromMemory(request, kept, { us: 7e6, ms: at(60).ms })).toEqual({ ...position, atUs: -3e6 })
  })

  it('is not before now where the wall clock was set back', () => {
    expect(fromMemory(request, kept, { us: 60e6, ms: at(40).ms })?.atUs).toBe(60e6)
  })

  it('belongs to its files, whatever else was set, and to nothing that it cannot be', () => {
    expect(fromMemory({ ...request, speed: 1, atEnd: 'last' }, kept, at(60))).toEqual(position)
    expect(fromMemory({ ...request, shuffle: false }, kept, at(60))).toBeUndefined()
    for (const wrong of [{ item: 3 }, { item: 0.5 }, { positionUs: -1 }, { atMs: null }, { mode: 'gone' }, { speed: 0 }, { shown: 1 }]) {
      expect(fromMemory(request, { ...kept, ...wrong }, at(60)), JSON.stringify(wrong)).toBeUndefined()
    }
    expect(fromMemory(request, { ...kept, round: [2, 9, 0] }, at(60))).not.toHaveProperty('round')
  })

  it('need not be written again while it plays on, but when it is paused or plays elsewhere', () => {
    const later = { ...position, positionUs: 23_000_000, atUs: 60_000_000 }
    expect(matchesPosition(request, kept, later, at(60))).toBe(true)
    expect(matchesPosition(request, kept, { ...later, positionUs: 23_050_000 }, at(60))).toBe(false)
    expect(matchesPosition(request, kept, { ...later, mode: 'paused' }, at(60))).toBe(false)
    expect(matchesPosition(request, kept, { ...later, shown: false }, at(60))).toBe(false)
  })
})
