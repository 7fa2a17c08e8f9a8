import type { BitReader } from './bit-reader.ts'

/** Table E-1 and, with the same numbers, HEVC's: sample aspect ratios by aspect_ratio_idc. */
const sampleAspects: readonly (readonly [number, number])[] = [
  [0, 0],
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
]

/**
 * Reads where the VUI of H.264 (Annex E.1.1) and that of HEVC (Annex E.2.1) are the same: aspect ratio, overscan, video signal
 * type and chroma location. Answers the pixel aspect if it is given and not square.
 */
export function readVuiHead(reader: BitReader): readonly [number, number] | undefined {
  let pixelAspect: readonly [number, number] | undefined
  if (reader.flag()) {
    const index = reader.bits(8)
    const aspect = index === 255 ? ([reader.bits(16), reader.bits(16)] as const) : sampleAspects[index]
    if (aspect !== undefined && aspect[0] > 0 && aspect[1] > 0 && aspect[0] !== aspect[1] && !reader.overrun) pixelAspect = aspect
  }
  if (reader.flag()) reader.skip(1)
  if (reader.flag()) {
    reader.skip(4)
    if (reader.flag()) reader.skip(24)
  }
  if (reader.flag()) {
    reader.unsigned()
    reader.unsigned()
  }
  return pixelAspect
}
