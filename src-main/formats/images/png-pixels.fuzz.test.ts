import { deflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { integersFrom } from '../testing/random.ts'
import { readPngPixels } from './png-pixels.ts'

const runs = 3000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 7))

/** 3×2 pixels. */
const data = deflateSync(Buffer.from([0, ...Array(12).fill(9), 4, ...Array(12).fill(7)]))
const length = Buffer.alloc(4)
length.writeUInt32BE(data.length)
const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000030000000208060000000000000000000000', 'hex').subarray(0, 33),
  length,
  Buffer.from('IDAT'),
  data,
  Buffer.alloc(4),
])

it('no bytes make it throw, hang or answer with more pixels than are allowed', () => {
  expect(readPngPixels(png, 100)).toMatchObject({ width: 3, height: 2 })
  for (let run = 0; run < runs; run++) {
    const bytes = Uint8Array.from(png)
    for (let count = random(6); count > 0; count--) bytes[random(bytes.length)] = random(256)
    const read = readPngPixels(random(3) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes, 100)
    if (isFault(read)) expect(read.offset).toBeLessThanOrEqual(bytes.length)
    else expect(read.rgba.length).toBe(read.width * read.height * 4)
  }
})
