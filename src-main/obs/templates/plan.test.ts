import { describe, expect, it } from 'vitest'
import type { ObsPlacement, ObsShow, ObsShowItem } from '../../media/obs-show/obs-show.ts'
import type { ObsItem } from '../schemas/mirror.ts'
import { joined } from './before.ts'
import type { LiveShow } from './live-show.ts'
import { planShow } from './plan.ts'

const placement: ObsPlacement = {
  positionX: 10,
  positionY: 20,
  rotation: 0,
  scaleX: 1,
  scaleY: 1,
  alignment: 5,
  boundsType: 'OBS_BOUNDS_NONE',
  boundsAlignment: 0,
  boundsWidth: 1,
  boundsHeight: 1,
  cropLeft: 0,
  cropRight: 0,
  cropTop: 0,
  cropBottom: 0,
  cropToBounds: false,
}
const item = (source: string): ObsShowItem => ({ source, enabled: true, locked: false, blend: 'normal', placement })
const input = (name: string, kind = 'color_source_v3', settings: object = { color: 1 }) => ({
  name,
  kind,
  settings: { ...settings },
  filters: [],
})

const show = (scenes: Record<string, string[]>, inputs: ReturnType<typeof input>[]): ObsShow => ({
  name: 'Show',
  width: 640,
  height: 360,
  scenes: Object.entries(scenes).map(([name, sources]) => ({ name, items: sources.map(item), filters: [] })),
  inputs,
  transitions: [],
  transition: '',
  transitionMs: 300,
  program: '',
})

const liveItem = (id: number, source: string, more: object = {}): ObsItem => {
  const { cropToBounds: _, ...place } = placement
  const transform = { ...place, width: 0, height: 0, sourceWidth: 0, sourceHeight: 0, ...more }
  return { id, source, sourceType: 'input', kind: null, enabled: true, locked: false, blendMode: 'OBS_BLEND_NORMAL', index: 0, transform }
}

function live(scenes: Record<string, ObsItem[]>, inputs: ReturnType<typeof input>[], devices: Partial<LiveShow['devices']> = {}): LiveShow {
  return {
    collection: 'Untitled',
    width: 640,
    height: 360,
    program: '',
    sceneNames: Object.keys(scenes),
    groupNames: [],
    inputKinds: new Map(inputs.map(({ name, kind }) => [name, kind])),
    devices: { input: [], output: [], ...devices },
    scenes: new Map(Object.entries(scenes).map(([name, items]) => [name, { name, items, filters: [] }])),
    inputs: new Map(inputs.map((each) => [each.name, { ...each, audio: null }])),
  }
}

describe('a plan', () => {
  it('creates an input once, whatever number of items shows it', () => {
    const { created, work } = planShow(show({ A: ['c', 'c'], B: ['c'] }, [input('c')]), live({}, []))
    expect(created.map(({ what, name }) => `${what} ${name}`).toSorted()).toEqual([
      'input c',
      'item c',
      'item c',
      'item c',
      'scene A',
      'scene B',
    ])
    expect(work.scenes.flatMap(({ slots }) => slots.map(({ newInput }) => newInput !== undefined))).toEqual([true, false, false])
  })

  it('is empty where everything is there, and leaves what is not of it', () => {
    const there = live({ A: [liveItem(3, 'c'), liveItem(9, 'mine')] }, [input('c', 'color_source_v3', { color: 1, own: 2 }), input('mine')])
    const plan = planShow(show({ A: ['c'] }, [input('c')]), there)
    expect([plan.created, plan.changed, plan.work]).toEqual([
      [],
      [],
      { newScenes: [], scenes: [], newFilters: [], filters: [], inputs: [] },
    ])
    expect(plan.left.map(({ name }) => name)).toEqual(['c', 'mine', 'c'])
  })

  it('takes another name where one belongs to something else', () => {
    const there = live({ c: [] }, [input('A'), input('d', 'ffmpeg_source')])
    const { created } = planShow(show({ A: ['c', 'd'] }, [input('c'), input('d')]), there)
    expect(created.filter(({ what }) => what !== 'item').map(({ name }) => name)).toEqual(['A 2', 'c 2', 'd 2'])
  })

  it('puts items into order below those that are not of it', () => {
    const there = live({ A: [liveItem(1, 'd'), liveItem(2, 'mine'), liveItem(3, 'c')] }, [input('c'), input('d'), input('mine')])
    const { changed, work, before } = planShow(show({ A: ['c', 'd'] }, [input('c'), input('d')]), there)
    expect(changed).toEqual([{ what: 'scene', name: 'A', fields: ['order'] }])
    expect(work.scenes[0]).toMatchObject({ slots: [{ item: 3 }, { item: 1 }], others: [2], reorder: true })
    expect(before.orders).toEqual([{ scene: 'A', items: [1, 2, 3] }])
  })

  it('puts a microphone into every scene, unless OBS has one of its own', () => {
    const shown = show({ A: [], B: [] }, [{ ...input('mic', 'pulse_input_capture'), device: 'input' } as ReturnType<typeof input>])
    expect(
      planShow(shown, live({}, []))
        .created.filter(({ what }) => what === 'item')
        .map(({ in: scene }) => scene),
    ).toEqual(['A', 'B'])
    const own = planShow(shown, live({}, [], { input: ['Mic/Aux'] }))
    expect(own.created.map(({ what }) => what)).toEqual(['scene', 'scene'])
    expect(own.left).toMatchObject([{ name: 'Mic/Aux' }])
  })
})

it('what was before two applications is what was before the first, with all that both created', () => {
  const wanted = show({ A: ['c', 'd'], B: ['c'] }, [input('c'), input('d')])
  const first = planShow(wanted, live({ A: [liveItem(1, 'c', { positionX: 99 })] }, [input('c', 'color_source_v3', { color: 5 })]))
  const second = planShow(wanted, live({ A: [liveItem(1, 'c'), liveItem(2, 'd', { positionX: 5 })], B: [] }, [input('c'), input('d')]))
  const both = joined(first.before, second.before)
  expect(both).toMatchObject({ scenes: ['B'], inputs: ['d'], inputChanges: [{ input: 'c', settings: { color: 5 } }] })
  expect(both.changed.map(({ item: { id, transform } }) => [id, transform.positionX])).toEqual([[1, 99]])
  expect(both.items).toEqual([{ scene: 'A', source: 'd', kept: [] }])
})
