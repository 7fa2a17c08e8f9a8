import { describe, expect, it } from 'vitest'
import { applyChange, joinChanges, mergeChange, shareParts } from './document.ts'
import type { Collection } from './types.ts'

const show = {
  name: 'Show',
  sources: [
    {
      id: 'mic',
      name: 'Mic',
      settings: { device: 'default' },
      audio: { gainDb: 0, muted: false, filters: [{ id: 'gate', enabled: true }] },
    },
    { id: 'logo', name: 'Logo', settings: {} },
  ],
  scenes: [
    {
      id: 'talk',
      items: [
        { id: 'a', position: { x: 1, y: 2 }, visible: true },
        { id: 'g', group: [{ id: 'b', visible: true }] },
      ],
    },
  ],
  tracks: [{ id: '1', name: '1', filters: [{ id: 'limit', enabled: true }] }],
} as unknown as Collection

const changed = (at: string, changes: Record<string, unknown>): any => applyChange(show, { at, changes })

describe('a change that the page shows before the host answers', () => {
  it('merges objects by property and replaces the rest', () => {
    expect(changed('scenes/talk/items/a', { position: { x: 9 }, visible: false }).scenes[0].items[0]).toEqual({
      id: 'a',
      position: { x: 9, y: 2 },
      visible: false,
    })
    expect(changed('sources/mic', { audio: { gainDb: -6 } }).sources[0].audio).toMatchObject({ gainDb: -6, muted: false })
    expect(mergeChange({ settings: { a: 1, b: 2 } }, { settings: { a: null } })).toEqual({ settings: { b: 2 } })
  })

  it('finds items of groups, filters of audio, and the collection itself', () => {
    expect(changed('scenes/talk/items/g/items/b', { visible: false }).scenes[0].items[1].group[0].visible).toBe(false)
    expect(changed('sources/mic/audio-filters/gate', { enabled: false }).sources[0].audio.filters[0].enabled).toBe(false)
    expect(changed('tracks/1/audio-filters/limit', { enabled: false }).tracks[0].filters[0].enabled).toBe(false)
    expect(changed('collection', { name: 'Other' }).name).toBe('Other')
  })

  it('changes nothing where the entity is gone, and shares what stayed the same', () => {
    expect(changed('sources/none', { name: 'x' })).toBe(show)
    const next = changed('sources/logo', { name: 'x' })
    expect(next.sources[0]).toBe(show.sources[0])
    expect(next.scenes).toBe(show.scenes)
  })

  it('joins changes that wait for the same answer', () => {
    expect(joinChanges({ position: { x: 1, y: 1 }, opacity: 1 }, { position: { x: 5 } })).toEqual({ position: { x: 5, y: 1 }, opacity: 1 })
  })
})

describe('a document that was read again', () => {
  it('keeps the parts that stayed the same, also where they moved', () => {
    const copy = structuredClone(show)
    expect(shareParts(show, copy)).toBe(show)
    const other = structuredClone(show) as any
    other.sources.reverse()
    other.scenes[0].items[0].visible = false
    const shared: any = shareParts(show, other)
    expect(shared.sources[1]).toBe(show.sources[0])
    expect(shared.scenes[0].items[1]).toBe(show.scenes[0]!.items[1])
    expect(shared.scenes[0].items[0].visible).toBe(false)
    expect(shared.tracks).toBe(show.tracks)
  })
})
