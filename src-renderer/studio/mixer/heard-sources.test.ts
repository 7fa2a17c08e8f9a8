import { expect, it } from 'vitest'
import { type MixerLists, mixerLists } from './heard-sources.ts'

const audio = { followsVideo: true, solo: false }
const item = (source: string, visible = true) => ({ id: `${source}-item`, source, visible })
const document = {
  sources: [
    { id: 'mic', kind: 'microphone', audio: { ...audio, followsVideo: false } },
    { id: 'game', kind: 'media', audio },
    { id: 'film', kind: 'media', audio },
    { id: 'hidden', kind: 'media', audio },
    { id: 'nested', kind: 'media', audio },
    { id: 'always', kind: 'media', audio: { ...audio, followsVideo: false } },
    { id: 'prepared', kind: 'media', audio },
    { id: 'text', kind: 'text' },
  ],
  scenes: [
    { id: 'play', items: [item('game'), item('hidden', false), { id: 'in', scene: 'inner', visible: true }, item('text')] },
    { id: 'inner', items: [{ id: 'group', visible: true, group: [item('nested')] }] },
    { id: 'break', items: [item('film'), item('always')] },
    { id: 'next', items: [item('prepared')] },
  ],
} as never
const program = (studioMode: boolean) => ({ studioMode, canvases: [{ canvas: 'main', program: 'play', preview: 'next' }] }) as never
const ids = (lists: MixerLists) =>
  Object.fromEntries(
    Object.entries(lists).map(([name, list]: [string, MixerLists['active']]) => [name, list.map(({ source }) => source.id)]),
  )

it('lists what is heard or prepared, and keeps apart what other scenes alone show', () => {
  expect(ids(mixerLists(document, program(false), {}))).toEqual({
    active: ['mic', 'game', 'nested', 'always'],
    elsewhere: ['film', 'hidden', 'prepared'],
    silent: [],
  })
  expect(ids(mixerLists(document, program(true), {})).active).toContain('prepared')
})

it('keeps files without audio apart once they are open', () => {
  const report = (details: object) => ({ game: { state: 'running', details } }) as never
  expect(ids(mixerLists(document, program(false), report({ file: '/a.mp4', audioCodec: null }))).silent).toEqual(['game'])
  expect(ids(mixerLists(document, program(false), report({ file: '/a.mp4', audioCodec: 'aac' }))).silent).toEqual([])
  expect(ids(mixerLists(document, program(false), report({ file: null, audioCodec: null }))).silent).toEqual([])
})
