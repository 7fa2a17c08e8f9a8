import { beforeEach, describe, expect, it } from 'vitest'
import { clearEdits, noteEdits, takeOverwritten } from './overwritten.ts'
import type { Collection, Edit } from './types.ts'

const show = (settings: object, more: object = {}) =>
  ({
    name: 'Show',
    scenes: [{ id: 'a', items: [{ id: 'g', group: [{ id: 'i', position: { x: 1, y: 2 } }] }] }],
    sources: [{ id: 's', name: 'S', settings, audio: { gainDb: 0, filters: [{ id: 'f', settings: { openDb: -40 } }] } }],
    ...more,
  }) as unknown as Collection
const change = (at: string, changes: Record<string, unknown>): Edit => ({ do: 'change', at, changes })

describe('what somebody set otherwise behind this page', () => {
  beforeEach(clearEdits)

  it('is reported once, with what this page had set', () => {
    noteEdits([change('sources/s', { settings: { text: 'mine', size: 4 } })], 5, 0)
    expect(takeOverwritten(show({ text: 'mine', size: 4 }), 6, 10)).toEqual([])
    expect(takeOverwritten(show({ text: 'theirs', size: 4 }), 7, 20)).toEqual([
      { at: 'sources/s', changes: { settings: { text: 'mine' } } },
    ])
    expect(takeOverwritten(show({ text: 'theirs', size: 4 }), 8, 30)).toEqual([])
  })

  it('is found in groups and among audio filters', () => {
    noteEdits(
      [change('scenes/a/items/g/items/i', { position: { x: 9 } }), change('sources/s/audio-filters/f', { settings: { openDb: -30 } })],
      1,
      0,
    )
    expect(takeOverwritten(show({}), 2, 0).map(({ at }) => at)).toEqual(['scenes/a/items/g/items/i', 'sources/s/audio-filters/f'])
  })

  it('is none of what this page did itself, of what is older than it, long ago, or gone', () => {
    const text = [change('sources/s', { settings: { text: 'mine' } })]
    noteEdits(text, 5, 0)
    expect(takeOverwritten(show({ text: 'old' }), 5, 0)).toEqual([])
    noteEdits([change('sources/s', { settings: { text: 'newer' } })], 6, 0)
    expect(takeOverwritten(show({ text: 'newer' }), 7, 0)).toEqual([])
    noteEdits([{ do: 'remove', at: 'scenes/a' }], 8, 0)
    expect(takeOverwritten(show({ text: 'theirs' }), 9, 0)).toEqual([])
    noteEdits(text, 9, 0)
    expect(takeOverwritten(show({ text: 'theirs' }), 10, 60_000)).toEqual([])
    noteEdits(text, 11, 0)
    expect(takeOverwritten(show({}, { sources: [] }), 12, 0)).toEqual([])
    noteEdits([change('sources/s', { settings: { text: null } })], 13, 0)
    expect(takeOverwritten(show({}), 14, 0)).toEqual([])
  })
})
