import { describe, expect, it } from 'vitest'
import type { StateStore } from '../../state-store.ts'
import { FileRetention } from './file-retention.ts'
import type { StoredFile } from './studio-file.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')
const file = (id: string, daysAgo: number, more: Partial<StoredFile> = {}): StoredFile =>
  ({
    id,
    path: `/disk-1/${id}.mp4`,
    startedAt: new Date(nowMs - daysAgo * 86_400_000).toISOString(),
    bytes: 100e6,
    state: 'complete',
    kept: false,
    deletedAt: null,
    ...more,
  }) as StoredFile

function setUp(free: Readonly<Record<string, number>> = {}) {
  const stored = new Map<string, unknown>()
  const published: string[] = []
  const store = {
    get: (key) => stored.get(key),
    set: (key, value) => void stored.set(key, value),
    written: async () => undefined,
  } as StateStore
  const events = { publish: (topic: string) => void published.push(topic) } as never
  const open = () => new FileRetention({ store, events, now: () => nowMs, freeBytes: async (folder) => free[folder] ?? 10e9 })
  return { open, published }
}

describe('retention of the studio', () => {
  it('deletes nothing until somebody wants it, and knows what was wanted after a restart', async () => {
    const { open, published } = setUp()
    const first = open()
    expect(await first.expired([file('old', 3000)])).toEqual([])
    first.set({ maxAgeDays: 2, maxTotalMegabytes: null, minFreeMegabytes: 0 })
    expect(published).toEqual(['studio.file-retention.updated'])
    const all = [file('old', 3), file('kept', 9, { kept: true }), file('runs', 9, { state: 'writing' }), file('new', 1)]
    expect(await open().expired(all)).toEqual(['old'])
  })

  it('keeps each disk free by the oldest files on it', async () => {
    const { open } = setUp({ '/disk-1': 450e6, '/disk-2': 10e9 })
    const retention = open()
    retention.set({ maxAgeDays: null, maxTotalMegabytes: null, minFreeMegabytes: 500 })
    const all = [file('here-new', 1), file('here-old', 5), file('there', 9, { path: '/disk-2/there.mp4' })]
    expect(await retention.expired(all)).toEqual(['here-old'])
  })

  it('empties the trash in time', async () => {
    const trashed = file('trashed', 1, { deletedAt: new Date(nowMs - 400_000).toISOString(), kept: true })
    expect(
      await setUp()
        .open()
        .expired([trashed, file('other', 1)]),
    ).toEqual(['trashed'])
  })
})
