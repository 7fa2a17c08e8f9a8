import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import { openReach } from '../../../platform/testing/open-reach.ts'
import type { Filter } from '../../document/collection.ts'
import { filterKinds } from '../../document/kinds/filter-kinds.ts'
import type { NativeFilter } from '../compositor/compositor.ts'
import { loadCompositor } from '../compositor/load-compositor.ts'
import { NativeFilters } from './native-filters.ts'
import { sizeBehind } from './size-behind.ts'

const native = process.platform === 'linux' ? loadCompositor() : undefined
const [width, height] = [32, 16]

type Rgba = readonly [number, number, number, number]

describe.skipIf(native === undefined)('filters for video', () => {
  const open: { close(): void }[] = []
  let frame = 0
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
  })

  function storeOf(paint: (x: number, y: number) => Rgba): FrameStore {
    const rgba = new Uint8Array(width * height * 4)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgba.set(paint(x, y), (y * width + x) * 4)
    const store = native!.createFrameStore()
    open.push(store)
    store.write({ layout: 'rgba', width, height, planes: [rgba], strides: [width * 4], timeUs: native!.nowUs() })
    return store
  }

  /** The filtered frame over blue. */
  function shown(store: FrameStore, filters: readonly NativeFilter[], at = { x: 0, y: 0 }) {
    const surface = native!.createSurface({ width, height, background: '#0000ff' })
    open.push(surface)
    surface.setLayers([
      { content: { store, filters }, transform: [1, 0, 0, 1, at.x, at.y], opacity: 1, blend: 'normal', sampling: 'smooth' },
    ])
    return () => {
      const plane = (size: number) => new Uint8Array(size)
      const planes = [plane(width * height), plane((width * height) / 4), plane((width * height) / 4)] as const
      const memory = { width, height, planes, strides: [width, width / 2, width / 2] as const }
      native!.render(surface, memory, frame++)
      const rgba = native!.toRgba(memory)
      return (x: number, y: number): number[] => [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)]
    }
  }

  const made = (kind: string, settings: Record<string, unknown> = {}, mask?: FrameStore): NativeFilter[] => {
    const filters = new NativeFilters({
      reach: openReach,
      frameStore: () => mask,
      chosen: () => undefined,
      onProblem: () => undefined,
      onLoaded: () => undefined,
    })
    return filters.of([{ id: 'f', name: kind, kind, enabled: true, settings } as Filter])
  }
  const near = (rgb: readonly number[], expected: readonly number[], by = 8): void => {
    for (const [index, value] of rgb.entries())
      expect(Math.abs(value - expected[index]!), `${rgb} is not ${expected}`).toBeLessThanOrEqual(by)
  }
  const halves = (left: Rgba, right: Rgba) => storeOf((x) => (x < width / 2 ? left : right))
  const [green, red, grey]: Rgba[] = [
    [0, 255, 0, 255],
    [200, 30, 30, 255],
    [128, 128, 128, 255],
  ]

  it('take the key colour away and leave the rest as it was', () => {
    const at = shown(halves(green!, red!), made('chroma-key'))()
    near(at(4, 8), [0, 0, 255])
    near(at(27, 8), [200, 30, 30])
  })

  it('take what is dark or light away', () => {
    const store = halves([10, 10, 10, 255], [200, 200, 200, 255])
    near(shown(store, made('luma-key', { low: 0.3 }))()(4, 8), [0, 0, 255])
    near(shown(store, made('luma-key', { low: 0.3 }))()(27, 8), [200, 200, 200])
    near(shown(store, made('luma-key', { low: 0, high: 0.5 }))()(27, 8), [0, 0, 255])
  })

  it('correct colours', () => {
    const store = halves(grey!, red!)
    near(shown(store, made('color-correction', { brightness: 0.25 }))()(4, 8), [192, 192, 192])
    near(shown(store, made('color-correction', { contrast: 1 }))()(4, 8), [129, 129, 129])
    near(shown(store, made('color-correction', { gamma: 2 }))()(4, 8), [181, 181, 181])
    const [r, g, b] = shown(store, made('color-correction', { saturation: 0 }))()(27, 8) as [number, number, number]
    near([r, g, b], [g, g, g], 3)
    near(shown(store, made('color-correction', { opacity: 0.5 }))()(4, 8), [64, 64, 191])
  })

  it('look colours up in a table', () => {
    const size = 2
    const values = new Float32Array(size ** 3 * 3)
    for (let index = 0; index < size ** 3; index++) values.set([1 - (index & 1), 1 - ((index >> 1) & 1), 1 - (index >> 2)], index * 3)
    const table = (amount: number): NativeFilter[] => [
      Object.defineProperty({ kind: 'lut', amount, size, file: `${amount}` }, 'values', { value: new Uint8Array(values.buffer) }),
    ]
    near(shown(halves(grey!, red!), table(1))()(27, 8), [55, 225, 225], 14)
    near(shown(halves(grey!, red!), table(0))()(27, 8), [200, 30, 30])
  })

  it('blur across an edge, also of transparency, and sharpen it', () => {
    const edge = halves([0, 0, 0, 255], [255, 255, 255, 255])
    const [soft] = shown(edge, made('blur', { radius: 4 }))()(14, 8) as [number]
    expect(soft).toBeGreaterThan(40)
    expect(soft).toBeLessThan(140)
    const cut = shown(halves([255, 0, 0, 255], [255, 0, 0, 0]), made('blur', { radius: 4 }))()
    const [r, , b] = cut(15, 8) as [number, number, number]
    expect(r + b).toBeGreaterThan(230)
    expect(b).toBeGreaterThan(60)
    // What is far from any edge stays unchanged, also where there is alpha somewhere.
    const pierced = storeOf((x) => [200, 30, 30, x === 0 ? 0 : 255])
    expect(shown(pierced, made('blur', { radius: 2 }))()(24, 8)).toEqual(shown(pierced, [])()(24, 8))
    const bumpy = storeOf((x) => (x === 16 ? [140, 140, 140, 255] : grey!))
    expect(shown(bumpy, made('sharpen', { amount: 1 }))()(16, 8)[0]).toBeGreaterThan(155)
  })

  it('tell the size that a crop leaves, as it is drawn', () => {
    const crop = (settings: Record<string, unknown>, enabled = true) => ({ id: 'c', name: 'c', kind: 'crop', enabled, settings }) as Filter
    const cuts = { left: 7, top: 3, right: 6, bottom: 4 }
    expect(sizeBehind([crop(cuts), crop(cuts, false)], width, height)).toEqual({ width: 32 - 6 - 6, height: 16 - 2 - 4 })
    const at = shown(
      storeOf(() => red!),
      made('crop', cuts),
    )()
    near(at(18, 8), [200, 30, 30])
    near(at(22, 8), [0, 0, 255])
    near(at(18, 11), [0, 0, 255])
  })

  it('keys by brightness in linear light: what OBS Studio calls 0.3 is a bright grey', () => {
    // Light of 0.216 and 0.527.
    const two = () => halves([128, 128, 128, 255], [192, 192, 192, 255])
    const linear = shown(two(), made('luma-key', { light: 'linear', low: 0.3, lowSmooth: 0, edges: 'smooth' }))()
    near(linear(4, 8), [0, 0, 255])
    near(linear(27, 8), [192, 192, 192])
    near(shown(two(), made('luma-key', { low: 0.3, lowSmooth: 0 }))()(4, 8), [128, 128, 128])
    // Colours weigh by their light: green is brighter than the grey of the same luma.
    const green = shown(
      storeOf(() => [0, 180, 0, 255]),
      made('luma-key', { light: 'linear', low: 0.3, lowSmooth: 0 }),
    )()
    near(green(4, 8), [0, 180, 0])
    // Half way over an edge: smoothstep is a half there, a quarter of the way it is 5 of 32.
    const quarter = shown(
      storeOf(() => [0, 0, 0, 255]),
      made('luma-key', { light: 'linear', low: 0, lowSmooth: 1, high: 1, edges: 'smooth' }),
    )()
    near(quarter(4, 8), [0, 0, 255])
  })

  it('keys by the whole colour', () => {
    const two = halves([0, 255, 0, 255], [0, 200, 60, 255])
    const keyed = shown(two, made('color-key', { similarity: 0.1, smoothness: 0.05 }))()
    near(keyed(4, 8), [0, 0, 255])
    near(keyed(27, 8), [0, 200, 60])
    const wide = shown(
      halves([0, 255, 0, 255], [0, 255, 0, 255]),
      made('color-key', { color: '#ff0000', similarity: 1, smoothness: 0.8284 }),
    )()
    // Red and green are the root of two apart: half way over that edge.
    near(wide(8, 8), [0, 128, 128], 10)
  })

  it('correct colours in linear light, multiply and add', () => {
    const grey = () => storeOf(() => [128, 128, 128, 255])
    // Light of 0.216 twice, and with 0.1 added.
    near(shown(grey(), made('color-correction', { light: 'linear', contrast: 1 }))()(8, 8), [176, 176, 176], 4)
    near(shown(grey(), made('color-correction', { light: 'linear', brightness: 0.1 }))()(8, 8), [152, 152, 152], 4)
    near(shown(grey(), made('color-correction', { light: 'linear', multiply: '#ff8000' }))()(8, 8), [128, 61, 0], 6)
    near(shown(grey(), made('color-correction', { light: 'linear', add: '#800000' }))()(8, 8), [176, 128, 128], 6)
    near(shown(grey(), made('color-correction', { light: 'linear', opacity: 0.5 }))()(8, 8), [64, 64, 192], 6)
    const orange = () => storeOf(() => [200, 120, 40, 255])
    near(shown(orange(), made('color-correction', { light: 'linear', hueDegrees: 120 }))()(8, 8), [40, 200, 120], 8)
    near(shown(orange(), made('color-correction', { light: 'linear' }))()(8, 8), [200, 120, 40], 4)
  })

  it('mask by the light of another image', () => {
    const mask = () => halves([128, 128, 128, 255], [255, 255, 255, 255])
    const white = () => storeOf(() => [255, 255, 255, 255])
    // Light of 0.216 of white over blue.
    near(shown(white(), made('mask', { source: 'm', light: 'linear' }, mask()))()(4, 8), [55, 55, 255])
    near(shown(white(), made('mask', { source: 'm' }, mask()))()(4, 8), [128, 128, 255])
  })

  it('crop and mask', () => {
    near(shown(halves(green!, red!), made('crop', { left: 16 }))()(4, 8), [200, 30, 30])
    near(shown(halves(green!, red!), made('crop', { left: 32 }))()(4, 8), [0, 0, 255])
    const mask = halves([255, 255, 255, 255], [0, 0, 0, 255])
    near(
      shown(
        storeOf(() => grey!),
        made('mask', { source: 'm' }, mask),
      )()(27, 8),
      [0, 0, 255],
    )
    near(
      shown(
        storeOf(() => grey!),
        made('mask', { source: 'm', invert: true }, mask),
      )()(27, 8),
      [128, 128, 128],
    )
  })

  it('scroll and delay as time goes by', async () => {
    const scrolled = shown(halves(green!, red!), made('scroll', { x: 4000 }))
    const delayed = shown(
      storeOf(() => grey!),
      made('delay', { delayMs: 60 }),
    )
    near(delayed()(4, 8), [0, 0, 255])
    const seen = new Set<string>()
    for (let turn = 0; turn < 30; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 4))
      seen.add(String(scrolled()(16, 8)))
    }
    expect(seen.size).toBeGreaterThan(1)
    near(delayed()(4, 8), [128, 128, 128])
  })

  it('scroll between pixels, with as much light at every moment', () => {
    const [speed, bar] = [300, 8]
    const store = storeOf((x) => (x < bar ? [255, 255, 255, 255] : [255, 0, 255, 0]))
    const before = performance.now()
    const scrolled = shown(store, made('scroll', { x: speed }))
    const after = performance.now()
    const fractions = new Set<number>()
    for (let turn = 0; turn < 12; turn++) {
      const from = performance.now()
      const at = scrolled()
      const to = performance.now()
      let [light, sine, cosine] = [0, 0, 0]
      for (let x = 0; x < width; x++) {
        const red = at(x, 8)[0]!
        light += red
        sine += red * Math.sin(((x + 0.5) / width) * 2 * Math.PI)
        cosine += red * Math.cos(((x + 0.5) / width) * 2 * Math.PI)
      }
      expect(light / 255 / bar).toBeCloseTo(1, 1)
      // How far the bar's middle has come to the left: between what the times before and after say, in pixels, around the edge.
      const come = bar / 2 - (Math.atan2(sine, cosine) / (2 * Math.PI)) * width
      const [min, max] = [((from - after) * speed) / 1000, ((to - before) * speed) / 1000]
      const beyond = (((come - min) % width) + width) % width
      expect(beyond < max - min + 0.2 || beyond > width - 0.2, `${come} is not from ${min} to ${max}`).toBe(true)
      fractions.add(Math.round(((come % 1) + 1) * 16) % 16)
    }
    expect(fractions.size).toBeGreaterThan(2)
  })

  it('hold a colour table as long as a filter names its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ami-tables-'))
    open.push({ close: () => rmSync(folder, { recursive: true }) })
    const steps = [0, 1].flatMap((blue) => [0, 1].flatMap((green) => [0, 1].map((red) => `${red} ${green} ${blue}`)))
    const lut = (name: string): Filter => {
      const file = join(folder, `${name}.cube`)
      writeFileSync(file, `LUT_3D_SIZE 2\n${steps.join('\n')}\n`)
      return { id: name, name, kind: 'lut', enabled: true, settings: { file } }
    }
    const [one, other] = [lut('one'), lut('other')]
    let read = Promise.withResolvers<void>()
    let loads = 0
    const filters = new NativeFilters({
      reach: openReach,
      frameStore: () => undefined,
      chosen: () => undefined,
      onProblem: (_, problem) => expect(problem).toBeUndefined(),
      onLoaded: () => ++loads % 2 === 0 && read.resolve(),
    })
    filters.of([one, other])
    await read.promise
    expect(filters.of([one, other])).toHaveLength(2)
    filters.keepFor([{ filters: [{ ...other, enabled: false }] }])
    expect(filters.tables).toBe(1)
    // One that is released while it is read is not kept either; what comes back is read again.
    read = Promise.withResolvers()
    filters.of([one, lut('third')])
    filters.keepFor([{ filters: [one] }])
    await read.promise
    expect(filters.tables).toBe(1)
    expect(filters.of([one])).toHaveLength(1)
  })

  it('reject a colour table that is a device, without reading it', async () => {
    const lut: Filter = { id: 'zeros', name: 'zeros', kind: 'lut', enabled: true, settings: { file: '/dev/zero' } }
    const reported = Promise.withResolvers<string | undefined>()
    const filters = new NativeFilters({
      reach: openReach,
      frameStore: () => undefined,
      chosen: () => undefined,
      onProblem: (_, problem) => reported.resolve(problem),
      onLoaded: () => void filters.of([lut]),
    })
    expect(filters.of([lut])).toEqual([])
    expect(await reported.promise).toBe('/dev/zero is not a regular file')
  })

  it('are each known to the compositor, and rejected by name where they are not, or their settings are wrong', () => {
    const store = storeOf(() => grey!)
    for (const { kind } of filterKinds) if (kind !== 'lut') shown(store, made(kind, {}, store))()
    expect(() => shown(store, [{ kind: 'glitter' }])).toThrow(/no filter "glitter"/)
    expect(() => shown(store, [{ kind: 'blur', radius: Number.NaN }])).toThrow(/blur\.radius/)
    expect(() => shown(store, [{ kind: 'lut', size: 9, amount: 1, values: new Uint8Array(16) }])).toThrow(/lut\.values/)
  })
})
