import { describe, expect, it } from 'vitest'
import { type Expendable, expired } from './retention.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')
const free = { timeMs: nowMs, freeBytes: 10e9, trashMs: 300_000 }
const none = { maxAgeDays: null, maxTotalMegabytes: null, minFreeMegabytes: 0 }

function recording(id: string, daysAgo: number, more: Partial<Expendable> = {}): Expendable {
  const startedAt = new Date(nowMs - daysAgo * 86_400_000).toISOString()
  return { id, startedAt, bytes: 100e6, state: 'complete', kept: false, deletedAt: null, ...more }
}

describe('retention', () => {
  it('lets the oldest go until the sum fits, never one that runs or is kept', () => {
    const all = [
      recording('new', 1),
      recording('kept', 9, { kept: true }),
      recording('runs', 8, { state: 'recording' }),
      recording('old', 7),
    ]
    expect(expired(all, { ...none, maxTotalMegabytes: 300 }, free)).toEqual(['old'])
    expect(expired(all, { ...none, maxTotalMegabytes: 1 }, free)).toEqual(['old', 'new'])
    expect(expired(all, none, free)).toEqual([])
  })

  it('lets go what is too old, and whatever frees the space that the disk keeps', () => {
    const all = [recording('a', 5), recording('b', 3), recording('c', 1)]
    expect(expired(all, { ...none, maxAgeDays: 2 }, free)).toEqual(['a', 'b'])
    expect(expired(all, { ...none, minFreeMegabytes: 350 }, { ...free, freeBytes: 200e6 })).toEqual(['a', 'b'])
  })

  it('empties the trash in time, and first when space is short', () => {
    const trashed = recording('t', 0.1, { deletedAt: new Date(nowMs - 60_000).toISOString(), kept: true })
    const all = [recording('old', 9), trashed]
    expect(expired(all, none, free)).toEqual([])
    expect(expired(all, none, { ...free, timeMs: nowMs + 300_000 })).toEqual(['t'])
    expect(expired(all, { ...none, maxTotalMegabytes: 100 }, free)).toEqual(['t'])
  })
})
