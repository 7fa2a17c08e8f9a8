import { describe, expect, it } from 'vitest'
import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import { plainLayout } from '../../document/checks/plain-layout.ts'
import type { Collection, Item, Scene, Source, Transition } from '../../document/collection.ts'
import type { Compositor, FrameMemory, Layer, Mixing, Surface } from '../compositor/compositor.ts'
import { CanvasProgram } from './canvas-program.ts'
import { movedLayers } from './move-transition.ts'
import { SceneSurfaces } from './scene-surfaces.ts'

const canvas = { id: 'main', name: 'Main', width: 320, height: 180, background: '#000000', scene: 'one' }
const source = (id: string): Source => ({ id, name: id, kind: 'color', settings: {}, filters: [] })
const item = (id: string, shows: string, change: Partial<Item> = {}): Item => ({ ...plainLayout, id, source: shows, ...change }) as Item
const scene = (id: string, items: Item[]): Scene => ({ id, name: id, canvas: 'main', items, filters: [] })
const transition = (kind: Transition['kind'], settings = {}): Transition => ({ id: 't', name: 't', kind, durationMs: 200, settings })

/** Notes what it is asked to compose. */
function recorder() {
  const asked: { what: string; frame: number; mixing?: Mixing; over?: Layer | undefined }[] = []
  const layersOf = new Map<Surface, readonly Layer[]>()
  const compositor = {
    createSurface({ width, height }: { width: number; height: number }): Surface {
      const surface: Surface = { width, height, setLayers: (layers) => void layersOf.set(surface, layers), setFilters() {}, close() {} }
      return surface
    },
    render: (_surface: Surface, _into: FrameMemory, frame: number) => void asked.push({ what: 'render', frame }),
    renderMixed: (_from: Surface, _to: Surface, mixing: Mixing, _into: FrameMemory, frame: number, over?: Layer) =>
      void asked.push({ what: 'mixed', frame, mixing, over }),
  } as unknown as Compositor
  return { compositor, asked, layersOf }
}

function studio(scenes: Scene[], sizes: Record<string, [number, number]> = {}) {
  const { compositor, asked, layersOf } = recorder()
  const stores = new Map<string, FrameStore>()
  const storeOf = (id: string): FrameStore => {
    const known = stores.get(id)
    if (known) return known
    const [width, height] = sizes[id] ?? [64, 36]
    const store = { sequence: 1, width, height } as FrameStore
    stores.set(id, store)
    return store
  }
  const sources = ['a', 'b', 'c', 'stinger'].map(source)
  const collection = { canvases: [canvas], scenes, sources, frameRate: { numerator: 50, denominator: 1 } } as unknown as Collection
  const surfaces = new SceneSurfaces({ compositor, frameStore: storeOf, filters: () => [] })
  surfaces.setCollection(collection)
  const ended: string[] = []
  const restarted: string[] = []
  const program = new CanvasProgram({
    compositor,
    scenes: surfaces,
    canvas,
    scene: 'one',
    frameStore: storeOf,
    restart: (id) => restarted.push(id),
    lengthMs: () => 160,
    frameMs: 20,
    onEnded: (each) => ended.push(each),
  })
  const run = (from: number, to: number): void => {
    for (let frame = from; frame < to; frame++) program.render({} as FrameMemory, frame)
  }
  return { program, surfaces, collection, asked, layersOf, ended, restarted, stores, storeOf, run }
}

const two = [scene('one', [item('i1', 'a')]), scene('two', [item('i2', 'b')])]

describe('a canvas', () => {
  it('shows a cut on the very next frame', () => {
    const { program, asked, run } = studio(two)
    run(0, 2)
    program.switchTo('two', undefined, 2)
    run(2, 4)
    expect(program.shown).toEqual(['two'])
    expect(asked.map(({ what }) => what)).toEqual(['render', 'render', 'render', 'render'])
  })

  it('moves a transition by hand for as long as it takes, and ends it at 1', () => {
    const { program, asked, ended, run } = studio(two)
    program.setPosition(0.5)
    program.switchTo('two', transition('fade'), 0, true)
    run(0, 30)
    program.setPosition(0.4)
    run(30, 31)
    expect(program.shown).toEqual(['one', 'two'])
    expect([asked.at(0)?.mixing, asked.at(-1)?.mixing]).toEqual([
      { kind: 'fade', progress: 0 },
      { kind: 'fade', progress: 0.4 },
    ])
    program.setPosition(1)
    run(31, 32)
    expect(asked.at(-1)?.what).toBe('render')
    expect([program.shown, ended]).toEqual([['two'], ['two']])
  })

  it('takes a transition as many frames as it is long, starting on the next one, and reports its end', () => {
    const { program, asked, ended, run } = studio(two)
    program.switchTo('two', transition('fade'), 5)
    expect(program.shown).toEqual(['one', 'two'])
    run(5, 17)
    const steps = asked.flatMap(({ mixing }) => (mixing ? [mixing.progress] : []))
    expect(steps).toEqual(Array.from({ length: 10 }, (_, index) => (index + 1) / 11))
    expect(asked.slice(10).every(({ what }) => what === 'render')).toBe(true)
    expect(ended).toEqual(['two'])
  })

  it('goes on with a transition while nobody takes its frames', () => {
    const { program, asked, ended } = studio(two)
    program.switchTo('two', transition('fade'), 5)
    for (let frame = 5; frame < 15; frame++) program.pass(frame)
    expect(ended).toEqual([])
    program.pass(15)
    expect(ended).toEqual(['two'])
    expect(asked).toEqual([])
  })

  it('cuts a transition short when the next switch comes', () => {
    const { program, ended, run } = studio(two)
    program.switchTo('two', transition('slide', { direction: 'up' }), 0)
    run(0, 3)
    program.switchTo('one', undefined, 3)
    expect(program.shown).toEqual(['one'])
    expect(ended).toEqual(['two'])
  })

  it('plays a stinger over both scenes and cuts beneath it', () => {
    const { program, asked, restarted, stores, storeOf, run } = studio(two)
    Object.assign(storeOf('stinger'), { sequence: 0 })
    program.switchTo('two', transition('stinger', { source: 'stinger', cutMs: 100 }), 0)
    expect(restarted).toEqual(['stinger'])
    run(0, 2)
    expect(asked.map(({ what }) => what)).toEqual(['render', 'render'])
    Object.assign(stores.get('stinger') as FrameStore, { sequence: 1 })
    run(2, 13)
    const mixed = asked.filter(({ what }) => what === 'mixed')
    expect(mixed).toHaveLength(10)
    expect(mixed.map(({ mixing }) => mixing?.progress)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    expect(mixed.every(({ over }) => over !== undefined)).toBe(true)
    // Of no duration: as long as its film, here 8 frames, and the scenes change in its middle.
    program.switchTo('one', { ...transition('stinger', { source: 'stinger' }), durationMs: 0 }, 13)
    run(13, 23)
    expect(asked.slice(13).flatMap(({ mixing }) => (mixing ? [mixing.progress] : []))).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })

  it('moves what both scenes show and fades the rest', () => {
    const scenes = [
      scene('one', [item('i1', 'a'), item('i3', 'c')]),
      scene('two', [item('i2', 'a', { position: { x: 100, y: 0 } }), item('i4', 'b')]),
    ]
    const { program, asked, layersOf, run } = studio(scenes)
    program.switchTo('two', transition('move'), 0)
    run(0, 5)
    const [leaving, arriving] = [...layersOf.values()].slice(-2) as [readonly Layer[], readonly Layer[]]
    expect([leaving.length, arriving.length]).toEqual([2, 2])
    // The same source at the same position in both, so that fading one into the other leaves it unchanged.
    expect(leaving[0]?.transform).toEqual(arriving[0]?.transform)
    expect(leaving[0]?.transform[4]).toBeGreaterThan(40)
    expect(leaving[0]?.transform[4]).toBeLessThan(50)
    expect([...leaving, ...arriving].every(({ opacity }) => opacity === 1)).toBe(true)
    const mixing = asked.at(-1)?.mixing as Mixing
    expect(mixing.kind).toBe('fade')
    expect(mixing.progress).toBeCloseTo((leaving[0]?.transform[4] as number) / 100)
  })

  it('turns what moves about its middle the shorter way, in its own shape, and turns over what is mirrored', () => {
    const middle = { x: 'center', y: 'center' } as const
    const at = { alignment: middle, position: { x: 100, y: 80 } }
    const halfway = (from: Partial<Item>, to: Partial<Item>): Layer => {
      const scenes = [scene('one', [item('i1', 'a', { ...at, ...from })]), scene('two', [item('i2', 'a', { ...at, ...to })])]
      return movedLayers(studio(scenes).surfaces, 'one', 'two', 0.5).arriving[0] as Layer
    }
    const half = Math.SQRT1_2
    const expected = [half, -half, half, half, 100 - half * 32 - half * 18, 80 + half * 32 - half * 18]
    for (const [index, value] of halfway({}, { rotation: 270 }).transform.entries()) expect(value).toBeCloseTo(expected[index] as number)
    // Upside down and back: never flat.
    const [a, b, c, d] = halfway({}, { rotation: 180 }).transform
    expect(a * d - b * c).toBeCloseTo(1)
    expect(halfway({}, { scale: { x: -1, y: 1 } }).transform).toEqual([0, 0, -0, 1, 100, 62])
    expect(halfway({ rotation: 90 }, { rotation: 90, scale: { x: 3, y: 3 } }).transform.slice(0, 4)).toEqual([0, 2, -2, 0])
  })

  it('is composed for a screenshot as it is seen, and goes on as if nobody had looked', () => {
    const { program, asked, ended, run } = studio(two)
    program.switchTo('two', transition('fade'), 0)
    for (const at of [-1, -1]) program.compose({} as FrameMemory, 1000, at)
    run(0, 5)
    program.compose({} as FrameMemory, 1001, 4)
    expect(asked.map(({ mixing }) => Math.round((mixing?.progress ?? 9) * 11))).toEqual([0, 0, 1, 2, 3, 4, 5, 5])
    expect(ended).toEqual([])
  })
})

describe('scenes', () => {
  it('follow the sizes of their sources, and hold groups in a box of their own', () => {
    const group = {
      ...plainLayout,
      id: 'g',
      position: { x: 10, y: 20 },
      group: [item('i1', 'a', { position: { x: -30, y: 5 } })],
    } as unknown as Item
    const { surfaces, layersOf, stores } = studio([scene('one', [group])])
    const layers = () => layersOf.get(surfaces.root('one')) as readonly Layer[]
    const surfaceOf = (layer: Layer) => (layer.content as { surface: Surface }).surface
    expect(surfaceOf(layers()[0] as Layer)).toMatchObject({ width: 64, height: 41 })
    // What hangs over to the left of the group's origin is seen where it belongs: at 10 - 30.
    expect(layers()[0]?.transform.slice(4)).toEqual([-20, 20])
    const inside = layersOf.get(surfaceOf(layers()[0] as Layer)) as readonly Layer[]
    expect(inside[0]?.transform.slice(4)).toEqual([0, 5])
    Object.assign(stores.get('a') as FrameStore, { width: 128 })
    expect(surfaceOf(layers()[0] as Layer)).toMatchObject({ width: 128, height: 41 })
  })

  it('know all sources that they show, those of scenes inside included, and none that is hidden', () => {
    const scenes = [
      scene('one', [{ ...plainLayout, id: 'n', scene: 'two' } as Item, item('i1', 'a', { visible: false })]),
      scene('two', [item('i2', 'b'), item('i3', 'c')]),
    ]
    const { surfaces, layersOf } = studio(scenes)
    expect([...surfaces.sourcesIn('one')]).toEqual(['b', 'c'])
    expect(layersOf.get(surfaces.root('one'))).toHaveLength(1)
  })

  it('place what a filter has cropped by what is left of it, and have its mask awake', () => {
    const { surfaces, collection, layersOf } = studio([scene('one', [item('i1', 'a', { alignment: { x: 'right', y: 'bottom' } })])])
    const filter = (kind: string, settings: object) => ({ id: kind, name: kind, kind, enabled: true, settings })
    const filters = [filter('crop', { left: 20, bottom: 6 }), filter('mask', { source: 'b' })]
    surfaces.setCollection({
      ...collection,
      sources: collection.sources.map((each) => (each.id === 'a' ? { ...each, filters } : each)),
    } as Collection)
    expect(layersOf.get(surfaces.root('one'))?.[0]?.transform.slice(4)).toEqual([-44, -30])
    const masks = new Set<string>()
    expect([...surfaces.sourcesIn('one', new Set(), masks)]).toEqual(['a'])
    expect([...masks]).toEqual(['b'])
  })
})
