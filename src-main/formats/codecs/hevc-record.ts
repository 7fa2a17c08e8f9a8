import { type Fault, fault } from '../fault.ts'
import { withoutEmulationPrevention } from './bit-reader.ts'

const kinds = [32, 33, 34] as const

/**
 * Builds an hvcC record (ISO/IEC 14496-15, 8.3.3.1) with four-byte lengths from parameter sets (NAL units with their header) of
 * 8-bit 4:2:0 video, which is what our encoders are asked for.
 */
export function buildHevcDecoderConfiguration(units: readonly Uint8Array[]): Uint8Array | Fault {
  const sets = kinds.map((kind) => units.filter((unit) => (((unit[0] as number) >> 1) & 0x3f) === kind))
  const sps = sets[1]?.[0]
  if (sps === undefined || sets.some((list) => list.length === 0)) return fault('an hvcC record needs a VPS, an SPS and a PPS', 0)
  const plain = withoutEmulationPrevention(sps)
  if (plain.length < 15) return fault('SPS is too short', plain.length)
  let size = 23
  for (const list of sets) for (const unit of list) size += 2 + unit.length
  const record = new Uint8Array(size + 3 * sets.length)
  const head = plain[2] as number
  record[0] = 1
  // general_profile_space to general_level_idc are in the same order in SPS and record.
  record.set(plain.subarray(3, 15), 1)
  record.set([0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, ((((head >> 1) & 7) + 1) << 3) | ((head & 1) << 2) | 3, sets.length], 13)
  let at = 23
  sets.forEach((list, index) => {
    record.set([0x80 | (kinds[index] as number), list.length >> 8, list.length & 255], at)
    at += 3
    for (const unit of list) {
      record.set([unit.length >> 8, unit.length & 255], at)
      record.set(unit, at + 2)
      at += 2 + unit.length
    }
  })
  return record
}
