import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { smoothRgba } from '../../../media/worker/stores/testing/reference-frames.ts'
import { blendModes } from '../../document/collection.ts'
import type { FrameMemory, Layer } from './compositor.ts'
import { loadCompositor } from './load-compositor.ts'

const native = process.platform === 'linux' ? loadCompositor() : undefined

/** Planes inside larger memory whose rest must stay as it was. */
function guarded(width: number, height: number): { image: FrameMemory; isWhole(): boolean } {
  const sizes = [width * height, ((width + 1) >> 1) * ((height + 1) >> 1), ((width + 1) >> 1) * ((height + 1) >> 1)]
  const memory = sizes.map((size) => new Uint8Array(size + 128).fill(0xa5))
  const planes = memory.map((bytes, i) => bytes.subarray(64, 64 + sizes[i]!)) as unknown as FrameMemory['planes']
  return {
    image: { width, height, planes, strides: [width, (width + 1) >> 1, (width + 1) >> 1] },
    isWhole: () => memory.every((bytes, i) => [...bytes.subarray(0, 64), ...bytes.subarray(64 + sizes[i]!)].every((byte) => byte === 0xa5)),
  }
}

describe.skipIf(native === undefined)('the compositor under absurd descriptions', () => {
  const sizes = [
    [1, 1],
    [2, 3],
    [33, 17],
    [8192, 1],
    [1, 700],
    [64, 48],
  ] as const
  const stores = sizes.flatMap(([width, height]) =>
    [false, true].map((transparent) => {
      const store = native!.createFrameStore()
      store.write({ layout: 'rgba', width, height, planes: [smoothRgba(width, height, 2, transparent)], strides: [width * 4], timeUs: 0 })
      return store
    }),
  )
  const nested = native?.createSurface({ width: 37, height: 21 })
  nested?.setLayers([{ content: { store: stores[6]! }, transform: [1, 0, 0, 1, 3, 5], opacity: 0.5, blend: 'normal', sampling: 'smooth' }])
  afterAll(() => {
    for (const one of [...stores, nested]) one?.close()
  })

  const usual = fc.oneof(fc.constantFrom(0, 1, -1, 0.5, 2, 1e-9, 1e-3, 300, 1e6, -1e6), fc.double({ min: -4, max: 4, noNaN: true }))
  const absurd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, -1e308, 1e13)
  const shift = fc.oneof(fc.constantFrom(0, 1, -7.5, 1e6, 1e12, -1e12), fc.double({ min: -80, max: 80, noNaN: true }))
  const entries = fc.tuple(usual, usual, usual, usual, shift, shift)
  const side = fc.constantFrom(0, 0, 1, 3, 16, 9000)
  const layer = fc.record({
    content: fc.constantFrom<Layer['content']>(
      ...stores.map((store) => ({ store })),
      { surface: nested! },
      { color: '#80ff0040', width: 9, height: 4000 },
    ),
    transform: entries,
    opacity: fc.constantFrom(0, 0.002, 0.5, 1),
    blend: fc.constantFrom(...blendModes),
    sampling: fc.constantFrom('smooth' as const, 'nearest' as const),
    crop: fc.option(fc.record({ left: side, top: side, right: side, bottom: side }), { nil: undefined }),
  })
  const seeded = { seed: Number(process.env.FUZZ_SEED ?? 4), numRuns: 250 * Number(process.env.FUZZ_RUNS ?? 1) }

  test('any finite transform, crop and blend is composed inside its memory', () => {
    fc.assert(
      fc.property(
        fc.array(layer, { minLength: 1, maxLength: 4 }),
        fc.constantFrom([1, 1], [2, 2], [33, 19], [64, 36]),
        (layers, [width, height]) => {
          const surface = native!.createSurface({ width: width!, height: height!, background: '#102030' })
          const { image, isWhole } = guarded(width!, height!)
          surface.setLayers(layers.map(({ crop, ...rest }) => (crop === undefined ? rest : { ...rest, crop })))
          native!.render(surface, image, 1)
          native!.render(surface, image, 2)
          surface.close()
          return isWhole()
        },
      ),
      seeded,
    )
  })

  test('what is not finite or too far is rejected by its name', () => {
    const surface = native!.createSurface({ width: 16, height: 16, background: '#000000' })
    fc.assert(
      fc.property(entries, absurd, fc.nat(5), (transform, value, at) => {
        const wrong = transform.with(at, value) as unknown as Layer['transform']
        const one: Layer = { content: { store: stores[4]! }, transform: wrong, opacity: 1, blend: 'normal', sampling: 'smooth' }
        expect(() => surface.setLayers([one])).toThrow(`layers[0].transform[${at}] is `)
      }),
      { ...seeded, numRuns: 60 },
    )
    const good: Layer = { content: { store: stores[4]! }, transform: [1, 0, 0, 1, 0, 0], opacity: 1, blend: 'normal', sampling: 'smooth' }
    const refused = (more: object, message: RegExp) => expect(() => surface.setLayers([{ ...good, ...more } as Layer])).toThrow(message)
    refused({ opacity: 1.5 }, /layers\[0\].opacity is 1.5: 0 to 1/)
    refused({ blend: 'glow' }, /layers\[0\].blend is "glow": one of normal/)
    refused({ crop: { left: -1, top: 0, right: 0, bottom: 0 } }, /layers\[0\].crop.left is -1/)
    refused({ content: { color: 'red', width: 2, height: 2 } }, /content.color is "red", not a colour/)
    refused({ content: { color: '#ffffff', width: 0, height: 2 } }, /content.width is 0/)
    refused({ content: {} }, /content.color is not a text/)
    refused({ content: { store: surface } }, /content.store is not a frame store/)
    refused({ content: { store: stores[4], filters: [{ kind: 'no-such' }] } }, /no filter "no-such"/)
    refused({ content: { surface } }, /would show itself/)
    refused({ transform: undefined }, /layers\[0\].transform is not a list/)
    expect(() => surface.setLayers(Array(5000).fill(good))).toThrow(/5000 layers: 4096/)
    expect(() => native!.createSurface({ width: 1e9, height: 2 })).toThrow(/width is 1000000000: 1 to 8192/)
    const { image } = guarded(16, 16)
    const into = (more: object) => ({ ...image, ...more }) as FrameMemory
    const planes = [image.planes[0], image.planes[1], image.planes[2].subarray(1)]
    expect(() => native!.render(surface, into({ width: 18 }), 1)).toThrow(/into is 18 x 16, the surface 16 x 16/)
    expect(() => native!.render(surface, into({ planes }), 1)).toThrow(/into.planes\[2\] holds 63 bytes, 64 are needed/)
    expect(() => native!.render(surface, into({ strides: [8, 8, 8] }), 1)).toThrow(/stride of into.planes\[0\] is 8/)
    expect(() => native!.render({} as never, image, 1)).toThrow(/surface is not a surface/)
    surface.close()
    expect(() => native!.render(surface, image, 1)).toThrow(/surface is closed/)
  })

  test('mixing at any progress stays inside its memory, and rejects the rest', () => {
    const [from, to] = [
      native!.createSurface({ width: 34, height: 18, background: '#ffffff' }),
      native!.createSurface({ width: 34, height: 18 }),
    ]
    to.setLayers([{ content: { store: stores[4]! }, transform: [1, 0, 0, 1, 0, 0], opacity: 1, blend: 'normal', sampling: 'smooth' }])
    const { image, isWhole } = guarded(34, 18)
    for (const kind of ['fade', 'slide', 'push', 'wipe'] as const) {
      for (const direction of ['left', 'right', 'up', 'down'] as const) {
        for (const progress of [0, 1e-9, 0.01, 0.3, 0.5, 0.97, 1]) {
          for (const map of [undefined, stores[0]!, stores[6]!]) {
            native!.renderMixed(
              from,
              to,
              { kind, progress, direction, softness: progress, ...(map ? { map } : {}) } as never,
              image,
              progress,
            )
          }
        }
      }
    }
    expect(isWhole()).toBe(true)
    const mix = (mixing: object) => () => native!.renderMixed(from, to, mixing as never, image, 1)
    expect(mix({ kind: 'fade', progress: Number.NaN })).toThrow(/mixing.progress is nan/)
    expect(mix({ kind: 'melt', progress: 0 })).toThrow(/mixing.kind is "melt"/)
    expect(mix({ kind: 'wipe', progress: 0, direction: 'left', softness: 2 })).toThrow(/mixing.softness is 2/)
    const other = native!.createSurface({ width: 20, height: 18 })
    expect(() => native!.renderMixed(from, other, { kind: 'fade', progress: 0.5 }, image, 1)).toThrow(/only surfaces of one size mix/)
    for (const one of [from, to, other]) one.close()
  })
})
