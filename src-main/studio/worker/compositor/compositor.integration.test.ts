import { afterEach, describe, expect, test } from 'vitest'
import type { FrameStore } from '../../../media/worker/stores/media-stores.ts'
import { chromaOf, psnr, rgbOf, smoothRgba, yuvOf } from '../../../media/worker/stores/testing/reference-frames.ts'
import { type BlendMode, blendModes } from '../../document/collection.ts'
import type { Affine, FrameMemory, Layer, Mixing, Surface } from './compositor.ts'
import { loadCompositor } from './load-compositor.ts'
import {
  composeReference,
  mixReference,
  planarOfReference,
  type ReferenceImage,
  type ReferenceLayer,
  referenceColor,
  referenceImage,
} from './testing/reference-compositor.ts'

const native = process.platform === 'linux' ? loadCompositor() : undefined
const [width, height] = [64, 48]

function memory(w = width, h = height): FrameMemory {
  // Not zero: what is left unwritten shows.
  const plane = (size: number) => new Uint8Array(size).fill(0xaa)
  const planes = [plane(w * h), plane(chromaOf(w) * chromaOf(h)), plane(chromaOf(w) * chromaOf(h))] as const
  return { width: w, height: h, planes, strides: [w, chromaOf(w), chromaOf(w)] }
}

/** A frame in a store and for the reference. */
interface Shown {
  readonly store: FrameStore
  readonly image: ReferenceImage
}

/** With its edge repeated on two pixels at each side. */
function widened({ width: w, height: h, pixels }: ReferenceImage): ReferenceImage {
  const wide = new Float64Array((w + 4) * (h + 4) * 4)
  for (let y = 0; y < h + 4; y++) {
    for (let x = 0; x < w + 4; x++) {
      const from = (Math.min(h - 1, Math.max(0, y - 2)) * w + Math.min(w - 1, Math.max(0, x - 2))) * 4
      wide.set(pixels.subarray(from, from + 4), (y * (w + 4) + x) * 4)
    }
  }
  return { width: w + 4, height: h + 4, pixels: wide }
}

const plain: Affine = [1, 0, 0, 1, 0, 0]
const turned = (degrees: number, scale: number, x: number, y: number): Affine => {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180) * scale, Math.sin((degrees * Math.PI) / 180) * scale]
  return [cos, sin, -sin, cos, x, y]
}

describe.skipIf(native === undefined)('the compositor', () => {
  const open: { close(): void }[] = []
  let frame = 0
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
  })

  const shown = (w: number, h: number, seed: number, transparent = false): Shown => {
    const rgba = smoothRgba(w, h, seed, transparent)
    const store = native!.createFrameStore()
    open.push(store)
    store.write({ layout: 'rgba', width: w, height: h, planes: [rgba], strides: [w * 4], timeUs: 0 })
    return { store, image: referenceImage(rgba, w, h) }
  }
  const surface = (layers: readonly Layer[], background = '#204060'): Surface => {
    const made = native!.createSurface({ width, height, background })
    open.push(made)
    made.setLayers(layers)
    return made
  }
  const layerOf = (content: Layer['content'], more: Partial<Layer> = {}): Layer => {
    return { content, transform: plain, opacity: 1, blend: 'normal', sampling: 'smooth', ...more }
  }
  const backdrop = referenceColor(width, height, [0x20 / 255, 0x40 / 255, 0x60 / 255, 1])
  const expectNear = (got: FrameMemory, wanted: ReferenceImage, luma: number, chroma: number) => {
    const planar = planarOfReference(wanted)
    expect(psnr(got.planes[0], planar.y), 'luma').toBeGreaterThan(luma)
    expect(Math.min(psnr(got.planes[1], planar.u), psnr(got.planes[2], planar.v)), 'chroma').toBeGreaterThan(chroma)
  }
  const rendered = (of: Surface): FrameMemory => {
    const into = memory(of.width, of.height)
    native!.render(of, into, ++frame)
    return into
  }
  /** Renders what both sides describe, opaque or with alpha, over a frame. */
  const compare = (content: Shown, more: Partial<Layer>, luma: number, chroma: number) => {
    const below = shown(width, height, 3)
    const layer = layerOf({ store: content.store }, more)
    const made = surface([layerOf({ store: below.store }), layer])
    const reference: ReferenceLayer = {
      ...more,
      image: content.image,
      transform: layer.transform,
      nearest: more.sampling === 'nearest',
    }
    const once = rendered(made)
    expectNear(once, composeReference(below.image, [reference]), luma, chroma)
    // The second time from what was kept.
    const twice = rendered(made)
    for (const [i, plane] of twice.planes.entries()) expect(psnr(plane, once.planes[i]!)).toBe(Number.POSITIVE_INFINITY)
  }

  const places: [string, Partial<Layer>][] = [
    ['on whole pixels', { transform: [1, 0, 0, 1, 12, 8] }],
    ['on odd pixels', { transform: [1, 0, 0, 1, 13, 7] }],
    ['half outside', { transform: [1, 0, 0, 1, -15, -9] }],
    ['cropped', { transform: [1, 0, 0, 1, 5, 4], crop: { left: 7, top: 3, right: 6, bottom: 9 } }],
    ['smaller', { transform: [0.5, 0, 0, 0.25, 21, 10] }],
    ['much smaller', { transform: [0.2, 0, 0, 0.25, 40, 30] }],
    ['larger', { transform: [1.75, 0, 0, 1.5, -11, -7] }],
    ['mirrored', { transform: [-1, 0, 0, 1, 50, 5] }],
    ['on its head and wider', { transform: [1.25, 0, 0, -1, 9, 43] }],
    ['turned', { transform: turned(30, 0.9, 25, 2) }],
    ['turned about and mirrored', { transform: [0, 1, 1, 0, 11, 3] }],
    ['turned and small', { transform: turned(-50, 0.35, 20, 30) }],
    ['slanted', { transform: [0.9, 0.2, -0.4, 0.8, 20, 4] }],
    ['between pixels', { transform: [1, 0, 0, 1, 12.25, 8.75] }],
    ['between pixels, scaled and cropped', { transform: [0.85, 0, 0, 1.25, 9.4, 5.7], crop: { left: 3, top: 2, right: 4, bottom: 1 } }],
    ['between pixels, mirrored and half seen', { transform: [-1, 0, 0, 1, 50.5, 5.25], opacity: 0.5 }],
    ['half outside, between pixels', { transform: [1, 0, 0, 1, -14.5, 30.75] }],
    ['half seen', { transform: [1, 0, 0, 1, 11, 10], opacity: 0.5 }],
    ['larger, by the nearest', { transform: [2, 0, 0, 2, -8, -10], sampling: 'nearest' }],
  ]
  test.each(places)('an opaque layer %s', (_, more) => {
    compare(shown(40, 32, 1), more, 42, 40)
  })
  test.each(places)('a layer with alpha %s', (_, more) => {
    compare(shown(40, 32, 2, true), more, 40, 38)
  })

  test.each(blendModes)('%s, opaque, with alpha and weakened', (blend) => {
    const transform: Affine = [1, 0, 0, 1, 17, 9]
    const soft = blend === 'color-dodge' || blend === 'color-burn' ? 4 : 0
    compare(shown(40, 32, 1), { blend, transform }, 40 - soft, 38 - soft)
    compare(shown(40, 32, 2, true), { blend, transform, opacity: 0.7 }, 40 - soft, 38 - soft)
    compare(shown(40, 32, 1), { blend, transform, light: 'linear' }, 38 - soft, 35 - soft)
    compare(shown(40, 32, 2, true), { blend, transform, opacity: 0.7, light: 'linear' }, 38 - soft, 35 - soft)
  })

  // Flat colours: chroma that pixels share is exact, so that every sample can be.
  describe.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [3, 2],
    [2, 3],
    [3, 3],
    [4, 2],
    [35, 5],
  ])('in a frame of %i x %i', (w, h) => {
    const at: Partial<Layer>[] = [
      {},
      { transform: [1, 0, 0, 1, 1, 0] },
      { transform: [1, 0, 0, 1, 0, 1] },
      { transform: [1, 0, 0, 1, -1, -1] },
      { transform: [1, 0, 0, 1, 1, 1], crop: { left: 0, top: 0, right: 1, bottom: 1 } },
      { transform: [-1, 0, 0, -1, w, h], crop: { left: 1, top: 0, right: 0, bottom: 1 } },
      { transform: [2, 0, 0, 1, 0, 0], opacity: 0.4 },
      // Where it would end on half a sample of colour its edge is soft.
      ...(w % 2 === 0 && h % 2 === 0 ? [{ transform: [0, 1, -1, 0, h, 0] as Affine }] : []),
    ]
    const flat = (color: readonly [number, number, number, number]): Shown => {
      const rgba = new Uint8Array(w * h * 4).map((_, i) => color[i % 4]!)
      const store = native!.createFrameStore()
      open.push(store)
      store.write({ layout: 'rgba', width: w, height: h, planes: [rgba], strides: [w * 4], timeUs: 0 })
      return { store, image: referenceImage(rgba, w, h) }
    }
    const made = (layers: readonly Layer[], background?: string): Surface => {
      const one = native!.createSurface({ width: w, height: h, ...(background && { background }) })
      open.push(one)
      one.setLayers(layers)
      return one
    }
    const furthest = (got: FrameMemory, wanted: ReferenceImage): number => {
      const { y, u, v } = planarOfReference(wanted)
      const apart = (plane: Uint8Array, other: Uint8Array) => plane.reduce((max, value, i) => Math.max(max, Math.abs(value - other[i]!)), 0)
      return Math.max(apart(got.planes[0], y), apart(got.planes[1], u), apart(got.planes[2], v))
    }
    test.each(blendModes)('%s reaches every sample, at odd places, cropped, mirrored, turned and scaled, and inside a group', (blend) => {
      const below = flat([40, 90, 180, 255])
      for (const above of [flat([200, 60, 120, 255]), flat([230, 170, 20, 128])]) {
        for (const more of at) {
          const laid = layerOf({ store: above.store }, { ...more, blend })
          const reference: ReferenceLayer = { ...more, blend, image: above.image, transform: laid.transform }
          const wanted = composeReference(below.image, [reference])
          expect(furthest(rendered(made([layerOf({ store: below.store }), laid], '#000000')), wanted), JSON.stringify(more)).toBeLessThan(5)
          const group = made([layerOf({ store: below.store }), laid])
          expect(furthest(rendered(made([layerOf({ surface: group })], '#ffffff')), wanted), `group ${JSON.stringify(more)}`).toBeLessThan(
            5,
          )
        }
      }
    })
  })

  test('makes halves of a source once for all layers, with the same pixels as each would by itself', () => {
    const side = 256
    const wide = smoothRgba(3 * side, side, 5, false)
    const middle = new Uint8Array(side * side * 4)
    for (let y = 0; y < side; y++) middle.set(wide.subarray((y * 3 + 1) * side * 4, (y * 3 + 2) * side * 4), y * side * 4)
    const [large, small] = [native!.createFrameStore(), native!.createFrameStore()]
    open.push(large, small)
    const write = (to: FrameStore, rgba: Uint8Array, w: number) =>
      to.write({ layout: 'rgba', width: w, height: side, planes: [rgba], strides: [w * 4], timeUs: 0 })
    write(large, wide, 3 * side)
    write(small, middle, side)
    for (const scale of [0.5, 0.4, 0.25, 0.13]) {
      const transform: Affine = [scale, 0, 0, scale, 3, 2]
      // A third of a frame is not worth halving the whole of it.
      const alone = rendered(surface([layerOf({ store: large }, { crop: { left: side, top: 0, right: side, bottom: 0 }, transform })]))
      const shared = surface([layerOf({ store: small }, { transform: [0.25, 0, 0, 0.25, 0, 0] }), layerOf({ store: small }, { transform })])
      expect(rendered(shared).planes, `scaled to ${scale}`).toEqual(
        rendered(
          surface([
            layerOf({ store: small }, { transform: [0.25, 0, 0, 0.25, 0, 0] }),
            layerOf({ store: large }, { crop: { left: side, top: 0, right: side, bottom: 0 }, transform }),
          ]),
        ).planes,
      )
      expect(rendered(surface([layerOf({ store: small }, { transform })])).planes).toEqual(alone.planes)
    }
    // The next frame is seen, by the first that looks.
    const black = new Uint8Array(side * side * 4).map((_, index) => (index % 4 === 3 ? 255 : 0))
    write(small, black, side)
    const after = rendered(surface([layerOf({ store: small }, { transform: [0.25, 0, 0, 0.25, 0, 0] })]))
    expect([...after.planes[0].subarray(0, 40)].every((luma) => luma === 16)).toBe(true)
  })

  test('in linear light half of white is what half as much light is, and nothing changes where one of both covers all', () => {
    const white = (opacity: number, light: 'video' | 'linear') =>
      rendered(surface([layerOf({ color: '#ffffff', width, height }, { opacity, light })], '#000000')).planes[0][0]
    expect(white(0.5, 'video')).toBe(126)
    // 188 of 255.
    expect(Math.abs(white(0.5, 'linear')! - 177)).toBeLessThanOrEqual(1)
    expect(white(1, 'linear')).toBe(235)
    const below = shown(width, height, 3)
    const half = native!.createFrameStore()
    open.push(half)
    const rgba = smoothRgba(width, height, 5)
    for (let i = 0; i < width * height; i++) if (i % width >= width / 2) rgba[i * 4 + 3] = 0
    half.write({ layout: 'rgba', width, height, planes: [rgba], strides: [width * 4], timeUs: 0 })
    const laid = (light: 'video' | 'linear') => rendered(surface([layerOf({ store: below.store }), layerOf({ store: half }, { light })]))
    const [plain, linear] = [laid('video'), laid('linear')]
    for (const [i, plane] of plain.planes.entries()) {
      const most = plane.reduce((max, value, at) => Math.max(max, Math.abs(value - linear.planes[i]![at]!)), 0)
      expect(most).toBeLessThanOrEqual(1)
    }
  })

  test('nested surfaces are clear where nothing is, and blend as one image', () => {
    const [one, other, below] = [shown(36, 30, 1, true), shown(30, 24, 4, true), shown(width, height, 3)]
    const clear = native!.createSurface({ width, height })
    open.push(clear)
    clear.setLayers([
      layerOf({ store: one.store }, { transform: [1, 0, 0, 1, 9, 5] }),
      layerOf({ store: other.store }, { transform: turned(20, 1, 28, 12), blend: 'multiply' }),
    ])
    const inner = composeReference(referenceColor(width, height, [0, 0, 0, 0]), [
      { image: one.image, transform: [1, 0, 0, 1, 9, 5] },
      { image: other.image, transform: turned(20, 1, 28, 12), blend: 'multiply' },
    ])
    const blends: BlendMode[] = ['normal', 'screen']
    for (const blend of blends) {
      const transform: Affine = [0.75, 0, 0, 0.75, 7, 11]
      const program = surface([layerOf({ store: below.store }), layerOf({ surface: clear }, { transform, opacity: 0.8, blend })])
      expectNear(rendered(program), composeReference(below.image, [{ image: inner, transform, opacity: 0.8, blend }]), 38, 36)
    }
    // What moves inside shows, what was there before is gone.
    clear.setLayers([layerOf({ store: one.store }, { transform: [1, 0, 0, 1, 30, 20] })])
    const program = surface([layerOf({ store: below.store }), layerOf({ surface: clear })])
    expectNear(rendered(program), composeReference(below.image, [{ image: one.image, transform: [1, 0, 0, 1, 30, 20] }]), 40, 38)
    expect(() => clear.setLayers([layerOf({ surface: program })])).toThrow(/would show itself/)
  })

  test('colours, whole and half clear, upright and turned, and the background', () => {
    const color = referenceColor(30, 20, [1, 0.5, 0, 1])
    const clear = referenceColor(30, 20, [0, 0.2, 1, 0x80 / 255])
    const made = surface([
      layerOf({ color: '#ff8000', width: 30, height: 20 }, { transform: [2, 0, 0, 1, 5, 3] }),
      layerOf({ color: '#0033ff80', width: 30, height: 20 }, { transform: turned(45, 1, 40, 10) }),
      layerOf({ color: '#0033ff80', width: 30, height: 20 }, { transform: [1, 0, 0, 1, 1, 21] }),
    ])
    const wanted = composeReference(backdrop, [
      { image: color, transform: [2, 0, 0, 1, 5, 3] },
      { image: clear, transform: turned(45, 1, 40, 10) },
      { image: clear, transform: [1, 0, 0, 1, 1, 21] },
    ])
    expectNear(rendered(made), wanted, 36, 34)
  })

  test('what is blended between pixels is weaker at its edges', () => {
    compare(shown(40, 32, 1), { blend: 'multiply', transform: [1, 0, 0, 1, 13.25, 8.5] }, 38, 36)
    const made = surface([layerOf({ color: '#ff8000', width: 30, height: 20 }, { transform: [1.5, 0, 0, 1, 5.25, 3.5], blend: 'screen' })])
    const color = {
      image: referenceColor(45, 20, [1, 0.5, 0, 1]),
      transform: [1, 0, 0, 1, 5.25, 3.5] as Affine,
      blend: 'screen' as const,
    }
    expectNear(rendered(made), composeReference(backdrop, [color]), 38, 36)
  })

  describe('a slow move', () => {
    /** Where the light of a plane is centred, in samples. */
    const centreOf = (plane: Uint8Array, stride: number, dark: number, along: 'x' | 'y'): number => {
      let [sum, weighed] = [0, 0]
      for (const [i, value] of plane.entries()) {
        sum += value - dark
        weighed += (value - dark) * (along === 'x' ? i % stride : Math.floor(i / stride))
      }
      return weighed / sum
    }
    const moves: [string, (at: number) => Affine, 'x' | 'y', number][] = [
      ['to the right', (at) => [1, 0, 0, 1, 11 + at, 7], 'x', 0.2],
      ['down, scaled', (at) => [0.8, 0, 0, 0.8, 11, 7.3 + at], 'y', 0.17],
      ['to the left, mirrored', (at) => [-1, 0, 0, 1, 49 - at, 7], 'x', -0.25],
    ]
    test.each(moves)('%s moves an image, one with alpha and a colour by as much in every frame', (_, at, along, speed) => {
      const contents: Layer['content'][] = [
        { store: shown(31, 22, 1).store },
        { store: shown(31, 22, 2, true).store },
        { color: '#ffffff', width: 31, height: 22 },
      ]
      for (const content of contents) {
        const made = native!.createSurface({ width, height, background: '#000000' })
        open.push(made)
        const places = Array.from({ length: 30 }, (_, i) => {
          made.setLayers([layerOf(content, { transform: at(i * Math.abs(speed)) })])
          return centreOf(rendered(made).planes[0], width, 16, along)
        })
        // Samples are rounded to whole numbers: more than that would be a step.
        for (const [i, place] of places.entries())
          if (i > 0) expect(Math.abs(place - places[i - 1]! - speed), `frame ${i}`).toBeLessThan(0.08)
        expect((places.at(-1)! - places[0]!) / 29).toBeCloseTo(speed, 2)
      }
    })
  })

  test('no seam shows at the border, nor between layers that meet between pixels, nor where they miss each other by less than half of one', () => {
    const white = native!.createFrameStore()
    open.push(white)
    white.write({ layout: 'bgra', width: 32, height: 48, planes: [new Uint8Array(32 * 48 * 4).fill(255)], strides: [128], timeUs: 0 })
    const content = { store: white }
    const meeting: [number, number][] = [
      [31.4, 31.4],
      [31, 31],
      [31.7, 32],
      [31.9, 32.3],
      [32.2, 31.5],
    ]
    for (const [end, begin] of meeting) {
      const left = layerOf(content, { transform: [end / 32, 0, 0, 1, 0, 0] })
      const right = layerOf(content, { transform: [(63.6 - begin) / 32, 0, 0, 1, begin, 0] })
      for (const layers of [
        [left, right],
        [right, left],
      ]) {
        for (const plane of rendered(surface(layers)).planes) expect(new Set(plane).size, `${end} and ${begin}`).toBe(1)
      }
    }
  })

  test('a new frame is shown at once, a taken one no longer, and what does not change costs nothing', () => {
    const source = shown(40, 32, 1, true)
    const made = surface([layerOf({ store: source.store }, { transform: [1.25, 0, 0, 1.25, 4, 6] })])
    const before = rendered(made)
    expect(psnr(rendered(made).planes[0], before.planes[0])).toBe(Number.POSITIVE_INFINITY)
    const other = smoothRgba(40, 32, 5)
    source.store.write({ layout: 'rgba', width: 40, height: 32, planes: [other], strides: [160], timeUs: 1 })
    const reference = { image: referenceImage(other, 40, 32), transform: [1.25, 0, 0, 1.25, 4, 6] as Affine }
    expectNear(rendered(made), composeReference(backdrop, [reference]), 42, 40)
    source.store.clear()
    expectNear(rendered(made), backdrop, 50, 50)
  })

  describe('mixing', () => {
    const pair = () => {
      const [from, to] = [shown(width, height, 1), shown(width, height, 4)]
      return { from, to, surfaces: [surface([layerOf({ store: from.store })]), surface([layerOf({ store: to.store })])] as const }
    }
    const mixed = (surfaces: readonly [Surface, Surface], mixing: Mixing, over?: Layer): FrameMemory => {
      const into = memory()
      native!.renderMixed(surfaces[0], surfaces[1], mixing, into, ++frame, over)
      return into
    }
    const steps = [0.13, 0.81]
    test('fade, and over a colour', () => {
      const { from, to, surfaces } = pair()
      const red = referenceColor(width, height, [1, 0, 0, 1])
      for (const progress of steps) {
        expectNear(
          mixed(surfaces, { kind: 'fade', progress }),
          mixReference(from.image, to.image, () => progress),
          44,
          44,
        )
        const wanted =
          progress < 0.5 ? mixReference(from.image, red, () => progress * 2) : mixReference(red, to.image, () => progress * 2 - 1)
        expectNear(mixed(surfaces, { kind: 'fade', progress, through: '#ff0000' }), wanted, 44, 40)
      }
    })
    test.each(['left', 'right', 'up', 'down'] as const)('slide and push to the %s', (direction) => {
      const { from, to, surfaces } = pair()
      const length = direction === 'left' || direction === 'right' ? width : height
      const sign = direction === 'left' || direction === 'up' ? -1 : 1
      const at = (by: number): Affine => (length === width ? [1, 0, 0, 1, by, 0] : [1, 0, 0, 1, 0, by])
      for (const progress of steps) {
        const by = length * progress
        const coming = { image: to.image, transform: at(sign * (by - length)) }
        expectNear(mixed(surfaces, { kind: 'slide', progress, direction }), composeReference(from.image, [coming]), 42, 38)
        // The pixels that both share are theirs alone: the one that goes fills them, the other covers its part.
        const [a, b, c, d, e, f] = at(sign * by)
        const going = { image: widened(from.image), transform: [a, b, c, d, e - 2, f - 2] as Affine }
        expectNear(mixed(surfaces, { kind: 'push', progress, direction }), composeReference(backdrop, [going, coming]), 42, 38)
      }
    })
    test.each(['left', 'right', 'up', 'down'] as const)('wipe to the %s, hard and soft', (direction) => {
      const { from, to, surfaces } = pair()
      for (const progress of steps) {
        for (const softness of [0, 0.3]) {
          const soft = Math.max(softness, 0.01)
          const weight = (x: number, y: number) => {
            const along = { left: 1 - (x + 0.5) / width, right: (x + 0.5) / width, up: 1 - (y + 0.5) / height, down: (y + 0.5) / height }[
              direction
            ]
            return Math.min(1, Math.max(0, (progress * (1 + soft) - along) / soft))
          }
          const got = mixed(surfaces, { kind: 'wipe', progress, direction, softness })
          expectNear(got, mixReference(from.image, to.image, weight), softness > 0 ? 44 : 34, softness > 0 ? 42 : 32)
        }
      }
    })
    test('a wipe by an image, and a stinger over all', () => {
      const { from, to, surfaces } = pair()
      const map = native!.createFrameStore()
      open.push(map)
      const grey = new Uint8Array(width * height * 4).map((_, i) => (i % 4 === 3 ? 255 : ((i >> 2) % width) + Math.floor((i >> 2) / width)))
      map.write({ layout: 'rgba', width, height, planes: [grey], strides: [width * 4], timeUs: 0 })
      const stinger = shown(40, 30, 2, true)
      const over = layerOf({ store: stinger.store }, { transform: [1, 0, 0, 1, 12, 9] })
      for (const progress of steps) {
        const weight = (x: number, y: number) => Math.min(1, Math.max(0, (progress * 1.4 - (x + y) / 255) / 0.4))
        const under = mixReference(from.image, to.image, weight)
        const wanted = composeReference(under, [{ image: stinger.image, transform: over.transform }])
        expectNear(mixed(surfaces, { kind: 'wipe', progress, direction: 'left', softness: 0.4, map }, over), wanted, 40, 38)
      }
    })
  })

  test('composed frames are scaled, recoloured and made RGBA', () => {
    const source = shown(width, height, 3)
    const image = rendered(surface([layerOf({ store: source.store })]))
    const small = memory(40, 30)
    native!.scale(image, small)
    const scaled = composeReference(referenceColor(40, 30, [0, 0, 0, 1]), [
      { image: source.image, transform: [40 / width, 0, 0, 30 / height, 0, 0] },
    ])
    expectNear(small, scaled, 44, 42)
    const rgba = native!.toRgba(image)
    expect(
      psnr(
        rgba,
        Uint8Array.from(source.image.pixels, (value) => value * 255),
      ),
    ).toBeGreaterThan(38)
    expect(native!.toRgba(image, new Uint8Array(width * height).fill(7))[3]).toBe(7)
    for (const [space, range] of [
      ['bt601', 'limited'],
      ['bt601', 'full'],
      ['bt709', 'full'],
    ] as const) {
      const copy = { ...image, planes: image.planes.map((plane) => plane.slice()) as unknown as FrameMemory['planes'] }
      native!.recolor(copy, space, range)
      const wanted = image.planes.map((plane) => new Uint8Array(plane.length)) as [Uint8Array, Uint8Array, Uint8Array]
      for (let i = 0; i < width * height; i++) {
        const c = (Math.floor(i / width) >> 1) * (width / 2) + ((i % width) >> 1)
        const rgb = rgbOf([image.planes[0][i]!, image.planes[1][c]!, image.planes[2][c]!])
        const [y, u, v] = yuvOf(rgb, space, range)
        wanted[0][i] = Math.round(y)
        wanted[1][c] = Math.round(u)
        wanted[2][c] = Math.round(v)
      }
      for (const [i, plane] of copy.planes.entries()) expect(psnr(plane, wanted[i]!)).toBeGreaterThan(48)
    }
  })
})
