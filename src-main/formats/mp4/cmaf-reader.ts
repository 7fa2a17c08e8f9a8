import { type Fault, fault } from '../fault.ts'
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
  trackId: number
  duration: number
  size: number
  flags: number
}

/** Who is notified of the samples of a fragment, in their order. */
export interface FragmentSink {
  /** Samples of a track that follow each other from byte `at` on, counted from the `moof`. */
  run(trackId: number, at: number, count: number): void
  /** Times in ticks; `offset` is presentation minus decoding. Whether it can be as large as that. */
  sample(size: number, dts: number, duration: number, offset: number, key: boolean): boolean
}

/** Samples as views on a chunk. */
class ChunkViews implements FragmentSink {
  readonly samples: CmafSample[] = []
  /** First byte of the `moof`. */
  start = 0
  readonly #chunk: Uint8Array
  #at = 0

  constructor(chunk: Uint8Array) {
    this.#chunk = chunk
  }

  run(_trackId: number, at: number): void {
    this.#at = this.start + at
  }

  sample(size: number, dts: number, duration: number, offset: number, key: boolean): boolean {
    const at = this.#at
    this.#at += size
    if (at < 0 || at + size > this.#chunk.length) return false
    this.samples.push({ data: this.#chunk.subarray(at, at + size), dts, pts: dts + offset, duration, key })
    return true
  }
}

/**
 * Reads the samples of one track out of CMAF chunks that are one behind the other (ISO/IEC 23000-19, 7.3.2.3), without copying
 * media. `defaultKey` says what the track's `trex` says: whether a sample without flags is one that a decoder may start at.
 */
export function readCmafSamples(chunk: Uint8Array, defaultKey: boolean): CmafSample[] | Fault {
  const views = new ChunkViews(chunk)
  let end = 0
  for (const found of walkBoxes(chunk)) {
    end = found.end
    if (found.type !== 'moof') continue
    views.start = found.start
    // A sample may cost no byte of the box, and runs may overlap, so the chunk's own size must bound how many there are.
    const wrong = readFragment(chunk, found, defaultKey, chunk.length - views.samples.length, views)
    if (wrong) return wrong
  }
  return end === chunk.length ? views.samples : fault('CMAF box size lies', end)
}

/** Reads a `moof` (ISO/IEC 14496-12, 8.8.4) of at most this many samples; `defaultKey` as above. */
export function readFragment(data: Uint8Array, moof: Mp4Box, defaultKey: boolean, max: number, sink: FragmentSink): Fault | undefined {
  let left = max
  for (const traf of walkBoxes(data, moof.bodyStart, moof.end)) {
    if (traf.type !== 'traf') continue
    const defaults: Defaults = { trackId: 0, duration: 0, size: 0, flags: defaultKey ? 0 : nonSync }
    let dts = 0
    for (const inner of walkBoxes(data, traf.bodyStart, traf.end)) {
      if (inner.type === 'tfhd') {
        const wrong = readHeader(data, inner, defaults)
        if (wrong) return wrong
      } else if (inner.type === 'tfdt') {
        if (inner.end - inner.bodyStart < (data[inner.bodyStart] === 1 ? 12 : 8)) return fault('tfdt is cut', inner.start)
        dts = readUint32(data, inner.bodyStart + 4)
        if (data[inner.bodyStart] === 1) dts = dts * 2 ** 32 + readUint32(data, inner.bodyStart + 8)
        if (!Number.isSafeInteger(dts)) return fault('tfdt is out of range', inner.start)
      } else if (inner.type === 'trun') {
        left -= readUint32(data, inner.bodyStart + 4)
        if (left < 0) return fault('trun counts too many', inner.start)
        const after = readRun(data, inner, dts, defaults, sink)
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
  defaults.trackId = readUint32(chunk, tfhd.bodyStart + 4)
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
function readRun(chunk: Uint8Array, trun: Mp4Box, startTicks: number, defaults: Defaults, sink: FragmentSink): number | Fault {
  const flags = readUint32(chunk, trun.bodyStart) & 0xffffff
  const count = readUint32(chunk, trun.bodyStart + 4)
  if ((flags & 1) === 0) return fault('trun has no data offset', trun.start)
  const place = readUint32(chunk, trun.bodyStart + 8) | 0
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
  if (!hasSize && defaults.size === 0 && count > 0) return fault('trun counts too many', trun.start)
  sink.run(defaults.trackId, place, count)
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
    const key = (sampleFlags & nonSync) === 0
    if (!sink.sample(size, dts, duration, offset, key)) return fault('trun points outside the chunk', trun.start)
    dts += duration
  }
  return dts
}
