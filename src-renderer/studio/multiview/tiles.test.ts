import { expect, test } from 'vitest'
import type { Collection, ProgramState } from '../types.ts'
import { layTiles, tilesOf } from './tiles.ts'

const item = (source: string, visible = true) => ({ id: source, source, visible })
const document = {
  scenes: [
    { id: 'talk', name: 'Talk', items: [item('camera'), item('hidden', false), { id: 'in', scene: 'frame', visible: true }] },
    { id: 'frame', name: 'Frame', items: [{ id: 'g', group: [item('logo')], visible: true }] },
    { id: 'game', name: 'Game', items: [item('screen'), item('camera')] },
  ],
  sources: ['camera', 'hidden', 'logo', 'screen', 'voice'].map((id) => ({ id, name: id, kind: id === 'voice' ? 'microphone' : 'image' })),
} as unknown as Collection
const program = (studioMode: boolean) =>
  ({ studioMode, canvases: [{ canvas: 'main', program: 'talk', preview: 'game' }] }) as unknown as ProgramState
const tallies = (choice: 'scenes' | 'sources' | 'both', studioMode: boolean) =>
  Object.fromEntries(tilesOf(document, program(studioMode), choice, (kind) => kind === 'image').map(({ id, tally }) => [id, tally]))

test('says which scenes are on air and in the preview', () => {
  expect(tallies('scenes', true)).toEqual({ 'scene:talk': 'on-air', 'scene:frame': 'none', 'scene:game': 'prepared' })
  expect(tallies('scenes', false)).toMatchObject({ 'scene:game': 'none' })
})

test('says which sources the program shows, also inside of scenes and groups, and leaves out those without video', () => {
  expect(tallies('sources', true)).toEqual({
    'source:camera': 'in-program',
    'source:hidden': 'none',
    'source:logo': 'in-program',
    'source:screen': 'prepared',
  })
  expect(Object.keys(tallies('both', true))).toHaveLength(7)
})

test.each([
  [16, 1280, 720, 6],
  [12, 1280, 720, 6],
  [4, 1280, 720, 4],
  [16, 390, 800, 2],
  [0, 1000, 1000, 1],
])('lays %i tiles on a wall of %i x %i pixels in %i columns, and nothing overhangs', (count, width, height, columns) => {
  const laid = layTiles(count, width, height)
  expect(laid.columns).toBe(columns)
  expect(laid.columns * (laid.width + 6) + 6).toBeLessThanOrEqual(width)
})
