import { BitReader, withoutEmulationPrevention } from '../../../../formats/codecs/bit-reader.ts'
import { buildAvcDecoderConfiguration, parseAvcDecoderConfiguration } from '../../../../formats/codecs/h264.ts'
import { type Fault, fault, isFault } from '../../../../formats/fault.ts'

/** A number from 1 to 31 that no parameter set of an avcC record has; 0 where all are taken (ISO/IEC 14496-10, 7.4.2.1 and 7.4.2.2). */
export function freeSetId(config: Uint8Array): number {
  const source = parseAvcDecoderConfiguration(config)
  if (isFault(source)) return 0
  const taken = new Set<number>()
  // behind the header byte an SPS has profile, constraints and level before its number
  for (const set of source.sps) taken.add(new BitReader(withoutEmulationPrevention(set), 4).unsigned())
  for (const set of source.pps) taken.add(new BitReader(withoutEmulationPrevention(set), 1).unsigned())
  for (let id = 1; id < 32; id++) if (!taken.has(id)) return id
  return 0
}

/** One avcC record with the parameter sets of both; profile and level are those of the first. */
export function joinConfigurations(first: Uint8Array, second: Uint8Array): Uint8Array | Fault {
  const source = parseAvcDecoderConfiguration(first)
  const other = parseAvcDecoderConfiguration(second)
  if (isFault(source)) return source
  if (isFault(other)) return other
  if (other.width !== source.width || other.height !== source.height) return fault('the frames differ in size', 0)
  return buildAvcDecoderConfiguration([...source.sps, ...other.sps], [...source.pps, ...other.pps])
}
