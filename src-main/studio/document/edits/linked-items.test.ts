import { describe, expect, it } from 'vitest'
import type { Item } from '../collection.ts'
import { readDocument } from '../files/read-document.ts'
import { testKinds, testReader } from '../testing/test-kinds.ts'
import { applyEdits } from './apply-edits.ts'
import type { Edit } from './edit-schemas.ts'

const show = readDocument(
  {
    format: 'ami-streams/collection',
    version: 1,
    name: 'linked',
    canvases: [
      { id: 'wide', width: 1920, height: 1080, scene: 'a' },
      { id: 'tall', width: 1080, height: 1920, scene: 'b' },
    ],
    scenes: [
      {
        id: 'a',
        canvas: 'wide',
        items: [
          { id: 'cam', source: 'camera', link: 'cam', position: { x: 100, y: 200 }, scale: { x: 1, y: -1 } },
          { id: 'same-canvas', source: 'camera', link: 'cam' },
          { id: 'alone', source: 'camera' },
        ],
      },
      {
        id: 'b',
        canvas: 'tall',
        items: [
          {
            id: 'cam-tall',
            source: 'camera',
            link: 'cam',
            position: { x: 50, y: 900 },
            scale: { x: 2, y: -2 },
            rotation: 10,
            crop: { left: 5 },
          },
          { id: 'box', group: [{ id: 'inner', source: 'camera', link: 'cam', position: { x: 1, y: 2 } }] },
          { id: 'apart', source: 'camera' },
        ],
      },
    ],
    sources: [{ id: 'camera', kind: 'color' }],
  },
  testReader(),
)
const edited = (...edits: readonly Edit[]) => {
  const { collection } = applyEdits(show, edits, testKinds)
  const all = collection.scenes.flatMap(({ items }) => items.flatMap((item) => ('group' in item ? [item, ...item.group] : [item])))
  return (id: string): Item => all.find((item) => item.id === id) as Item
}
const change = (changes: Record<string, unknown>, more: object = {}): Edit => ({ do: 'change', at: 'scenes/a/items/cam', changes, ...more })

describe('items that are linked across canvases', () => {
  it('move in proportion to their canvas, each from where it is, in groups as well', () => {
    const item = edited(change({ position: { x: 292, y: 308 } }))
    expect(item('cam-tall').position).toEqual({ x: 50 + 108, y: 900 + 192 })
    expect(item('inner').position).toEqual({ x: 1 + 108, y: 2 + 192 })
    expect(item('same-canvas').position).toEqual({ x: 0, y: 0 })
    expect(item('apart').position).toEqual({ x: 0, y: 0 })
  })

  it('scale by the same factor, keep their mirroring, and turn and are cropped by as much', () => {
    const item = edited(change({ scale: { x: 0.5, y: -3 }, rotation: 30, crop: { left: 7, top: 2 } }))
    expect(item('cam-tall')).toMatchObject({ scale: { x: 1, y: -6 }, rotation: 40, crop: { left: 12, top: 2, right: 0, bottom: 0 } })
  })

  it('are fitted to their own canvas, and come and go together', () => {
    const item = edited(
      change({ position: { x: 0, y: 0 }, bounds: { fit: 'contain', width: 1920, height: 1080 } }),
      change({ visible: false, opacity: 0.5 }),
    )
    expect(item('cam-tall')).toMatchObject({
      position: { x: 0, y: 0 },
      bounds: { width: 1080, height: 1920 },
      visible: false,
      opacity: 0.5,
    })
  })

  it('stay where an edit says so, where they are set apart, and where something else changes', () => {
    expect(edited(change({ position: { x: 0 } }, { linked: false }))('cam-tall').position).toEqual({ x: 50, y: 900 })
    expect(edited(change({ link: null }), change({ position: { x: 0 } }))('cam-tall').position).toEqual({ x: 50, y: 900 })
    expect(edited(change({ name: 'Camera', locked: true }))('cam-tall')).toMatchObject({ locked: false })
  })

  it('come back from no size, and are copied without their link', () => {
    const item = edited(change({ scale: { x: 0, y: 0 } }), change({ scale: { x: 2, y: 2 } }))
    expect(item('cam-tall').scale).toEqual({ x: 2, y: 2 })
    const { collection, made } = applyEdits(
      show,
      [
        { do: 'duplicate', at: 'scenes/b/items/cam-tall' },
        { do: 'duplicate', at: 'scenes/b' },
      ],
      testKinds,
    )
    const copies = collection.scenes.flatMap(({ id, items }) => (id === made[1] ? items : items.filter((each) => each.id === made[0])))
    expect(copies.length).toBeGreaterThan(3)
    expect(
      copies.every((item) => item.link === undefined && (!('group' in item) || item.group.every(({ link }) => link === undefined))),
    ).toBe(true)
  })
})
