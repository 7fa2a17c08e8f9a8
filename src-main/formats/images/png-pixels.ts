import { inflateSync } from 'node:zlib'
import { type Fault, fault } from '../fault.ts'

/** Rows of RGBA. */
export interface PngPixels {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
const headerBytes = 33
/** Bytes of a pixel by its colour type: RGB and RGBA. */
const pixelBytes: Readonly<Record<number, number>> = { 2: 3, 6: 4 }

/**
 * Reads a small PNG file (ISO/IEC 15948) of 8-bit RGB or RGBA that is not interlaced, as OBS writes its screenshots. Checksums are not looked
 * at: the file came over a connection that checks its bytes.
 * @param maxPixels larger images are not read
 */
export function readPngPixels(bytes: Uint8Array, maxPixels: number): PngPixels | Fault {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.length < headerBytes || !file.subarray(0, 8).equals(signature)) return fault('this is no PNG file', 0)
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  const each = pixelBytes[file.readUInt8(25)]
  if (width === 0 || height === 0 || width * height > maxPixels) return fault(`an image of ${width}×${height} is not read`, 16)
  if (file.readUInt8(24) !== 8 || each === undefined || file.readUInt8(28) !== 0)
    return fault('only 8-bit RGB and RGBA, not interlaced, is read', 24)
  const parts: Buffer[] = []
  for (let at = headerBytes; at + 8 <= file.length; ) {
    const length = file.readUInt32BE(at)
    const type = file.toString('latin1', at + 4, at + 8)
    if (at + 8 + length > file.length) return fault('a chunk is cut off', at)
    if (type === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length))
    if (type === 'IEND') break
    at += 12 + length
  }
  const rowBytes = width * each
  let rows: Buffer
  try {
    rows = inflateSync(Buffer.concat(parts), { maxOutputLength: (rowBytes + 1) * height })
  } catch {
    return fault('the image data cannot be decompressed', headerBytes)
  }
  if (rows.length < (rowBytes + 1) * height) return fault('the image data is cut off', headerBytes)
  if (!unfilter(rows, rowBytes, height, each)) return fault('a row has a filter that does not exist', headerBytes)
  const rgba = new Uint8Array(width * height * 4).fill(255)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = y * (rowBytes + 1) + 1 + x * each
      rgba.set(rows.subarray(from, from + each), (y * width + x) * 4)
    }
  }
  return { width, height, rgba }
}

/** Undoes the filters of rows in place (chapter 9). False where there is no such filter. */
function unfilter(rows: Buffer, rowBytes: number, height: number, each: number): boolean {
  for (let y = 0; y < height; y++) {
    const start = y * (rowBytes + 1)
    const filter = rows[start] as number
    if (filter > 4) return false
    for (let x = 0; x < rowBytes; x++) {
      const at = start + 1 + x
      const left = x < each ? 0 : (rows[at - each] as number)
      const up = y === 0 ? 0 : (rows[at - rowBytes - 1] as number)
      const corner = x < each || y === 0 ? 0 : (rows[at - rowBytes - 1 - each] as number)
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] as number
      rows[at] = ((rows[at] as number) + guess) & 255
    }
  }
  return true
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [byLeft, byUp, byCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner
}
