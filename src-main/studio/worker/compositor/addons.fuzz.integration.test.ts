import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { loadAddon } from '../../../platform/load-addon.ts'
import { loadCompositor } from './load-compositor.ts'

const isLinux = process.platform === 'linux'
type Anything = Record<string, (...given: unknown[]) => unknown>
type Class = new (...given: unknown[]) => object

/** Every word that an options object of an addon may hold, so that absurd values reach all of them. */
const words = ['layout', 'width', 'height', 'planes', 'strides', 'timeUs', 'changedRows', 'opaque', 'content', 'store', 'color', 'filters']
words.push(
  'transform',
  'opacity',
  'blend',
  'sampling',
  'crop',
  'left',
  'kind',
  'progress',
  'direction',
  'softness',
  'through',
  'map',
  'values',
)
words.push('periodUs', 'originUs', 'server', 'device', 'rate', 'sampleRate', 'numerator', 'denominator', 'node', 'name', 'target', 'x', 'y')

describe.skipIf(!isLinux)('addons that are called as nobody should', () => {
  const compositor = isLinux ? loadCompositor() : undefined
  const detached = new Uint8Array(64)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  const frames = compositor?.createFrameStore()
  const audio = compositor?.createAudioStore(48_000)
  const surface = compositor?.createSurface({ width: 8, height: 8, background: '#000000' })
  const closed = compositor?.createFrameStore()
  closed?.close()
  afterAll(() => {
    for (const one of [frames, audio, surface]) one?.close()
  })

  const numbers = [0, 1, -1, 2.5, 8, 64, 8192, 2 ** 31, -(2 ** 31), 2 ** 53, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 10n]
  const texts = ['', 'rgba', 'i420', 'fade', 'wipe', 'left', 'normal', 'smooth', '#102030', '\0', '\ud800', 'x'.repeat(5000)]
  const memories = [
    new Uint8Array(64),
    new Uint8Array(0),
    detached,
    new Float32Array(64),
    new Uint8Array(new SharedArrayBuffer(64)),
    new DataView(new ArrayBuffer(8)),
  ]
  const oddities = [undefined, null, true, Symbol('odd'), () => 1, new Proxy({}, { get: () => 3 }), Object.create(frames ?? null)]
  const entities = [frames, audio, surface, closed]
  const one = fc.constantFrom<unknown>(...numbers, ...texts, ...memories, ...oddities, ...entities)
  const list = fc.oneof(fc.array(one, { maxLength: 6 }), fc.constant(new Array(5000)))
  const some = fc.oneof(one, list)
  const options = fc.dictionary(fc.constantFrom(...words), fc.oneof(some, fc.dictionary(fc.constantFrom(...words), some, { maxKeys: 6 })), {
    maxKeys: 12,
  })
  const given = fc.array(fc.oneof(some, options), { maxLength: 7 })
  const seeded = (count: number) => ({ seed: Number(process.env.FUZZ_SEED ?? 4), numRuns: count * Number(process.env.FUZZ_RUNS ?? 1) })
  /** It may reject: only with an error of JavaScript. */
  const tried = (call: () => unknown): unknown => {
    try {
      return call()
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
      return undefined
    }
  }

  test('the compositor and its stores take any argument for what it is', () => {
    const addon = compositor as unknown as Anything
    const names = Object.keys(addon)
    const methods = ['write', 'read', 'clear', 'setLayers', 'setFilters'] as const
    const [store, samples, made] = [
      compositor!.createFrameStore(),
      compositor!.createAudioStore(8000),
      compositor!.createSurface({ width: 5, height: 3 }),
    ]
    fc.assert(
      fc.property(fc.constantFrom(...names), given, fc.constantFrom(...methods), (name, args, method) => {
        const result = tried(() => addon[name]!(...args))
        if (typeof result === 'object') (result as { close?(): void } | null)?.close?.()
        for (const object of [store, samples, made] as unknown as Anything[]) {
          if (object[method]) tried(() => object[method]!(...args))
          // What belongs to one class is not what belongs to another.
          tried(() => object[method]?.call(surface, ...args))
        }
      }),
      seeded(400),
    )
    for (const object of [store, samples, made]) object.close()
  })

  test('getters that close, detach and nest what is being read take nothing away', () => {
    const store = compositor!.createFrameStore()
    const [outer, inner] = [
      compositor!.createSurface({ width: 8, height: 8, background: '#000000' }),
      compositor!.createSurface({ width: 8, height: 8 }),
    ]
    const layer = { content: { surface: inner }, transform: [1, 0, 0, 1, 0, 0], opacity: 1, blend: 'normal', sampling: 'smooth' } as const
    const planes = () => {
      const [y, u, v] = [new Uint8Array(64), new Uint8Array(16), new Uint8Array(16)]
      const taken = [y, u, v]
      Object.defineProperty(taken, 2, { get: () => structuredClone(y.buffer, { transfer: [y.buffer] }) && v })
      return taken
    }
    const image = () => ({ layout: 'i420', width: 8, height: 8, strides: [8, 4, 4], timeUs: 0, planes: planes() })
    expect(() => store.write(image() as never)).toThrow(/plane 0/)
    expect(() => compositor!.render(outer, image() as never, 1)).toThrow(/planes\[0\]/)
    const closing = Object.defineProperty({ ...image(), planes: [64, 16, 16].map((size) => new Uint8Array(size)) }, 'changedRows', {
      get: () => store.close(),
    })
    store.write(closing as never)
    const nesting = Object.defineProperty({ ...layer }, 'sampling', {
      get: () => inner.setLayers([{ ...layer, content: { surface: outer } }]) ?? 'smooth',
    })
    expect(() => outer.setLayers([nesting])).toThrow(/would show itself/)
    for (const one of [outer, inner]) one.close()
  })

  test('surfaces in surfaces, each shown twice by the next, are looked through once', () => {
    const chain = Array.from({ length: 40 }, () => compositor!.createSurface({ width: 4, height: 4 }))
    for (const [i, made] of chain.entries()) {
      const layer = {
        content: { surface: chain[i - 1]! },
        transform: [1, 0, 0, 1, 0, 0],
        opacity: 1,
        blend: 'normal',
        sampling: 'smooth',
      } as const
      if (i > 0) made.setLayers([layer, layer])
    }
    for (const made of chain) made.close()
  })

  test.each(['x11', 'pipewire', 'dbus'])('%s rejects what makes no sense', (name) => {
    const addon = loadAddon<Record<string, Class>>(name)
    const classes = Object.values(addon).filter(
      (each) => each.prototype !== undefined && Object.getOwnPropertyNames(each.prototype).length > 1,
    )
    const methods = classes.flatMap((each) => Object.getOwnPropertyNames(each.prototype)).filter((method) => method !== 'constructor')
    fc.assert(
      fc.property(fc.constantFrom(...classes), given, fc.constantFrom(...methods), (each, args, method) => {
        const made = tried(() => new each(...args)) as Anything | undefined
        if (made?.[method]) tried(() => made[method]!(...args))
        made?.close?.()
        made?.stop?.()
      }),
      seeded(60),
    )
  })
})
