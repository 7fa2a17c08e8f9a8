import { expect, test } from 'vitest'
import type { Collection } from '../types.ts'
import { apartEdits, linkEdits, linksOf } from './links.ts'

const layout = { position: { x: 960, y: 540 }, scale: { x: 1, y: 1 }, bounds: null, visible: true }
const item = (id: string, source: string, more: object = {}) => ({ id, source, ...layout, ...more })
const show = (more: { readonly tall?: readonly object[]; readonly wide?: readonly object[] } = {}) =>
  ({
    canvases: [
      { id: 'wide', name: 'Wide', width: 1920, height: 1080, scene: 'a' },
      { id: 'tall', name: 'Tall', width: 1080, height: 1920, scene: 'b' },
    ],
    scenes: [
      { id: 'a', name: 'A', canvas: 'wide', items: more.wide ?? [item('cam', 'camera')], filters: [] },
      { id: 'b', name: 'B', canvas: 'tall', items: [], filters: [] },
      { id: 'c', name: 'C', canvas: 'tall', follows: 'a', items: more.tall ?? [], filters: [] },
    ],
    sources: [{ id: 'camera', name: 'Camera' }],
  }) as unknown as Collection
const layerOf = (document: Collection) => ({
  item: document.scenes[0]!.items[0]!,
  at: 'scenes/a/items/cam',
  list: 'scenes/a/items',
  index: 0,
  depth: 0,
})
const linkOf = (document: Collection) => linksOf(layerOf(document), document.scenes[0]!, document, null)[0]!

test('adds a linked item to the scene that goes on air together, where it lacks one', () => {
  const document = show()
  const link = linkOf(document)
  expect([link.state, link.scene.id]).toEqual(['absent', 'c'])
  const edits = linkEdits(layerOf(document), link, document.canvases[0]!, document)
  expect(edits).toEqual([
    { do: 'change', at: 'scenes/a/items/cam', changes: { link: 'cam' } },
    {
      do: 'add',
      to: 'scenes/c/items',
      value: expect.objectContaining({ source: 'camera', link: 'cam', position: { x: 540, y: 960 }, scale: { x: 0.5625, y: 0.5625 } }),
    },
  ])
})

test('links what both scenes show, and sets it apart', () => {
  const apart = show({ tall: [item('cam-2', 'camera')] })
  expect(linkOf(apart).state).toBe('apart')
  expect(linkEdits(layerOf(apart), linkOf(apart), apart.canvases[0]!, apart)).toEqual([
    { do: 'change', at: 'scenes/a/items/cam', changes: { link: 'cam' } },
    { do: 'change', at: 'scenes/c/items/cam-2', changes: { link: 'cam' } },
  ])
  const linked = show({ wide: [item('cam', 'camera', { link: 'x' })], tall: [item('cam-2', 'camera', { link: 'x' })] })
  expect(linkOf(linked)).toMatchObject({ state: 'linked', other: { name: 'Camera' } })
  expect(apartEdits(linkOf(linked))).toEqual([{ do: 'change', at: 'scenes/c/items/cam-2', changes: { link: null } }])
})

test('takes a word that links nothing else', () => {
  const document = show({ tall: [item('other', 'text', { link: 'cam' })] })
  expect(linkEdits(layerOf(document), linkOf(document), document.canvases[0]!, document)[0]).toMatchObject({ changes: { link: 'cam-2' } })
})
