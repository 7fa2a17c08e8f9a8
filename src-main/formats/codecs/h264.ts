import { type Fault, fault, isFault } from '../fault.ts'
import { BitReader, withoutEmulationPrevention } from './bit-reader.ts'
import { readVuiHead } from './vui-head.ts'

/** The largest frame side that is accepted. */
export const maxFrameSide = 16_384

/** What an avcC record says (ISO/IEC 14496-15, 5.3.3.1). */
export interface AvcConfiguration {
  readonly nalLengthSize: number
  readonly sps: readonly Uint8Array[]
  readonly pps: readonly Uint8Array[]
  /** Pixels after cropping. */
  readonly width: number
  readonly height: number
  readonly frameRate?: number
  readonly pixelAspect?: readonly [horizontal: number, vertical: number]
  /** RFC 6381, e.g. `avc1.64001f`. */
  readonly codecString: string
  /** True where frames may be shown in another order than decoded (B-frames are possible). */
  readonly reorders: boolean
  readonly profile: number
  readonly level: number
}

/** What a sequence parameter set says (ISO/IEC 14496-10, 7.3.2.1.1). */
export interface AvcSequence {
  readonly profile: number
  readonly compatibility: number
  readonly level: number
  readonly width: number
  readonly height: number
  readonly frameRate?: number
  readonly pixelAspect?: readonly [horizontal: number, vertical: number]
  readonly reorders: boolean
  readonly chromaFormat: number
  readonly bitDepthLuma: number
  readonly bitDepthChroma: number
}

const profilesWithChroma = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])

/** Reads an avcC record with its parameter sets. */
export function parseAvcDecoderConfiguration(body: Uint8Array): AvcConfiguration | Fault {
  if (body.length < 7) return fault('avcC is shorter than 7 bytes', body.length)
  if (body[0] !== 1) return fault('avcC version is not 1', 0)
  const sps: Uint8Array[] = []
  const pps: Uint8Array[] = []
  const afterSps = readSets(body, 6, (body[5] as number) & 0x1f, sps)
  if (isFault(afterSps)) return afterSps
  if (afterSps >= body.length) return fault('avcC ends before its picture parameter sets', afterSps)
  const afterPps = readSets(body, afterSps + 1, body[afterSps] as number, pps)
  if (isFault(afterPps)) return afterPps
  const first = sps[0]
  if (first === undefined) return fault('avcC has no sequence parameter set', 5)
  if (pps.length === 0) return fault('avcC has no video parameter set', afterSps)
  const sequence = parseSequenceParameterSet(first)
  if (isFault(sequence)) return fault(sequence.fault, sequence.offset + 8)
  return {
    nalLengthSize: ((body[4] as number) & 3) + 1,
    sps,
    pps,
    width: sequence.width,
    height: sequence.height,
    ...(sequence.frameRate === undefined ? {} : { frameRate: sequence.frameRate }),
    ...(sequence.pixelAspect === undefined ? {} : { pixelAspect: sequence.pixelAspect }),
    codecString: `avc1.${hexByte(sequence.profile)}${hexByte(sequence.compatibility)}${hexByte(sequence.level)}`,
    reorders: sequence.reorders,
    profile: sequence.profile,
    level: sequence.level,
  }
}

function readSets(body: Uint8Array, start: number, count: number, into: Uint8Array[]): number | Fault {
  let at = start
  for (let i = 0; i < count; i++) {
    if (at + 2 > body.length) return fault('avcC ends inside a parameter set length', at)
    const length = ((body[at] as number) << 8) | (body[at + 1] as number)
    if (length === 0 || at + 2 + length > body.length) return fault('avcC parameter set length is wrong', at)
    into.push(body.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return at
}

/** Reads one SPS NAL unit (with its header byte, without start code). */
export function parseSequenceParameterSet(nal: Uint8Array): AvcSequence | Fault {
  if (nal.length < 5) return fault('SPS is too short', nal.length)
  if (((nal[0] as number) & 0x1f) !== 7) return fault('NAL unit is not an SPS', 0)
  const reader = new BitReader(withoutEmulationPrevention(nal), 1)
  const profile = reader.bits(8)
  const compatibility = reader.bits(8)
  const level = reader.bits(8)
  reader.unsigned()
  let chromaFormat = 1
  let separatePlanes = false
  let bitDepthLuma = 8
  let bitDepthChroma = 8
  if (profilesWithChroma.has(profile)) {
    chromaFormat = reader.unsigned()
    if (chromaFormat > 3) return fault('SPS chroma_format_idc is over 3', reader.byteOffset)
    if (chromaFormat === 3) separatePlanes = reader.flag()
    bitDepthLuma = 8 + reader.unsigned()
    bitDepthChroma = 8 + reader.unsigned()
    if (bitDepthLuma > 14 || bitDepthChroma > 14) return fault('SPS bit depth is over 14', reader.byteOffset)
    reader.skip(1)
    if (reader.flag()) skipScalingLists(reader, chromaFormat === 3 ? 12 : 8)
  }
  reader.unsigned()
  const orderType = reader.unsigned()
  if (orderType === 0) {
    reader.unsigned()
  } else if (orderType === 1) {
    reader.skip(1)
    reader.signed()
    reader.signed()
    const cycle = reader.unsigned()
    if (cycle > 255) return fault('SPS picture order cycle is over 255', reader.byteOffset)
    for (let i = 0; i < cycle; i++) reader.signed()
  } else if (orderType !== 2) {
    return fault('SPS pic_order_cnt_type is over 2', reader.byteOffset)
  }
  const maxReferenceFrames = reader.unsigned()
  reader.skip(1)
  const widthUnits = reader.unsigned() + 1
  const heightUnits = reader.unsigned() + 1
  const framesOnly = reader.flag()
  if (!framesOnly) reader.skip(1)
  reader.skip(1)
  let cropX = 0
  let cropY = 0
  if (reader.flag()) {
    const left = reader.unsigned()
    const right = reader.unsigned()
    const top = reader.unsigned()
    const bottom = reader.unsigned()
    const fieldFactor = framesOnly ? 1 : 2
    const planes = separatePlanes || chromaFormat === 0
    cropX = (left + right) * (planes || chromaFormat === 3 ? 1 : 2)
    cropY = (top + bottom) * (planes || chromaFormat !== 1 ? 1 : 2) * fieldFactor
  }
  const hasVui = reader.flag()
  if (reader.overrun) return fault('SPS ends too early', nal.length)
  const width = widthUnits * 16 - cropX
  const height = heightUnits * 16 * (framesOnly ? 1 : 2) - cropY
  if (width < 1 || height < 1 || width > maxFrameSide || height > maxFrameSide) {
    return fault(`SPS frame size ${width}x${height} cannot be`, reader.byteOffset)
  }
  const canReorder = profile !== 66 && orderType !== 2 && maxReferenceFrames > 0
  const vui = hasVui ? parseVui(reader) : undefined
  return {
    profile,
    compatibility,
    level,
    width,
    height,
    ...(vui?.frameRate === undefined ? {} : { frameRate: vui.frameRate }),
    ...(vui?.pixelAspect === undefined ? {} : { pixelAspect: vui.pixelAspect }),
    reorders: vui?.reorderFrames === undefined ? canReorder : vui.reorderFrames > 0,
    chromaFormat,
    bitDepthLuma,
    bitDepthChroma,
  }
}

function skipScalingLists(reader: BitReader, count: number): void {
  for (let list = 0; list < count && !reader.overrun; list++) {
    if (!reader.flag()) continue
    const size = list < 6 ? 16 : 64
    let last = 8
    let next = 8
    for (let i = 0; i < size && !reader.overrun; i++) {
      if (next !== 0) next = (last + reader.signed() + 256) & 255
      if (next !== 0) last = next
    }
  }
}

interface Vui {
  frameRate?: number
  pixelAspect?: readonly [number, number]
  reorderFrames?: number
}

/** VUI (Annex E.1.1). Cut or senseless parts are left out rather than failing the SPS: encoders get VUI wrong, decoders shrug. */
function parseVui(reader: BitReader): Vui {
  const vui: Vui = {}
  const pixelAspect = readVuiHead(reader)
  if (pixelAspect !== undefined) vui.pixelAspect = pixelAspect
  if (reader.flag()) {
    const unitsInTick = reader.bits(32)
    const timeScale = reader.bits(32)
    reader.skip(1)
    const frameRate = timeScale / (2 * unitsInTick)
    if (!reader.overrun && unitsInTick > 0 && frameRate >= 1 && frameRate <= 480) vui.frameRate = frameRate
  }
  const nalHrd = reader.flag()
  if (nalHrd) skipHrd(reader)
  const vclHrd = reader.flag()
  if (vclHrd) skipHrd(reader)
  if (nalHrd || vclHrd) reader.skip(1)
  reader.skip(1)
  if (reader.flag()) {
    reader.skip(1)
    for (let i = 0; i < 4; i++) reader.unsigned()
    const reorderFrames = reader.unsigned()
    if (!reader.overrun && reorderFrames <= 16) vui.reorderFrames = reorderFrames
  }
  return vui
}

function skipHrd(reader: BitReader): void {
  const count = reader.unsigned() + 1
  reader.skip(8)
  for (let i = 0; i < count && !reader.overrun; i++) {
    reader.unsigned()
    reader.unsigned()
    reader.skip(1)
  }
  reader.skip(20)
}

/** The NAL units of a length-prefixed access unit, without copying. Ends silently at the first wrong length. */
export function* iterateNals(data: Uint8Array, nalLengthSize: number): Generator<Uint8Array> {
  let at = 0
  while (at + nalLengthSize <= data.length) {
    const length = readLength(data, at, nalLengthSize)
    at += nalLengthSize
    if (length > data.length - at) return
    if (length > 0) yield data.subarray(at, at + length)
    at += length
  }
}

function readLength(data: Uint8Array, at: number, size: number): number {
  let length = 0
  for (let i = 0; i < size; i++) length = length * 256 + (data[at + i] as number)
  return length
}

/** True if the access unit contains an IDR slice. */
export function isH264Keyframe(data: Uint8Array, nalLengthSize: number): boolean {
  let at = 0
  while (at + nalLengthSize < data.length) {
    const type = (data[at + nalLengthSize] as number) & 0x1f
    if (type === 5) return true
    if (type === 1) return false
    at += nalLengthSize + readLength(data, at, nalLengthSize)
  }
  return false
}

/**
 * The avcC record of the parameter sets inside an access unit, or undefined without a usable SPS with a PPS. The caller compares it with
 * the track's configuration to notice a change in mid-stream; cheap if the unit starts with a slice.
 */
export function spsFromInband(data: Uint8Array, nalLengthSize: number): Uint8Array | undefined {
  let sps: Uint8Array[] | undefined
  let pps: Uint8Array[] | undefined
  let at = 0
  while (at + nalLengthSize < data.length) {
    const length = readLength(data, at, nalLengthSize)
    at += nalLengthSize
    if (length === 0 || length > data.length - at) break
    const type = (data[at] as number) & 0x1f
    if (type === 1 || type === 5) break
    if (type === 7) {
      sps ??= []
      sps.push(data.subarray(at, at + length))
    } else if (type === 8) {
      pps ??= []
      pps.push(data.subarray(at, at + length))
    }
    at += length
  }
  if (sps === undefined || pps === undefined) return undefined
  const record = buildAvcDecoderConfiguration(sps, pps, nalLengthSize)
  return isFault(record) ? undefined : record
}

/** Builds an avcC record from parameter sets (NAL units with their header byte). */
export function buildAvcDecoderConfiguration(
  sps: readonly Uint8Array[],
  pps: readonly Uint8Array[],
  nalLengthSize = 4,
): Uint8Array | Fault {
  const first = sps[0]
  if (first === undefined || pps.length === 0) return fault('an avcC record needs an SPS and a PPS', 0)
  if (sps.length > 31 || pps.length > 255) return fault('too many parameter sets for an avcC record', 0)
  const sequence = parseSequenceParameterSet(first)
  if (isFault(sequence)) return sequence
  const chroma = sequence.profile === 100 || sequence.profile === 110 || sequence.profile === 122 || sequence.profile === 144
  let size = 7 + (chroma ? 4 : 0)
  for (const set of sps) size += 2 + set.length
  for (const set of pps) size += 2 + set.length
  const record = new Uint8Array(size)
  record[0] = 1
  record[1] = sequence.profile
  record[2] = sequence.compatibility
  record[3] = sequence.level
  record[4] = 0xfc | (nalLengthSize - 1)
  record[5] = 0xe0 | sps.length
  let at = writeSets(record, 6, sps)
  record[at] = pps.length
  at = writeSets(record, at + 1, pps)
  if (chroma) {
    record[at] = 0xfc | sequence.chromaFormat
    record[at + 1] = 0xf8 | (sequence.bitDepthLuma - 8)
    record[at + 2] = 0xf8 | (sequence.bitDepthChroma - 8)
  }
  return record
}

function writeSets(record: Uint8Array, start: number, sets: readonly Uint8Array[]): number {
  let at = start
  for (const set of sets) {
    record[at] = set.length >> 8
    record[at + 1] = set.length & 255
    record.set(set, at + 2)
    at += 2 + set.length
  }
  return at
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0')
}
