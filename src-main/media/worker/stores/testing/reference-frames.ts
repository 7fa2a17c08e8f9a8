/** What tests of the native parts compare with: the same arithmetic as the field's definitions, in floating point, written apart from the addon. */

/** Planar 4:2:0 with straight alpha (255 everywhere where opaque). */
export interface Planar {
  readonly width: number
  readonly height: number
  readonly y: Uint8Array
  readonly u: Uint8Array
  readonly v: Uint8Array
  readonly a: Uint8Array
}

export const chromaOf = (pixels: number) => (pixels + 1) >> 1

export function emptyPlanar(width: number, height: number): Planar {
  const chroma = chromaOf(width) * chromaOf(height)
  const plane = (size: number, value: number) => new Uint8Array(size).fill(value)
  return { width, height, y: plane(width * height, 16), u: plane(chroma, 128), v: plane(chroma, 128), a: plane(width * height, 255) }
}

const weights = { bt601: [0.299, 0.587, 0.114], bt709: [0.2126, 0.7152, 0.0722] } as const
export type MatrixName = keyof typeof weights
export type RangeName = 'limited' | 'full'
type Triple = readonly [number, number, number]

/** RGB (0 to 255) to Y, U, V of a matrix and range, not rounded. */
export function yuvOf([r, g, b]: Triple, matrix: MatrixName = 'bt709', range: RangeName = 'limited'): Triple {
  const [kr, kg, kb] = weights[matrix]
  const luma = (kr * r + kg * g + kb * b) / 255
  const blue = (b / 255 - luma) / (2 * (1 - kb))
  const red = (r / 255 - luma) / (2 * (1 - kr))
  if (range === 'full') return [luma * 255, 128 + blue * 255, 128 + red * 255]
  return [16 + luma * 219, 128 + blue * 224, 128 + red * 224]
}

/** The way back, not clipped. */
export function rgbOf([y, u, v]: Triple, matrix: MatrixName = 'bt709', range: RangeName = 'limited'): Triple {
  const [kr, kg, kb] = weights[matrix]
  const luma = range === 'full' ? y / 255 : (y - 16) / 219
  const blue = (u - 128) / (range === 'full' ? 255 : 224)
  const red = (v - 128) / (range === 'full' ? 255 : 224)
  const r = luma + red * 2 * (1 - kr)
  const b = luma + blue * 2 * (1 - kb)
  return [r * 255, ((luma - kr * r - kb * b) / kg) * 255, b * 255]
}

/** Peak signal to noise ratio of two planes, dB; Infinity where they are equal. */
export function psnr(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length || one.length === 0) throw new RangeError(`planes of ${one.length} and ${other.length} bytes`)
  let sum = 0
  for (let i = 0; i < one.length; i++) sum += (one[i]! - other[i]!) ** 2
  return 10 * Math.log10((255 * 255 * one.length) / sum)
}

/** A test image with soft slopes and some hard edges, the same for each seed: RGBA, straight alpha. */
export function testRgba(width: number, height: number, seed = 1, transparent = false): Uint8Array {
  const pixels = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const box = ((x >> 4) + (y >> 4) + seed) % 5
      const at = (y * width + x) * 4
      pixels[at] = 128 + 100 * Math.sin((x * (2 + seed)) / width + box)
      pixels[at + 1] = 128 + 100 * Math.cos((y * 4) / height + seed)
      pixels[at + 2] = 40 * box + (y * 60) / height
      pixels[at + 3] = transparent ? Math.min(255, Math.max(0, 300 * Math.sin((x + y * 2) / 20 + seed))) : 255
    }
  }
  return pixels
}

/** Slopes only, in colour and alpha: what scaling and 4:2:0 change little. RGBA, straight alpha. */
export function smoothRgba(width: number, height: number, seed: number, transparent = false): Uint8Array {
  const pixels = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4
      pixels[at] = 128 + 110 * Math.sin(x / 17 + seed)
      pixels[at + 1] = 128 + 110 * Math.cos(y / 13 + seed * 2)
      pixels[at + 2] = 128 + 110 * Math.sin((x + y) / 23 + seed * 3)
      pixels[at + 3] = transparent ? Math.min(255, Math.max(0, 128 + 200 * Math.sin((x + y * 2) / 20 + seed))) : 255
    }
  }
  return pixels
}

/** 4:2:0 of an RGBA image: chroma is the mean of four pixels, weighted with alpha. */
export function planarOf(rgba: Uint8Array, width: number, height: number): Planar {
  const to = emptyPlanar(width, height)
  const halfWidth = chromaOf(width)
  for (let i = 0; i < width * height; i++) {
    to.y[i] = Math.round(yuvOf([rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!])[0])
    to.a[i] = rgba[4 * i + 3]!
  }
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const sum = [0, 0, 0, 0]
      const plain = [0, 0, 0]
      for (let k = 0; k < 4; k++) {
        const at = (Math.min(y + (k >> 1), height - 1) * width + Math.min(x + (k & 1), width - 1)) * 4
        const alpha = rgba[at + 3]!
        for (let c = 0; c < 3; c++) {
          sum[c]! += rgba[at + c]! * alpha
          plain[c]! += rgba[at + c]! / 4
        }
        sum[3]! += alpha
      }
      const mean = (c: number) => (sum[3]! > 0 ? sum[c]! / sum[3]! : plain[c]!)
      const [, u, v] = yuvOf([mean(0), mean(1), mean(2)])
      to.u[(y >> 1) * halfWidth + (x >> 1)] = Math.round(u)
      to.v[(y >> 1) * halfWidth + (x >> 1)] = Math.round(v)
    }
  }
  return to
}
