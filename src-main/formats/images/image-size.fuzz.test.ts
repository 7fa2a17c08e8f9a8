import { expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { integersFrom } from '../testing/random.ts'
import { readImageSize } from './image-size.ts'

const runs = 3000 * Number(process.env.FUZZ_RUNS ?? 1)
const random = integersFrom(Number(process.env.FUZZ_SEED ?? 5))

const png = Buffer.from('89504e470d0a1a0a0000000d494844520000028000000168080200000000000000', 'hex')
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb00040001ffc0000b080168028001011100ffda0002ffd9', 'hex')

it('tells the size of PNG and JPEG', () => {
  expect(readImageSize(png)).toEqual({ width: 640, height: 360 })
  expect(readImageSize(jpeg)).toEqual({ width: 640, height: 360 })
  expect(readImageSize(Buffer.from('GIF89a')).valueOf()).toHaveProperty('fault')
})

it('no bytes make it throw, hang or report an invalid size', () => {
  for (let run = 0; run < runs; run++) {
    const data = Uint8Array.from(run % 2 ? png : jpeg)
    for (let count = random(6); count > 0; count--) data[random(data.length)] = random(256)
    const found = readImageSize(random(3) === 0 ? data.subarray(0, random(data.length)) : data)
    if (isFault(found)) expect(found.offset).toBeLessThanOrEqual(data.length)
    else expect(found.width * found.height).toBeGreaterThan(0)
  }
})
