import type { ChosenSettings } from './chosen-settings.ts'

/**
 * Settings of filters that follow the light, chosen from a small image of what comes into the filter. Chroma is that of BT.709, in shares
 * of its axes, as the compositor keys.
 */

type Settings = Readonly<Record<string, unknown>>

interface Pixel {
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly cb: number
  readonly cr: number
}

/** A key colour without colour cannot be looked for. */
const minChroma = 0.05
/** Colours whose hue is farther from that of the key are something else, radians. */
const maxHue = (35 * Math.PI) / 180
/** Less of the image than this is no screen. */
const minShare = 0.03
/** Width of the bins in which the most frequent colour is found. */
const binWidth = 0.025
/** Colours of one screen are so close to its most frequent one. */
const screenRadius = 0.12

const luma = (red: number, green: number, blue: number): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue

/** @param red 0 to 1, as are the others */
function pixelOf(red: number, green: number, blue: number): Pixel {
  const y = luma(red, green, blue)
  return { red, green, blue, cb: (blue - y) / 1.8556, cr: (red - y) / 1.5748 }
}

const byte = (value: number): string =>
  Math.round(Math.min(1, Math.max(0, value)) * 255)
    .toString(16)
    .padStart(2, '0')
const hex = (red: number, green: number, blue: number): string => `#${byte(red)}${byte(green)}${byte(blue)}`

/** The parts of `#rrggbb`, each from 0 to 1. */
export const partsOf = (color: string): readonly [red: number, green: number, blue: number] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255) as unknown as readonly [number, number, number]

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Every pixel of rows of RGBA that is not transparent. */
function* pixelsOf(rgba: Uint8Array): Generator<Pixel> {
  for (let at = 0; at + 3 < rgba.length; at += 4) {
    if ((rgba[at + 3] as number) < 128) continue
    yield pixelOf((rgba[at] as number) / 255, (rgba[at + 1] as number) / 255, (rgba[at + 2] as number) / 255)
  }
}

/** The candidates of the most frequent chroma and what is around it. */
function mostFrequent(candidates: readonly Pixel[]): readonly Pixel[] {
  const bins = new Map<string, number>()
  const add = (x: number, y: number, count: number): void => {
    const key = `${x},${y}`
    bins.set(key, (bins.get(key) ?? 0) + count)
  }
  // A colour at the edge of a bin counts for those beside it.
  for (const { cb, cr } of candidates) {
    const [x, y] = [Math.round(cb / binWidth), Math.round(cr / binWidth)]
    for (let dx = -1; dx <= 1; dx++) for (let dy = -1; dy <= 1; dy++) add(x + dx, y + dy, dx === 0 && dy === 0 ? 4 : 1)
  }
  const [key = '0,0'] = [...bins].reduce((best, each) => (each[1] > best[1] ? each : best), ['0,0', 0] as [string, number])
  const [cb = 0, cr = 0] = key.split(',').map((each) => Number(each) * binWidth)
  return candidates.filter((each) => Math.hypot(each.cb - cb, each.cr - cr) < screenRadius)
}

/**
 * Key colour, similarity and smoothness for a screen as it is lit at this moment. Undefined where the image has no such screen: then what
 * was chosen before is best.
 */
export function followKey(rgba: Uint8Array, settings: Settings): ChosenSettings | undefined {
  const limit = Number(settings.followLimit)
  const base = pixelOf(...partsOf(String(settings.color)))
  if (Math.hypot(base.cb, base.cr) < minChroma) return undefined
  const hue = Math.atan2(base.cr, base.cb)
  const candidates: Pixel[] = []
  for (const pixel of pixelsOf(rgba)) {
    if (Math.hypot(pixel.cb, pixel.cr) < minChroma || Math.hypot(pixel.cb - base.cb, pixel.cr - base.cr) > limit) continue
    const turned = Math.abs(Math.atan2(pixel.cr, pixel.cb) - hue)
    if (Math.min(turned, 2 * Math.PI - turned) < maxHue) candidates.push(pixel)
  }
  const screen = mostFrequent(candidates)
  if (screen.length === 0 || screen.length < (minShare * rgba.length) / 4) return undefined
  const [cb, cr] = [mean(screen.map((each) => each.cb)), mean(screen.map((each) => each.cr))]
  const distances = screen.map((each) => Math.hypot(each.cb - cb, each.cr - cr)).sort((one, other) => one - other)
  // Nearly all of the screen, but never what is closer to grey than to the screen: skin and shadows are.
  const spread = distances[Math.floor(distances.length * 0.98)] ?? 0
  const strength = Math.hypot(cb, cr)
  const similarity = Math.min(Math.max(spread + 0.05, 0.5 * strength), 0.75 * strength)
  const set = Number(settings.similarity)
  return {
    color: hex(mean(screen.map(({ red }) => red)), mean(screen.map(({ green }) => green)), mean(screen.map(({ blue }) => blue))),
    similarity: Math.min(set + limit, Math.max(0.01, set - limit, similarity)),
    smoothness: Math.min(Number(settings.smoothness), 0.2 * strength),
  }
}

/** Of its brightest part, a colour may be away from it by so much and still be a grey in coloured light. */
const nearGrey = 0.35

/**
 * What to multiply the image with so that what is nearly grey becomes grey. Undefined where nothing in the image is nearly grey, or all of
 * it is dark or burnt out.
 */
export function followWhite(rgba: Uint8Array, settings: Settings): ChosenSettings | undefined {
  const sums = [0, 0, 0]
  let count = 0
  for (const { red, green, blue } of pixelsOf(rgba)) {
    const most = Math.max(red, green, blue)
    if (most < 0.15 || most > 0.97 || most - Math.min(red, green, blue) > nearGrey * most) continue
    sums[0] = (sums[0] as number) + red
    sums[1] = (sums[1] as number) + green
    sums[2] = (sums[2] as number) + blue
    count++
  }
  if (count === 0 || count < (minShare * rgba.length) / 4) return undefined
  const least = Math.min(...sums)
  const [red = 1, green = 1, blue = 1] = sums.map((sum) => Math.max(1 - Number(settings.followLimit), least / sum))
  return { multiply: hex(red, green, blue) }
}

/** Colours are this strong on the mean of an image that nobody calls pale or gaudy, as a share of the axes of chroma. */
const usualChroma = 0.09
/** An image without colour has none to strengthen. */
const greyChroma = 0.01

/**
 * The saturation at which the colours of the image are as strong as usual. Undefined where it has none, or all of it is dark or burnt out.
 * @param worked the saturation that the image has been through already
 */
export function followColors(rgba: Uint8Array, settings: Settings, worked = 1): ChosenSettings | undefined {
  let sum = 0
  let count = 0
  for (const { red, green, blue, cb, cr } of pixelsOf(rgba)) {
    const most = Math.max(red, green, blue)
    if (most < 0.15 || (most > 0.97 && Math.min(red, green, blue) > 0.9)) continue
    sum += Math.hypot(cb, cr)
    count++
  }
  const chroma = count === 0 ? 0 : sum / count
  if (count < (minShare * rgba.length) / 4 || chroma < greyChroma) return undefined
  const [set, limit] = [Number(settings.saturation), Number(settings.followLimit)]
  const wanted = (worked * usualChroma) / chroma
  return { saturation: Math.round(Math.min(set + limit, Math.max(0, set - limit, wanted)) * 100) / 100 }
}

/** A step from what was chosen to what the image asks for, so that nothing flickers; the same object where both are as good as equal. */
export function approach(before: ChosenSettings, wanted: ChosenSettings): ChosenSettings {
  let moved = false
  const step = (from: number, to: number, enough: number): number => {
    if (Math.abs(to - from) < enough) return from
    moved = true
    return Math.abs(to - from) < 3 * enough ? to : from + 0.4 * (to - from)
  }
  const next: Record<string, string | number> = {}
  for (const [name, to] of Object.entries(wanted)) {
    const from = before[name]
    if (typeof to === 'number') next[name] = typeof from === 'number' ? step(from, to, 0.01) : to
    else if (typeof from === 'string') {
      const [old, target] = [partsOf(from), partsOf(to)]
      const parts = target.map((part, index) => step(old[index] as number, part, 0.012))
      next[name] = hex(...(parts as [number, number, number]))
    } else next[name] = to
  }
  return moved || Object.keys(before).length !== Object.keys(next).length ? next : before
}
