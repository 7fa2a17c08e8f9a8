import { afterEach, describe, expect, test } from 'vitest'
import { type BlendMode, blendModes } from '../collection/collection.ts'
import type { Affine, Layer, Mixing, PictureMemory, Surface } from './compositor.ts'
import { loadCompositor } from './load-addon.ts'
import type { FrameStore } from './media-stores.ts'
import {
  composeReference,
  mixReference,
  planarOfReference,
  type ReferenceLayer,
  type ReferencePicture,
  referenceColor,
  referencePicture,
} from './reference-compositor.ts'
import { chromaOf, psnr, rgbOf, smoothRgba, yuvOf } from './reference-pictures.ts'

const native = process.platform === 'linux' ? loadCompositor() : undefined
const [width, height] = [64, 48]

function memory(w = width, h = height): PictureMemory {
  // Not zero: what is left unwritten shows.
  const plane = (size: number) => new Uint8Array(size).fill(0xaa)
  const planes = [plane(w * h), plane(chromaOf(w) * chromaOf(h)), plane(chromaOf(w) * chromaOf(h))] as const
  return { width: w, height: h, planes, strides: [w, chromaOf(w), chromaOf(w)] }
}

/** A picture in a store and for the reference. */
interface Shown {
  readonly store: FrameStore
  readonly picture: ReferencePicture
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
    return { store, picture: referencePicture(rgba, w, h) }
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
  const expectNear = (got: PictureMemory, wanted: ReferencePicture, luma: number, chroma: number) => {
    const planar = planarOfReference(wanted)
    expect(psnr(got.planes[0], planar.y), 'luma').toBeGreaterThan(luma)
    expect(Math.min(psnr(got.planes[1], planar.u), psnr(got.planes[2], planar.v)), 'chroma').toBeGreaterThan(chroma)
  }
  const rendered = (of: Surface): PictureMemory => {
    const into = memory()
    native!.render(of, into, ++frame)
    return into
  }
  /** Renders what both sides describe, opaque or with alpha, over a picture. */
  const compare = (content: Shown, more: Partial<Layer>, luma: number, chroma: number) => {
    const below = shown(width, height, 3)
    const layer = layerOf({ store: content.store }, more)
    const made = surface([layerOf({ store: below.store }), layer])
    const reference: ReferenceLayer = {
      ...more,
      picture: content.picture,
      transform: layer.transform,
      nearest: more.sampling === 'nearest',
    }
    const once = rendered(made)
    expectNear(once, composeReference(below.picture, [reference]), luma, chroma)
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
  })

  test('nested surfaces are clear where nothing stands, and blend as one picture', () => {
    const [one, other, below] = [shown(36, 30, 1, true), shown(30, 24, 4, true), shown(width, height, 3)]
    const clear = native!.createSurface({ width, height })
    open.push(clear)
    clear.setLayers([
      layerOf({ store: one.store }, { transform: [1, 0, 0, 1, 9, 5] }),
      layerOf({ store: other.store }, { transform: turned(20, 1, 28, 12), blend: 'multiply' }),
    ])
    const inner = composeReference(referenceColor(width, height, [0, 0, 0, 0]), [
      { picture: one.picture, transform: [1, 0, 0, 1, 9, 5] },
      { picture: other.picture, transform: turned(20, 1, 28, 12), blend: 'multiply' },
    ])
    const blends: BlendMode[] = ['normal', 'screen']
    for (const blend of blends) {
      const transform: Affine = [0.75, 0, 0, 0.75, 7, 11]
      const program = surface([layerOf({ store: below.store }), layerOf({ surface: clear }, { transform, opacity: 0.8, blend })])
      expectNear(rendered(program), composeReference(below.picture, [{ picture: inner, transform, opacity: 0.8, blend }]), 38, 36)
    }
    // What moves inside shows, what was there before is gone.
    clear.setLayers([layerOf({ store: one.store }, { transform: [1, 0, 0, 1, 30, 20] })])
    const program = surface([layerOf({ store: below.store }), layerOf({ surface: clear })])
    expectNear(rendered(program), composeReference(below.picture, [{ picture: one.picture, transform: [1, 0, 0, 1, 30, 20] }]), 40, 38)
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
      { picture: color, transform: [2, 0, 0, 1, 5, 3] },
      { picture: clear, transform: turned(45, 1, 40, 10) },
      { picture: clear, transform: [1, 0, 0, 1, 1, 21] },
    ])
    expectNear(rendered(made), wanted, 36, 34)
  })

  test('a new picture is shown at once, a taken one no longer, and what stands still costs no change', () => {
    const source = shown(40, 32, 1, true)
    const made = surface([layerOf({ store: source.store }, { transform: [1.25, 0, 0, 1.25, 4, 6] })])
    const before = rendered(made)
    expect(psnr(rendered(made).planes[0], before.planes[0])).toBe(Number.POSITIVE_INFINITY)
    const other = smoothRgba(40, 32, 5)
    source.store.write({ layout: 'rgba', width: 40, height: 32, planes: [other], strides: [160], timeUs: 1 })
    const reference = { picture: referencePicture(other, 40, 32), transform: [1.25, 0, 0, 1.25, 4, 6] as Affine }
    expectNear(rendered(made), composeReference(backdrop, [reference]), 42, 40)
    source.store.clear()
    expectNear(rendered(made), backdrop, 50, 50)
  })

  describe('mixing', () => {
    const pair = () => {
      const [from, to] = [shown(width, height, 1), shown(width, height, 4)]
      return { from, to, surfaces: [surface([layerOf({ store: from.store })]), surface([layerOf({ store: to.store })])] as const }
    }
    const mixed = (surfaces: readonly [Surface, Surface], mixing: Mixing, over?: Layer): PictureMemory => {
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
          mixReference(from.picture, to.picture, () => progress),
          44,
          44,
        )
        const wanted =
          progress < 0.5 ? mixReference(from.picture, red, () => progress * 2) : mixReference(red, to.picture, () => progress * 2 - 1)
        expectNear(mixed(surfaces, { kind: 'fade', progress, through: '#ff0000' }), wanted, 44, 40)
      }
    })
    test.each(['left', 'right', 'up', 'down'] as const)('slide and push to the %s', (direction) => {
      const { from, to, surfaces } = pair()
      const length = direction === 'left' || direction === 'right' ? width : height
      const sign = direction === 'left' || direction === 'up' ? -1 : 1
      const at = (by: number): Affine => (length === width ? [1, 0, 0, 1, by, 0] : [1, 0, 0, 1, 0, by])
      for (const progress of steps) {
        const by = Math.round(length * progress)
        const coming = { picture: to.picture, transform: at(sign * (by - length)) }
        expectNear(mixed(surfaces, { kind: 'slide', progress, direction }), composeReference(from.picture, [coming]), 42, 38)
        const going = { picture: from.picture, transform: at(sign * by) }
        expectNear(mixed(surfaces, { kind: 'push', progress, direction }), composeReference(backdrop, [going, coming]), 42, 36)
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
          expectNear(got, mixReference(from.picture, to.picture, weight), softness > 0 ? 44 : 34, softness > 0 ? 42 : 32)
        }
      }
    })
    test('a wipe by a picture, and a stinger over all', () => {
      const { from, to, surfaces } = pair()
      const map = native!.createFrameStore()
      open.push(map)
      const grey = new Uint8Array(width * height * 4).map((_, i) => (i % 4 === 3 ? 255 : ((i >> 2) % width) + Math.floor((i >> 2) / width)))
      map.write({ layout: 'rgba', width, height, planes: [grey], strides: [width * 4], timeUs: 0 })
      const stinger = shown(40, 30, 2, true)
      const over = layerOf({ store: stinger.store }, { transform: [1, 0, 0, 1, 12, 9] })
      for (const progress of steps) {
        const weight = (x: number, y: number) => Math.min(1, Math.max(0, (progress * 1.4 - (x + y) / 255) / 0.4))
        const under = mixReference(from.picture, to.picture, weight)
        const wanted = composeReference(under, [{ picture: stinger.picture, transform: over.transform }])
        expectNear(mixed(surfaces, { kind: 'wipe', progress, direction: 'left', softness: 0.4, map }, over), wanted, 40, 38)
      }
    })
  })

  test('composed pictures are scaled, recoloured and made RGBA', () => {
    const source = shown(width, height, 3)
    const picture = rendered(surface([layerOf({ store: source.store })]))
    const small = memory(40, 30)
    native!.scale(picture, small)
    const scaled = composeReference(referenceColor(40, 30, [0, 0, 0, 1]), [
      { picture: source.picture, transform: [40 / width, 0, 0, 30 / height, 0, 0] },
    ])
    expectNear(small, scaled, 44, 42)
    const rgba = native!.toRgba(picture)
    expect(
      psnr(
        rgba,
        Uint8Array.from(source.picture.pixels, (value) => value * 255),
      ),
    ).toBeGreaterThan(38)
    expect(native!.toRgba(picture, new Uint8Array(width * height).fill(7))[3]).toBe(7)
    for (const [space, range] of [
      ['bt601', 'limited'],
      ['bt601', 'full'],
      ['bt709', 'full'],
    ] as const) {
      const copy = { ...picture, planes: picture.planes.map((plane) => plane.slice()) as unknown as PictureMemory['planes'] }
      native!.recolor(copy, space, range)
      const wanted = picture.planes.map((plane) => new Uint8Array(plane.length)) as [Uint8Array, Uint8Array, Uint8Array]
      for (let i = 0; i < width * height; i++) {
        const c = (Math.floor(i / width) >> 1) * (width / 2) + ((i % width) >> 1)
        const rgb = rgbOf([picture.planes[0][i]!, picture.planes[1][c]!, picture.planes[2][c]!])
        const [y, u, v] = yuvOf(rgb, space, range)
        wanted[0][i] = Math.round(y)
        wanted[1][c] = Math.round(u)
        wanted[2][c] = Math.round(v)
      }
      for (const [i, plane] of copy.planes.entries()) expect(psnr(plane, wanted[i]!)).toBeGreaterThan(48)
    }
  })
})
