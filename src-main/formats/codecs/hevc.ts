import { type Fault, fault, isFault } from '../fault.ts'
import { BitReader, withoutEmulationPrevention } from './bit-reader.ts'
import { maxFrameSide } from './h264.ts'
import { readVuiHead } from './vui-head.ts'

/** What an hvcC record says (ISO/IEC 14496-15, 8.3.3.1). */
export interface HevcConfiguration {
  readonly nalLengthSize: number
  readonly width: number
  readonly height: number
  readonly frameRate?: number
  readonly pixelAspect?: readonly [horizontal: number, vertical: number]
  /** ISO/IEC 14496-15 Annex E, e.g. `hvc1.1.6.L93.B0`. */
  readonly codecString: string
}

interface HevcSequence {
  readonly width: number
  readonly height: number
  readonly frameRate?: number
  readonly pixelAspect?: readonly [number, number]
}

/** Reads an hvcC record: profile and level from the record, size and timing from its SPS. */
export function parseHevcDecoderConfiguration(body: Uint8Array): HevcConfiguration | Fault {
  if (body.length < 23) return fault('hvcC is shorter than 23 bytes', body.length)
  if (body[0] !== 1) return fault('hvcC version is not 1', 0)
  const arrays = body[22] as number
  let sequence: HevcSequence | undefined
  let hasVps = false
  let hasPps = false
  let at = 23
  for (let i = 0; i < arrays; i++) {
    if (at + 3 > body.length) return fault('hvcC ends inside an array', at)
    const type = (body[at] as number) & 0x3f
    const count = ((body[at + 1] as number) << 8) | (body[at + 2] as number)
    at += 3
    for (let j = 0; j < count; j++) {
      if (at + 2 > body.length) return fault('hvcC ends inside a NAL unit length', at)
      const length = ((body[at] as number) << 8) | (body[at + 1] as number)
      if (length < 2 || at + 2 + length > body.length) return fault('hvcC NAL unit length is wrong', at)
      if (type === 32) hasVps = true
      if (type === 34) hasPps = true
      if (type === 33 && sequence === undefined) {
        const parsed = parseHevcSequence(body.subarray(at + 2, at + 2 + length))
        if (isFault(parsed)) return fault(parsed.fault, at + 2 + parsed.offset)
        sequence = parsed
      }
      at += 2 + length
    }
  }
  if (sequence === undefined || !hasVps || !hasPps) return fault('hvcC lacks a VPS, SPS or PPS', at)
  return { nalLengthSize: ((body[21] as number) & 3) + 1, ...sequence, codecString: hevcCodecString(body) }
}

/** ISO/IEC 14496-15, E.3: profile space and number, reversed compatibility flags, tier and level, constraint bytes without trailing zeros. */
function hevcCodecString(record: Uint8Array): string {
  const general = record[1] as number
  const space = ['', 'A', 'B', 'C'][general >> 6] ?? ''
  const tier = (general & 0x20) === 0 ? 'L' : 'H'
  let reversed = 0
  for (let bit = 0; bit < 32; bit++) {
    if ((((record[2 + (bit >> 3)] as number) >> (7 - (bit & 7))) & 1) === 1) reversed += 2 ** bit
  }
  let constraints = ''
  let last = 5
  while (last >= 0 && record[6 + last] === 0) last--
  for (let i = 0; i <= last; i++) constraints += `.${(record[6 + i] as number).toString(16).toUpperCase()}`
  return `hvc1.${space}${general & 0x1f}.${reversed.toString(16).toUpperCase()}.${tier}${record[12]}${constraints}`
}

/** Reads the needed part of an SPS NAL unit (ITU-T H.265, 7.3.2.2). */
function parseHevcSequence(nal: Uint8Array): HevcSequence | Fault {
  const reader = new BitReader(withoutEmulationPrevention(nal), 2)
  reader.skip(4)
  const subLayers = reader.bits(3)
  reader.skip(1)
  skipProfileTierLevel(reader, subLayers)
  reader.unsigned()
  const chromaFormat = reader.unsigned()
  if (chromaFormat > 3) return fault('SPS chroma_format_idc is over 3', reader.byteOffset)
  if (chromaFormat === 3) reader.skip(1)
  let width = reader.unsigned()
  let height = reader.unsigned()
  if (reader.flag()) {
    const unitX = chromaFormat === 1 || chromaFormat === 2 ? 2 : 1
    const unitY = chromaFormat === 1 ? 2 : 1
    width -= (reader.unsigned() + reader.unsigned()) * unitX
    height -= (reader.unsigned() + reader.unsigned()) * unitY
  }
  if (reader.overrun) return fault('SPS ends too early', nal.length)
  if (width < 1 || height < 1 || width > maxFrameSide || height > maxFrameSide) {
    return fault(`SPS frame size ${width}x${height} cannot be`, reader.byteOffset)
  }
  const vui = readVui(reader, subLayers)
  return { width, height, ...vui }
}

function skipProfileTierLevel(reader: BitReader, subLayers: number): void {
  reader.skip(96)
  if (subLayers === 0) return
  const present: number[] = []
  for (let i = 0; i < subLayers; i++) present.push(reader.bits(2))
  reader.skip(2 * (8 - subLayers))
  for (const flags of present) {
    if ((flags & 2) !== 0) reader.skip(88)
    if ((flags & 1) !== 0) reader.skip(8)
  }
}

/** Walks the rest of the SPS to its VUI. What cannot be read on the way is left out: size and codec string are already certain. */
function readVui(reader: BitReader, subLayers: number): { frameRate?: number; pixelAspect?: readonly [number, number] } {
  reader.unsigned()
  reader.unsigned()
  const orderBits = reader.unsigned() + 4
  const first = reader.flag() ? 0 : subLayers
  for (let i = first; i <= subLayers; i++) for (let j = 0; j < 3; j++) reader.unsigned()
  for (let i = 0; i < 6; i++) reader.unsigned()
  if (reader.flag() && reader.flag()) skipScalingListData(reader)
  reader.skip(2)
  if (reader.flag()) {
    reader.skip(8)
    reader.unsigned()
    reader.unsigned()
    reader.skip(1)
  }
  if (!skipShortTermSets(reader)) return {}
  if (reader.flag()) {
    const count = reader.unsigned()
    if (count > 32) return {}
    reader.skip(count * (orderBits + 1))
  }
  reader.skip(2)
  if (!reader.flag() || reader.overrun) return {}
  const found: { frameRate?: number; pixelAspect?: readonly [number, number] } = {}
  const pixelAspect = readVuiHead(reader)
  if (pixelAspect !== undefined) found.pixelAspect = pixelAspect
  reader.skip(3)
  if (reader.flag()) for (let i = 0; i < 4; i++) reader.unsigned()
  if (reader.flag()) {
    const unitsInTick = reader.bits(32)
    const frameRate = reader.bits(32) / unitsInTick
    if (!reader.overrun && unitsInTick > 0 && frameRate >= 1 && frameRate <= 480) found.frameRate = frameRate
  }
  return found
}

function skipScalingListData(reader: BitReader): void {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6 && !reader.overrun; matrix += size === 3 ? 3 : 1) {
      if (!reader.flag()) {
        reader.unsigned()
        continue
      }
      const coefficients = Math.min(64, 1 << (4 + (size << 1)))
      if (size > 1) reader.signed()
      for (let i = 0; i < coefficients && !reader.overrun; i++) reader.signed()
    }
  }
}

/** st_ref_pic_set (7.3.7), for all sets of an SPS. False where the sets make no sense. */
function skipShortTermSets(reader: BitReader): boolean {
  const count = reader.unsigned()
  if (count > 64) return false
  let previous = 0
  for (let set = 0; set < count; set++) {
    if (set > 0 && reader.flag()) {
      reader.skip(1)
      reader.unsigned()
      let kept = 0
      for (let i = 0; i <= previous; i++) {
        const used = reader.flag()
        if (used || reader.flag()) kept++
      }
      previous = kept
    } else {
      const negative = reader.unsigned()
      const positive = reader.unsigned()
      if (negative > 16 || positive > 16) return false
      for (let i = 0; i < negative + positive; i++) {
        reader.unsigned()
        reader.skip(1)
      }
      previous = negative + positive
    }
    if (reader.overrun) return false
  }
  return true
}

/** Builds an hvcC record from parameter sets (NAL units with their header bytes), with lengths of 4 bytes (ISO/IEC 14496-15, 8.3.3.1). */
export function buildHevcDecoderConfiguration(
  vps: readonly Uint8Array[],
  sps: readonly Uint8Array[],
  pps: readonly Uint8Array[],
): Uint8Array | Fault {
  const first = sps[0]
  if (first === undefined || vps.length === 0 || pps.length === 0) return fault('an hvcC record needs a VPS, an SPS and a PPS', 0)
  const plain = withoutEmulationPrevention(first)
  if (plain.length < 15) return fault('SPS is too short', plain.length)
  const reader = new BitReader(plain, 2)
  reader.skip(4)
  const subLayers = reader.bits(3)
  const nested = reader.bits(1)
  skipProfileTierLevel(reader, subLayers)
  reader.unsigned()
  const chromaFormat = reader.unsigned()
  if (chromaFormat === 3) reader.skip(1)
  reader.unsigned()
  reader.unsigned()
  if (reader.flag()) for (let i = 0; i < 4; i++) reader.unsigned()
  const lumaDepth = reader.unsigned()
  const chromaDepth = reader.unsigned()
  if (reader.overrun || chromaFormat > 3 || lumaDepth > 8 || chromaDepth > 8) return fault('SPS cannot be read', reader.byteOffset)
  const arrays = [vps, sps, pps]
  let size = 23
  for (const sets of arrays) {
    size += 3
    for (const set of sets) size += 2 + set.length
  }
  const record = new Uint8Array(size)
  record[0] = 1
  record.set(plain.subarray(3, 15), 1)
  record.set([0xf0, 0, 0xfc, 0xfc | chromaFormat, 0xf8 | lumaDepth, 0xf8 | chromaDepth, 0, 0], 13)
  record[21] = ((subLayers + 1) << 3) | (nested << 2) | 3
  record[22] = arrays.length
  let at = 23
  for (const [index, sets] of arrays.entries()) {
    record[at] = 0x80 | (32 + index)
    record[at + 1] = sets.length >> 8
    record[at + 2] = sets.length & 255
    at += 3
    for (const set of sets) {
      record[at] = set.length >> 8
      record[at + 1] = set.length & 255
      record.set(set, at + 2)
      at += 2 + set.length
    }
  }
  return record
}
