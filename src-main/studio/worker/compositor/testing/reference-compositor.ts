/**
 * A slow compositor in floating point that tests compare the native one with: 4:4:4 RGB, nine samples a pixel; one where pixels match
 * pixels, sixteen where unscaled content is between them.
 */

import { type Planar, planarOf } from '../../../../media/worker/stores/testing/reference-frames.ts'
import type { BlendMode } from '../../../document/collection.ts'
import type { Affine } from '../compositor.ts'

/** Straight RGBA, 0 to 1, four numbers a pixel. */
export interface ReferenceImage {
  readonly width: number
  readonly height: number
  readonly pixels: Float64Array
}

export interface ReferenceLayer {
  readonly image: ReferenceImage
  readonly crop?: { left: number; top: number; right: number; bottom: number }
  readonly transform: Affine
  readonly opacity?: number
  readonly blend?: BlendMode
  readonly nearest?: boolean
  readonly light?: 'video' | 'linear'
}

export function referenceImage(rgba: Uint8Array, width: number, height: number): ReferenceImage {
  // Loops, for `from` with a function takes ten times as long.
  const pixels = new Float64Array(rgba.length)
  for (let i = 0; i < rgba.length; i++) pixels[i] = rgba[i]! / 255
  return { width, height, pixels }
}

export function referenceColor(width: number, height: number, color: readonly [number, number, number, number]): ReferenceImage {
  const pixels = new Float64Array(width * height * 4)
  for (let i = 0; i < pixels.length; i++) pixels[i] = color[i % 4]!
  return { width, height, pixels }
}

/** Blending of one channel of background and layer, as W3C's Compositing and Blending defines it. */
const blends: Record<BlendMode, (b: number, s: number) => number> = {
  'normal': (_, s) => s,
  'add': (b, s) => Math.min(1, b + s),
  'subtract': (b, s) => Math.max(0, b - s),
  'screen': (b, s) => 1 - (1 - b) * (1 - s),
  'multiply': (b, s) => b * s,
  'overlay': (b, s) => blends['hard-light'](s, b),
  'lighten': Math.max,
  'darken': Math.min,
  'difference': (b, s) => Math.abs(b - s),
  'color-dodge': (b, s) => (b === 0 ? 0 : s >= 1 ? 1 : Math.min(1, b / (1 - s))),
  'color-burn': (b, s) => (b >= 1 ? 1 : s <= 0 ? 0 : 1 - Math.min(1, (1 - b) / s)),
  'hard-light': (b, s) => (s <= 0.5 ? b * 2 * s : blends.screen(b, 2 * s - 1)),
  'soft-light': (b, s) => {
    if (s <= 0.5) return b - (1 - 2 * s) * b * (1 - b)
    const d = b <= 0.25 ? ((16 * b - 12) * b + 4) * b : Math.sqrt(b)
    return b + (2 * s - 1) * (d - b)
  },
}

/** Light of a value of sRGB, and the value of light. */
const toLight = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const fromLight = (light: number): number => (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055)
const same = (value: number): number => value

/** Adds the premultiplied colour at a position of a frame, weighted, to `sum`. */
function addSample(image: ReferenceImage, x: number, y: number, weight: number, sum: Float64Array): void {
  const at = (Math.min(image.height - 1, Math.max(0, y)) * image.width + Math.min(image.width - 1, Math.max(0, x))) * 4
  const alpha = image.pixels[at + 3]! * weight
  for (let c = 0; c < 3; c++) sum[c]! += image.pixels[at + c]! * alpha
  sum[3]! += alpha
}

/** Lays layers over a background, bottom first. */
export function composeReference(ground: ReferenceImage, layers: readonly ReferenceLayer[]): ReferenceImage {
  const result = { ...ground, pixels: ground.pixels.slice() }
  for (const layer of layers) layOver(result, layer)
  return result
}

function layOver(ground: ReferenceImage, layer: ReferenceLayer): void {
  const { image, crop = { left: 0, top: 0, right: 0, bottom: 0 } } = layer
  const [a, b, c, d, e, f] = layer.transform
  const determinant = a * d - b * c
  const width = image.width - crop.left - crop.right
  const height = image.height - crop.top - crop.bottom
  const blend = blends[layer.blend ?? 'normal']
  const [into, back] = layer.light === 'linear' ? [toLight, fromLight] : [same, same]
  const sum = new Float64Array(4)
  const unscaled = Math.abs(a) === 1 && b === 0 && c === 0 && Math.abs(d) === 1
  const exact = unscaled && a === 1 && d === 1 && Number.isInteger(e) && Number.isInteger(f)
  const side = exact ? 1 : unscaled ? 4 : 3
  const share = 1 / (side * side)
  for (let row = 0; row < ground.height; row++) {
    for (let column = 0; column < ground.width; column++) {
      sum.fill(0)
      for (let sub = 0; sub < side * side; sub++) {
        const px = column + ((sub % side) + 0.5) / side - e
        const py = row + (Math.floor(sub / side) + 0.5) / side - f
        const x = (d * px - c * py) / determinant
        const y = (a * py - b * px) / determinant
        if (x < 0 || y < 0 || x >= width || y >= height) continue
        if (layer.nearest || exact) {
          addSample(image, Math.floor(x) + crop.left, Math.floor(y) + crop.top, share, sum)
          continue
        }
        const left = Math.floor(x - 0.5)
        const top = Math.floor(y - 0.5)
        const [u, v] = [x - 0.5 - left, y - 0.5 - top]
        const inX = (at: number) => Math.min(width - 1, Math.max(0, at)) + crop.left
        const inY = (at: number) => Math.min(height - 1, Math.max(0, at)) + crop.top
        addSample(image, inX(left), inY(top), (1 - u) * (1 - v) * share, sum)
        addSample(image, inX(left + 1), inY(top), u * (1 - v) * share, sum)
        addSample(image, inX(left), inY(top + 1), (1 - u) * v * share, sum)
        addSample(image, inX(left + 1), inY(top + 1), u * v * share, sum)
      }
      const alpha = sum[3]! * (layer.opacity ?? 1)
      if (alpha === 0) continue
      const at = (row * ground.width + column) * 4
      const under = ground.pixels[at + 3]!
      const over = alpha + under * (1 - alpha)
      for (let k = 0; k < 3; k++) {
        const below = into(ground.pixels[at + k]!)
        const own = into(sum[k]! / sum[3]!)
        const multiplied = alpha * (1 - under) * own + alpha * under * blend(below, own) + (1 - alpha) * under * below
        ground.pixels[at + k] = back(multiplied / over)
      }
      ground.pixels[at + 3] = over
    }
  }
}

/** Mixes two frames of one size by weight: 0 is the first, 1 the second. */
export function mixReference(from: ReferenceImage, to: ReferenceImage, weight: (x: number, y: number) => number): ReferenceImage {
  const pixels = from.pixels.map((value, i) => {
    const share = weight((i >> 2) % from.width, Math.floor((i >> 2) / from.width))
    return value + (to.pixels[i]! - value) * share
  })
  return { ...from, pixels }
}

/** A composited frame, in the addon's format. */
export function planarOfReference(image: ReferenceImage): Planar {
  const rgba = new Uint8Array(image.pixels.length)
  for (let i = 0; i < rgba.length; i++) rgba[i] = Math.round(Math.min(1, Math.max(0, image.pixels[i]!)) * 255)
  return planarOf(rgba, image.width, image.height)
}
