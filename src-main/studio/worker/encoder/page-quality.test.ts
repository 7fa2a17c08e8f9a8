import { expect, test } from 'vitest'
import { PageQuality } from './page-quality.ts'

const maxKbps = 6000

/** This many seconds of 30 frames a second at a bitrate that halves with every six steps from the finest quantizer on. */
function run(quality: PageQuality, kbpsAtFinest: number, seconds: number, from = 0): number {
  const finest = new PageQuality(maxKbps).quantizer
  let kbit = 0
  for (let frame = 0; frame < seconds * 30; frame++) {
    const kbps = kbpsAtFinest / 2 ** ((quality.quantizer - finest) / 6)
    if (frame >= (seconds - 2) * 30) kbit += kbps / 30
    quality.take((kbps * 1000) / 8 / 30, (from + frame / 30) * 1000)
  }
  return kbit / 2
}

test('stays as fine as can be while little moves', () => {
  const quality = new PageQuality(maxKbps)
  const { quantizer } = quality
  run(quality, 2000, 20)
  expect(quality.quantizer).toBe(quantizer)
})

test('keeps the bitrate near its limit where everything moves, and becomes fine again afterwards', () => {
  const quality = new PageQuality(maxKbps)
  const { quantizer } = quality
  expect(run(quality, 40_000, 10)).toBeLessThan(maxKbps * 1.1)
  expect(quality.quantizer).toBeGreaterThan(quantizer)
  run(quality, 1000, 60, 10)
  expect(quality.quantizer).toBe(quantizer)
})

test('reacts before a second is over where a second of bytes has come', () => {
  const quality = new PageQuality(maxKbps)
  const { quantizer } = quality
  run(quality, 40_000, 0.3)
  expect(quality.quantizer).toBeGreaterThan(quantizer)
})
