import { type Fault, fault } from './fault.ts'
import { type Mp4Box, readUint32, walkBoxes } from './mp4-boxes.ts'

/** One coded frame out of a CMAF chunk. */
export interface CmafSample {
  /** A view on the chunk's bytes: nobody may write into it. */
  readonly data: Uint8Array
  /** Decoding time in ticks of the track's timescale. */
  readonly dts: number
  /** Presentation time in ticks. */
  readonly pts: number
  /** Ticks. */
  readonly duration: number
  /** A decoder may start here. */
  readonly key: boolean
}

/** `sample_is_non_sync_sample` of `sample_flags` (ISO/IEC 14496-12, 8.8.3.1). */
const nonSync = 0x010000

interface Defaults {
  duration: number
  size: number
  flags: number
}

/**
 * Reads the samples of one track out of CMAF chunks that stand one behind the other (ISO/IEC 23000-19, 7.3.2.3), without copying
 * media. `defaultKey` says what the track's `trex` says: whether a sample without flags is one that a decoder may start at.
 */
export function readCmafSamples(chunk: Uint8Array, defaultKey: boolean): CmafSample[] | Fault {
  const samples: CmafSample[] = []
  let end = 0
  for (const found of walkBoxes(chunk)) {
    end = found.end
    if (found.type !== 'moof') continue
    const wrong = readFragment(chunk, found, defaultKey, samples)
    if (wrong) return wrong
  }
  return end === chunk.length ? samples : fault('CMAF box size lies', end)
}

function readFragment(chunk: Uint8Array, moof: Mp4Box, defaultKey: boolean, into: CmafSample[]): Fault | undefined {
  for (const traf of walkBoxes(chunk, moof.bodyStart, moof.end)) {
    if (traf.type !== 'traf') continue
    const defaults: Defaults = { duration: 0, size: 0, flags: defaultKey ? 0 : nonSync }
    let dts = 0
    for (const inner of walkBoxes(chunk, traf.bodyStart, traf.end)) {
      if (inner.type === 'tfhd') {
        const wrong = readHeader(chunk, inner, defaults)
        if (wrong) return wrong
      } else if (inner.type === 'tfdt') {
        if (inner.end - inner.bodyStart < (chunk[inner.bodyStart] === 1 ? 12 : 8)) return fault('tfdt is cut', inner.start)
        dts = readUint32(chunk, inner.bodyStart + 4)
        if (chunk[inner.bodyStart] === 1) dts = dts * 2 ** 32 + readUint32(chunk, inner.bodyStart + 8)
        if (!Number.isSafeInteger(dts)) return fault('tfdt is out of range', inner.start)
      } else if (inner.type === 'trun') {
        const after = readRun(chunk, inner, moof.start, dts, defaults, into)
        if (typeof after !== 'number') return after
        dts = after
      }
    }
  }
  return undefined
}

/** tfhd (ISO/IEC 14496-12, 8.8.7): the defaults of this fragment; offsets count from the `moof`, as CMAF asks. */
function readHeader(chunk: Uint8Array, tfhd: Mp4Box, defaults: Defaults): Fault | undefined {
  const flags = readUint32(chunk, tfhd.bodyStart) & 0xffffff
  if ((flags & 1) !== 0) return fault('tfhd has a base offset, which CMAF forbids', tfhd.start)
  let at = tfhd.bodyStart + 8
  if ((flags & 0x02) !== 0) at += 4
  const next = (): number => {
    at += 4
    return readUint32(chunk, at - 4)
  }
  if ((flags & 0x08) !== 0) defaults.duration = next()
  if ((flags & 0x10) !== 0) defaults.size = next()
  if ((flags & 0x20) !== 0) defaults.flags = next()
  return at > tfhd.end ? fault('tfhd is cut', tfhd.start) : undefined
}

/** trun (ISO/IEC 14496-12, 8.8.8). Answers the decoding time after its last sample. */
function readRun(
  chunk: Uint8Array,
  trun: Mp4Box,
  base: number,
  startTicks: number,
  defaults: Defaults,
  into: CmafSample[],
): number | Fault {
  const flags = readUint32(chunk, trun.bodyStart) & 0xffffff
  const count = readUint32(chunk, trun.bodyStart + 4)
  if ((flags & 1) === 0) return fault('trun has no data offset', trun.start)
  let data = base + (readUint32(chunk, trun.bodyStart + 8) | 0)
  let at = trun.bodyStart + 12
  const hasFirstFlags = (flags & 0x04) !== 0
  const firstFlags = hasFirstFlags ? readUint32(chunk, at) : 0
  if (hasFirstFlags) at += 4
  const hasDuration = (flags & 0x100) !== 0
  const hasSize = (flags & 0x200) !== 0
  const hasFlags = (flags & 0x400) !== 0
  const hasOffset = (flags & 0x800) !== 0
  const entryBytes = 4 * (Number(hasDuration) + Number(hasSize) + Number(hasFlags) + Number(hasOffset))
  if (at + count * entryBytes > trun.end) return fault('trun is cut', trun.start)
  // A sample may cost no byte of the box, and runs may overlap, so the chunk's own size must bound how many there are.
  if (into.length + count > chunk.length || (!hasSize && defaults.size === 0 && count > 0)) return fault('trun counts too many', trun.start)
  let dts = startTicks
  for (let index = 0; index < count; index++) {
    let { duration, size } = defaults
    let sampleFlags = index === 0 && hasFirstFlags ? firstFlags : defaults.flags
    let offset = 0
    if (hasDuration) {
      duration = readUint32(chunk, at)
      at += 4
    }
    if (hasSize) {
      size = readUint32(chunk, at)
      at += 4
    }
    if (hasFlags) {
      sampleFlags = readUint32(chunk, at)
      at += 4
    }
    if (hasOffset) {
      offset = readUint32(chunk, at) | 0
      at += 4
    }
    if (data < 0 || data + size > chunk.length) return fault('trun points outside the chunk', trun.start)
    into.push({ data: chunk.subarray(data, data + size), dts, pts: dts + offset, duration, key: (sampleFlags & nonSync) === 0 })
    data += size
    dts += duration
  }
  return dts
}
