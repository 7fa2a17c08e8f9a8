import { type Fault, fault } from '../fault.ts'
import { BitReader } from './bit-reader.ts'

/**
 * Builds an av1C record (AV1 Codec ISO Media File Format Binding, 2.3) from a sequence header OBU with a one-byte size, of 8-bit 4:2:0
 * video without timing information, which is what our encoders write.
 */
export function buildAv1Configuration(sequenceHeader: Uint8Array): Uint8Array | Fault {
  if ((sequenceHeader[0] ?? 0) >> 3 !== 1 || ((sequenceHeader[0] as number) & 6) !== 2) return fault('not a sequence header OBU', 0)
  const length = sequenceHeader[1] ?? 0
  if (length > 127 || sequenceHeader.length < 2 + length) return fault('the sequence header is cut', 1)
  // sequence_header_obu (AV1 specification, 5.5.1)
  const reader = new BitReader(sequenceHeader.subarray(2, 2 + length))
  const profile = reader.bits(3)
  reader.skip(1)
  let level: number
  let tier = 0
  if (reader.flag()) level = reader.bits(5)
  else {
    if (reader.flag()) return fault('the sequence header has timing information', 2)
    reader.skip(1 + 5 + 12)
    level = reader.bits(5)
    if (level > 7) tier = reader.bits(1)
  }
  if (reader.overrun) return fault('the sequence header is cut', length)
  const record = new Uint8Array(4 + 2 + length)
  record.set([0x81, (profile << 5) | level, (tier << 7) | 0x0c, 0])
  record.set(sequenceHeader.subarray(0, 2 + length), 4)
  return record
}
