import { expect, it } from 'vitest'
import { approach, followColors, followKey, followWhite, partsOf } from './follow-image.ts'

type Rgb = readonly [red: number, green: number, blue: number]

const [width, height] = [80, 45]
const image = (paint: (x: number, y: number) => Rgb): Uint8Array => {
  const rgba = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rgba.set([...paint(x, y), 255], (y * width + x) * 4)
  return rgba
}
const skin: Rgb = [205, 160, 130]
/** Somebody in the middle third before a screen that is darker to the right. */
const screen = ([red, green, blue]: Rgb, falloff = 0.2): Uint8Array =>
  image((x) => {
    const light = 1 - (falloff * x) / width
    return x > width / 3 && x < (width * 2) / 3 ? skin : [red * light, green * light, blue * light]
  })
const key = { color: '#20b050', similarity: 0.2, smoothness: 0.05, followLimit: 0.3 }
const far = (one: string, other: Rgb): number =>
  Math.max(...partsOf(one).map((part, index) => Math.abs(part * 255 - (other[index] as number))))

it('finds a screen whose light has changed, and reaches all of it but not the skin before it', () => {
  const bright = followKey(screen([60, 230, 120]), key)
  expect(far(String(bright?.color), [54, 207, 108]), String(bright?.color)).toBeLessThan(12)
  const dark = followKey(screen([14, 80, 34]), key)
  expect(far(String(dark?.color), [13, 72, 31]), String(dark?.color)).toBeLessThan(8)
  // The darker the light, the nearer is all that is grey.
  expect(Number(dark?.similarity)).toBeLessThan(Number(bright?.similarity))
  expect(Number(dark?.similarity) + Number(dark?.smoothness)).toBeLessThan(0.2)
})

it('stays within its limit', () => {
  const narrow = { ...key, followLimit: 0.02 }
  expect(followKey(screen([10, 255, 10], 0), narrow)).toBeUndefined()
  const chosen = followKey(screen([34, 178, 82], 0), narrow)
  expect(Number(chosen?.similarity)).toBeLessThanOrEqual(0.22)
  expect(Number(chosen?.similarity)).toBeGreaterThanOrEqual(0.18)
})

it('chooses nothing where there is no screen: an empty image, a grey one, another colour, a key without colour', () => {
  for (const rgba of [new Uint8Array(), image(() => [0, 0, 0]), image(() => [128, 128, 128]), image(() => [200, 30, 30])])
    expect(followKey(rgba, key)).toBeUndefined()
  expect(followKey(screen([32, 176, 80]), { ...key, color: '#808080' })).toBeUndefined()
  // A green pen in somebody's hand is no screen.
  expect(
    followKey(
      image((x, y) => (x < 5 && y < 5 ? [32, 176, 80] : skin)),
      key,
    ),
  ).toBeUndefined()
})

it('makes what is nearly grey in coloured light grey, as far as its limit', () => {
  const warm = image((x) => (x % 2 ? [200, 180, 150] : [120, 108, 90]))
  const [red, green, blue] = partsOf(String(followWhite(warm, { followLimit: 0.3 })?.multiply))
  expect(200 * red - 180 * green).toBeCloseTo(0, -0.3)
  expect(blue).toBe(1)
  expect(Math.abs(200 * red - 150 * blue)).toBeLessThan(2)
  expect(partsOf(String(followWhite(warm, { followLimit: 0.1 })?.multiply))[0]).toBeCloseTo(0.9, 2)
  expect(
    followWhite(
      image(() => [255, 255, 255]),
      { followLimit: 0.3 },
    ),
  ).toBeUndefined()
  expect(
    followWhite(
      image(() => [200, 20, 20]),
      { followLimit: 0.3 },
    ),
  ).toBeUndefined()
})

it('goes to what is wanted in steps, and rests where both are as good as equal', () => {
  let chosen: Readonly<Record<string, string | number>> = { color: '#20b050', similarity: 0.3 }
  expect(approach(chosen, { color: '#21b151', similarity: 0.305 })).toBe(chosen)
  const wanted = { color: '#104020', similarity: 0.1 }
  const first = approach(chosen, wanted)
  expect(Number(first.similarity)).toBeCloseTo(0.22)
  for (let step = 0; step < 20; step++) chosen = approach(chosen, wanted)
  expect(Number(chosen.similarity)).toBeCloseTo(0.1)
  expect(far(String(chosen.color), [16, 64, 32])).toBeLessThan(4)
  expect(approach(chosen, wanted)).toBe(chosen)
})

it('strengthens pale colours and weakens gaudy ones, within its limit, and leaves a grey image alone', () => {
  const settings = { saturation: 1, followLimit: 0.5 }
  const pale = image((x) => (x % 2 ? [150, 140, 130] : [120, 130, 140]))
  const gaudy = image((x) => (x % 2 ? [230, 60, 20] : [20, 90, 220]))
  expect(followColors(pale, settings)).toEqual({ saturation: 1.5 })
  expect(followColors(gaudy, settings)).toEqual({ saturation: 0.5 })
  expect(
    followColors(
      image((x) => (x % 2 ? [150, 120, 100] : [100, 120, 150])),
      settings,
    )?.saturation,
  ).toBeCloseTo(1, 0)
  expect(
    followColors(
      image(() => [128, 128, 128]),
      settings,
    ),
  ).toBeUndefined()
  // What is weakened already is to come out as it is.
  const worked = Number(followColors(gaudy, { saturation: 1, followLimit: 1 }, 0.5)?.saturation)
  expect(worked).toBeCloseTo(Number(followColors(gaudy, { saturation: 1, followLimit: 1 })?.saturation) / 2, 1)
})

it('does not look at what is transparent', () => {
  const rgba = screen([32, 176, 80])
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 0
  expect(followKey(rgba, key)).toBeUndefined()
})
