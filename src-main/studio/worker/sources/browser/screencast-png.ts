import { promisify } from 'node:util'
import { inflate } from 'node:zlib'

const inflateAsync = promisify(inflate)

/** Chunk names as numbers. */
const ihdr = 0x49484452
const idat = 0x49444154
/** Bytes of a pixel by PNG's colour type: RGB of a page that covers everything, RGBA of one that is seen through. */
const pixelBytes: Readonly<Record<number, number>> = { 2: 3, 6: 4 }

/** Longest side of a page's frame. */
const maxSide = 8192

export type ChangedRows = readonly (readonly [first: number, count: number])[]

interface Encoded {
  readonly width: number
  readonly height: number
  readonly pixelBytes: number
  readonly data: Buffer
}

/**
 * Decodes the PNGs of a screencast, 8 bits a channel, one after the other, into memory that is kept, and tells which rows changed.
 * About two thirds of a general decoder's time: the browser's encoder filters rows by the one above alone, four bytes are added at
 * once, and inflating is done on another thread.
 */
export class ScreencastImage {
  width = 0
  height = 0
  /** RGBA, colours multiplied with alpha, as the browser sends them. */
  pixels = new Uint8Array(0)
  #words = new Int32Array(0)
  /** The present row and the one above, filters undone, as they are in the PNG. */
  #row = new Int32Array(0)
  #above = new Int32Array(0)

  /** Answers the rows that changed: none if the frame is the same. @throws Error for what is no such PNG */
  async decode(png: Buffer): Promise<ChangedRows> {
    const encoded = readChunks(png)
    const { width, height } = encoded
    const bytes = (width * encoded.pixelBytes + 1) * height
    const raw = await inflateAsync(encoded.data, { chunkSize: bytes + 64, maxOutputLength: bytes + 1024 })
    if (raw.length !== bytes) throw new Error('the image has other rows than it says')
    const resized = width !== this.width || height !== this.height
    if (resized) this.#resize(width, height)
    return this.#unfilter(raw, encoded.pixelBytes, resized)
  }

  #resize(width: number, height: number): void {
    this.width = width
    this.height = height
    this.pixels = new Uint8Array(width * height * 4)
    this.#words = new Int32Array(this.pixels.buffer)
    this.#row = new Int32Array(width)
    this.#above = new Int32Array(width)
  }

  #unfilter(raw: Buffer, perPixel: number, all: boolean): ChangedRows {
    const { width, height } = this
    const rowBytes = width * perPixel
    const used = Math.ceil(rowBytes / 4)
    const changed: [number, number][] = []
    this.#above.fill(0)
    for (let y = 0; y < height; y++) {
      const from = y * (rowBytes + 1)
      const filter = raw[from] as number
      const row = this.#row
      const bytes = new Uint8Array(row.buffer, 0, rowBytes)
      bytes.set(raw.subarray(from + 1, from + 1 + rowBytes))
      if (filter === 2) addAbove(row, this.#above, used)
      else if (filter !== 0) undoFilter(filter, bytes, new Uint8Array(this.#above.buffer, 0, rowBytes), perPixel)
      const differs = perPixel === 4 ? storeRgba(row, this.#words, y * width, width) : storeRgb(bytes, this.#words, y * width, width)
      this.#row = this.#above
      this.#above = row
      if (!differs && !all) continue
      const last = changed.at(-1)
      if (last !== undefined && last[0] + last[1] === y) last[1]++
      else changed.push([y, 1])
    }
    return changed
  }
}

function readChunks(png: Buffer): Encoded {
  const parts: Buffer[] = []
  let [width, height, bytes] = [0, 0, 0]
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at)
    const kind = png.readUInt32BE(at + 4)
    if (at + 12 + length > png.length) throw new Error('the image is cut off')
    if (kind === ihdr && length === 13) {
      width = png.readUInt32BE(at + 8)
      height = png.readUInt32BE(at + 12)
      // Depth 8 and no interlacing.
      if (png[at + 16] === 8 && png[at + 20] === 0) bytes = pixelBytes[png[at + 17] as number] ?? 0
    } else if (kind === idat) parts.push(png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  if (bytes === 0 || width < 1 || height < 1 || width > maxSide || height > maxSide) throw new Error('no image of a screencast')
  return { width, height, pixelBytes: bytes, data: Buffer.concat(parts) }
}

/** Four sums at once, without carries from one into the next. */
function addAbove(row: Int32Array, above: Int32Array, words: number): void {
  for (let index = 0; index < words; index++) {
    const step = row[index] as number
    const up = above[index] as number
    row[index] = step === 0 ? up : ((step & 0x7f7f7f7f) + (up & 0x7f7f7f7f)) ^ ((step ^ up) & 0x80808080)
  }
}

/** Whether the row differs from what was there. */
function storeRgba(row: Int32Array, words: Int32Array, base: number, width: number): boolean {
  let differs = false
  for (let x = 0; x < width; x++) {
    const value = row[x] as number
    if (value === words[base + x]) continue
    words[base + x] = value
    differs = true
  }
  return differs
}

function storeRgb(row: Uint8Array, words: Int32Array, base: number, width: number): boolean {
  let differs = false
  for (let x = 0, at = 0; x < width; x++, at += 3) {
    const value = (row[at] as number) | ((row[at + 1] as number) << 8) | ((row[at + 2] as number) << 16) | 0xff000000
    if (value === words[base + x]) continue
    words[base + x] = value
    differs = true
  }
  return differs
}

/** The filters that look to the left, in place (PNG 1.2, section 6). */
function undoFilter(filter: number, row: Uint8Array, above: Uint8Array, perPixel: number): void {
  for (let at = 0; at < row.length; at++) {
    const left = at >= perPixel ? (row[at - perPixel] as number) : 0
    const up = above[at] as number
    const corner = at >= perPixel ? (above[at - perPixel] as number) : 0
    const guess = filter === 1 ? left : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner)
    row[at] = (row[at] as number) + guess
  }
}

function paeth(left: number, up: number, corner: number): number {
  const sum = left + up - corner
  const [toLeft, toUp, toCorner] = [Math.abs(sum - left), Math.abs(sum - up), Math.abs(sum - corner)]
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}
