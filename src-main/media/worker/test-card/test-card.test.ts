import { describe, expect, it } from 'vitest'
import { readBarcode as readAsPlayersDo } from '../../../../e2e/helpers/barcode.ts'
import { encodeBarcode, readBarcode } from './barcode.ts'
import { clockText, createTestCard, flashArea, type Planes } from './test-card.ts'
import { fillTone, toneSampleRate } from './test-tone.ts'

function blankPlanes(width: number, height: number): Planes {
  const plane = (w: number, h: number) => ({ data: new Uint8Array((w + 32) * h), stride: w + 32 })
  return [plane(width, height), plane(width / 2, height / 2), plane(width / 2, height / 2)]
}

describe('the test card', () => {
  it.each([
    [1280, 720],
    [640, 360],
    [1920, 1080],
    [426, 240],
  ])('at %ix%i carries frame number and clock, which both readers read', (width, height) => {
    const planes = blankPlanes(width, height)
    const card = createTestCard(width, height)
    card.paintAll(planes)
    const luma = (x: number, y: number) => planes[0].data[y * planes[0].stride + x]!
    for (const code of [
      { frame: 0, wallMs: 1_800_000_000_000 },
      { frame: 4_294_967_295, wallMs: 2 ** 48 - 1 },
      { frame: 123_456, wallMs: 1_799_999_999_950 },
    ]) {
      card.paintMoving(planes, code.frame, code.wallMs)
      expect(readBarcode(width, height, luma)).toEqual(code)
      expect(readAsPlayersDo(width, height, luma)).toEqual(code)
    }
  })

  it('is not believed when a block is wrong', () => {
    const bytes = new Uint8Array(12)
    encodeBarcode({ frame: 77, wallMs: 1_800_000_000_000 }, bytes)
    bytes[3]! ^= 1
    const luma = (x: number, y: number) => (bytes[Math.floor(y / 24) * 4 + (x >> 8)]! & (0x80 >> (Math.floor(x / 32) & 7)) ? 235 : 16)
    expect(readBarcode(1024, 720, luma)).toBeUndefined()
  })

  it('lights its flash in the first tenth of each second', () => {
    const planes = blankPlanes(640, 360)
    const card = createTestCard(640, 360)
    card.paintAll(planes)
    const x = Math.floor(640 * (flashArea.x + flashArea.width / 2))
    const y = Math.floor(360 * (flashArea.y + flashArea.height / 2))
    const seen = [0, 99, 100, 999, 1000].map((ms) => {
      card.paintMoving(planes, 1, 1_800_000_000_000 + ms)
      return planes[0].data[y * planes[0].stride + x]! > 128
    })
    expect(seen).toEqual([true, true, false, false, true])
  })

  it('writes its clock with milliseconds', () => {
    expect(clockText(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('03:04:05.006')
  })
})

describe('the test tone', () => {
  it('beeps in the first tenth of each second and is the same however it is cut', () => {
    const whole = new Float32Array(toneSampleRate)
    fillTone(whole, 0)
    const part = new Float32Array(1024)
    fillTone(part, 5 * toneSampleRate + 4000)
    expect(part).toEqual(whole.slice(4000, 5024))
    const loudest = (from: number, to: number) => Math.max(...whole.slice(from, to))
    expect(loudest(0, 4800)).toBeGreaterThan(0.25)
    expect(loudest(4800, 48_000)).toBeLessThan(0.05)
  })
})
