import { describe, expect, it } from 'vitest'
import { isFault } from '../fault.ts'
import { lengthPrefixed, splitAnnexB } from './annexb.ts'
import { buildAv1Configuration } from './av1-record.ts'
import { buildHevcDecoderConfiguration } from './hevc-record.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

describe('NAL units between start codes', () => {
  it('are found behind short and long start codes, without the zeros before the next', () => {
    const stream = bytes(0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 0, 0, 3, 1, 9, 0, 0)
    expect(splitAnnexB(stream).map((unit) => [...unit])).toEqual([
      [0x67, 1, 2],
      [0x68, 3],
      [0x65, 0, 0, 3, 1, 9],
    ])
  })

  it('are missing where there is no start code', () => {
    expect(splitAnnexB(bytes())).toEqual([])
    expect(splitAnnexB(bytes(1, 2, 3, 4))).toEqual([])
    expect(splitAnnexB(bytes(0, 0, 1))).toEqual([])
  })

  it('survive the way into lengths, for any bytes', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return seed % below
    }
    for (let round = 0; round < 300; round++) {
      const data = Uint8Array.from({ length: random(60) }, () => random(4))
      const units = splitAnnexB(data)
      expect(units.every((unit) => unit.length > 0)).toBe(true)
      expect(lengthPrefixed(units).length).toBe(units.reduce((sum, unit) => sum + 4 + unit.length, 0))
    }
  })
})

describe('configuration records of what is encoded here', () => {
  it('are rejected where the encoder gave too little', () => {
    expect(isFault(buildHevcDecoderConfiguration([bytes(0x40, 1, 2), bytes(0x42, 1, 2), bytes(0x44, 1)]))).toBe(true)
    expect(isFault(buildHevcDecoderConfiguration([]))).toBe(true)
    expect(isFault(buildAv1Configuration(bytes()))).toBe(true)
    expect(isFault(buildAv1Configuration(bytes(0x0a, 200, 1)))).toBe(true)
    expect(isFault(buildAv1Configuration(bytes(0x0a, 1, 0)))).toBe(true)
  })
})
