import { describe, expect, it } from 'vitest'
import type { ObsInput, ObsMirror, ObsScene } from '../../src-main/obs/schemas/mirror.ts'
import { withChange } from './mirror-change.ts'

const scene = (name: string, isGroup = false): ObsScene => ({ name, isGroup, items: [], filters: [] })
const input = (name: string, active = false): ObsInput => ({
  name,
  kind: 'color_source_v3',
  filters: [],
  audio: null,
  active,
  showing: active,
  media: null,
})
const mirror = {
  obs: 'a',
  revision: 4,
  program: 'One',
  scenes: [scene('One'), scene('Two')],
  inputs: [input('Colour'), input('Text')],
} as unknown as ObsMirror

describe('the mirror of an OBS after a change', () => {
  it('takes what was set, scenes and inputs by their names, and the order of scenes', () => {
    const after = withChange(mirror, {
      obs: 'a',
      revision: 5,
      set: { program: 'Three' },
      scenes: [scene('Three')],
      sceneNames: ['Three', 'One'],
      inputs: [input('Text', true)],
      inputsRemoved: ['Colour'],
    })
    expect(after.program).toBe('Three')
    expect(after.revision).toBe(5)
    expect(after.scenes.map(({ name }) => name)).toEqual(['Three', 'One'])
    expect(after.inputs).toEqual([input('Text', true)])
  })

  it('stays the same object for another OBS and for changes that it has', () => {
    expect(withChange(mirror, { obs: 'b', revision: 5, set: { program: 'Two' } })).toBe(mirror)
    expect(withChange(mirror, { obs: 'a', revision: 4, set: { program: 'Two' } })).toBe(mirror)
  })
})
