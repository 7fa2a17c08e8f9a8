import { deflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { readPngPixels } from './png-pixels.ts'

function chunk(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(data.length)
  head.write(type, 4)
  return Buffer.concat([head, data, Buffer.alloc(4)])
}

/** A PNG of rows that start with their filter. */
function png(width: number, height: number, rows: readonly (readonly number[])[], { type = 6, depth = 8, interlaced = 0 } = {}): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([depth, type, 0, 0, interlaced], 8)
  const data = deflateSync(Buffer.from(rows.flat()))
  const half = data.length >> 1
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('pHYs', Buffer.alloc(9)),
    chunk('IDAT', data.subarray(0, half)),
    chunk('IDAT', data.subarray(half)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
const read = (bytes: Uint8Array, maxPixels = 100) => {
  const pixels = readPngPixels(bytes, maxPixels)
  return isFault(pixels) ? pixels.fault : [pixels.width, pixels.height, ...pixels.rgba]
}

it('reads rows of every filter', () => {
  // Both pixels are 10 20 30 40 and 11 22 33 44 in each row.
  const rows = [
    [0, 10, 20, 30, 40, 11, 22, 33, 44],
    [1, 10, 20, 30, 40, 1, 2, 3, 4],
    [2, 0, 0, 0, 0, 0, 0, 0, 0],
    [3, 5, 10, 15, 20, 1, 1, 2, 2],
    [4, 0, 0, 0, 0, 0, 0, 0, 0],
  ]
  const row = [10, 20, 30, 40, 11, 22, 33, 44]
  expect(read(png(2, 5, rows))).toEqual([2, 5, ...row, ...row, ...row, ...row, ...row])
  expect(read(png(1, 1, [[0, 1, 2, 3]], { type: 2 }))).toEqual([1, 1, 1, 2, 3, 255])
})

it('says what it does not read, and what is broken', () => {
  const whole = png(1, 1, [[0, 1, 2, 3, 4]])
  expect(read(Buffer.from('JFIF'))).toBe('this is no PNG file')
  expect(read(png(20, 20, []))).toBe('an image of 20×20 is not read')
  expect(read(png(0, 1, []))).toBe('an image of 0×1 is not read')
  for (const how of [{ type: 3 }, { depth: 16 }, { interlaced: 1 }]) expect(read(png(1, 1, [], how))).toContain('only 8-bit')
  expect(read(whole.subarray(0, whole.length - 20))).toBe('a chunk is cut off')
  expect(read(png(1, 2, [[0, 1, 2, 3, 4]]))).toBe('the image data is cut off')
  expect(read(png(1, 1, [[5, 1, 2, 3, 4]]))).toBe('a row has a filter that does not exist')
  // More than the size says is not decompressed.
  expect(read(png(1, 1, [new Array(100_000).fill(0)]))).toBe('the image data cannot be decompressed')
})
