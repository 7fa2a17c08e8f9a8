import { dependentSampleFlags, syncSampleFlags } from './cmaf-init.ts'
import { fourCharacters, writeUint32 } from './mp4-boxes.ts'

/**
 * The samples of one chunk while they are collected: one array for each field, so that nothing is allocated per sample.
 * `count` says how many entries are valid; arrays are reused from chunk to chunk.
 */
export class ChunkSamples {
  count = 0
  /** Sum of the sample sizes. */
  byteLength = 0
  readonly data: Uint8Array[] = []
  /** Ticks of the track's timescale, at least 1. */
  readonly durations: number[] = []
  /** Composition offsets in ticks, signed. */
  readonly offsets: number[] = []
  readonly keys: boolean[] = []

  /** Takes a sample; the data is kept, not copied, until `clear`. */
  push(data: Uint8Array, duration: number, offset: number, key: boolean): void {
    const at = this.count++
    this.data[at] = data
    this.durations[at] = duration
    this.offsets[at] = offset
    this.keys[at] = key
    this.byteLength += data.length
  }

  /** Drops all samples and releases their data. */
  clear(): void {
    this.data.length = 0
    this.count = 0
    this.byteLength = 0
  }
}

const types = {
  styp: fourCharacters('styp'),
  msdh: fourCharacters('msdh'),
  cmfs: fourCharacters('cmfs'),
  moof: fourCharacters('moof'),
  mfhd: fourCharacters('mfhd'),
  traf: fourCharacters('traf'),
  tfhd: fourCharacters('tfhd'),
  tfdt: fourCharacters('tfdt'),
  trun: fourCharacters('trun'),
  mdat: fourCharacters('mdat'),
} as const

const stypBytes = 24
const defaultBaseIsMoof = 0x020000
const hasDescriptionIndex = 0x000002
const hasDefaultDuration = 0x000008
const hasDefaultFlags = 0x000020
const hasDataOffset = 0x000001
const hasFirstFlags = 0x000004
const hasDurations = 0x000100
const hasSizes = 0x000200
const hasFlags = 0x000400
const hasOffsets = 0x000800

/**
 * Writes one CMAF chunk (ISO/IEC 23000-19, 7.3.3.2): `moof` and `mdat`, with `styp` before it at a segment's start, in one exact allocation
 * with one copy of each sample. `baseTicks` is the decoding time of the first sample. Sample flags not written are those of its `tfhd`, which are the track's own.
 */
export function buildChunk(
  kind: 'video' | 'audio',
  sequenceNumber: number,
  baseTicks: number,
  samples: ChunkSamples,
  segmentStart: boolean,
  trackId = 1,
): Uint8Array {
  const { count, durations, offsets, keys, data } = samples
  const firstDuration = durations[0] as number
  let equalDurations = true
  let anyOffset = false
  let laterKey = false
  for (let i = 0; i < count; i++) {
    if (durations[i] !== firstDuration) equalDurations = false
    if (offsets[i] !== 0) anyOffset = true
    if (i > 0 && keys[i]) laterKey = true
  }
  const video = kind === 'video'
  const writeFlags = video && laterKey
  const writeFirstFlags = video && !laterKey && (keys[0] as boolean)
  const entryBytes = 4 + (equalDurations ? 0 : 4) + (writeFlags ? 4 : 0) + (anyOffset ? 4 : 0)
  const trunBytes = 20 + (writeFirstFlags ? 4 : 0) + count * entryBytes
  const tfhdBytes = equalDurations ? 28 : 24
  const trafBytes = 8 + tfhdBytes + 20 + trunBytes
  const moofBytes = 8 + 16 + trafBytes
  const start = segmentStart ? stypBytes : 0
  const out = Buffer.allocUnsafeSlow(start + moofBytes + 8 + samples.byteLength)

  if (segmentStart) {
    writeUint32(out, 0, stypBytes)
    writeUint32(out, 4, types.styp)
    writeUint32(out, 8, types.msdh)
    writeUint32(out, 12, 0)
    writeUint32(out, 16, types.msdh)
    writeUint32(out, 20, types.cmfs)
  }
  let at = start
  writeUint32(out, at, moofBytes)
  writeUint32(out, at + 4, types.moof)
  writeUint32(out, at + 8, 16)
  writeUint32(out, at + 12, types.mfhd)
  writeUint32(out, at + 16, 0)
  writeUint32(out, at + 20, sequenceNumber)
  writeUint32(out, at + 24, trafBytes)
  writeUint32(out, at + 28, types.traf)
  writeUint32(out, at + 32, tfhdBytes)
  writeUint32(out, at + 36, types.tfhd)
  // What the track's `trex` says already is in every chunk once more: section 7.7.3 asks for it.
  const tfhdFlags = defaultBaseIsMoof | hasDescriptionIndex | hasDefaultFlags
  writeUint32(out, at + 40, equalDurations ? tfhdFlags | hasDefaultDuration : tfhdFlags)
  writeUint32(out, at + 44, trackId)
  writeUint32(out, at + 48, 1)
  if (equalDurations) writeUint32(out, at + 52, firstDuration)
  at += 32 + tfhdBytes
  writeUint32(out, at - 4, video ? dependentSampleFlags : syncSampleFlags)
  writeUint32(out, at, 20)
  writeUint32(out, at + 4, types.tfdt)
  writeUint32(out, at + 8, 0x01000000)
  writeUint32(out, at + 12, Math.floor(baseTicks / 2 ** 32))
  writeUint32(out, at + 16, baseTicks % 2 ** 32)
  at += 20
  const trunFlags =
    hasDataOffset |
    hasSizes |
    (writeFirstFlags ? hasFirstFlags : 0) |
    (equalDurations ? 0 : hasDurations) |
    (writeFlags ? hasFlags : 0) |
    (anyOffset ? hasOffsets : 0)
  writeUint32(out, at, trunBytes)
  writeUint32(out, at + 4, types.trun)
  writeUint32(out, at + 8, 0x01000000 | trunFlags)
  writeUint32(out, at + 12, count)
  writeUint32(out, at + 16, moofBytes + 8)
  at += 20
  if (writeFirstFlags) {
    writeUint32(out, at, syncSampleFlags)
    at += 4
  }
  for (let i = 0; i < count; i++) {
    if (!equalDurations) {
      writeUint32(out, at, durations[i] as number)
      at += 4
    }
    writeUint32(out, at, (data[i] as Uint8Array).length)
    at += 4
    if (writeFlags) {
      writeUint32(out, at, keys[i] ? syncSampleFlags : dependentSampleFlags)
      at += 4
    }
    if (anyOffset) {
      writeUint32(out, at, offsets[i] as number)
      at += 4
    }
  }
  writeUint32(out, at, 8 + samples.byteLength)
  writeUint32(out, at + 4, types.mdat)
  at += 8
  for (let i = 0; i < count; i++) {
    const sample = data[i] as Uint8Array
    out.set(sample, at)
    at += sample.length
  }
  return out
}
