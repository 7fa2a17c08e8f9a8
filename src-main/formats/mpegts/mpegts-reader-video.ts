import { buildAvcDecoderConfiguration } from '../codecs/h264.ts'
import { buildHevcDecoderConfiguration } from '../codecs/hevc.ts'
import { videoTrack } from '../codecs/track-from-config.ts'
import { type Fault, isFault } from '../fault.ts'
import type { TsSink } from './mpegts-sink.ts'

/** NAL units of one access unit at most. */
const maxUnits = 2000
const maxSets = 16

/**
 * Makes frames of length-prefixed NAL units from the access units of a transport stream, and the track's configuration from the parameter
 * sets that are in them: these, delimiters and filler are taken out of the frames.
 */
export class TsVideo {
  readonly #id: string
  readonly #codec: 'h264' | 'hevc'
  readonly #sink: TsSink
  /** Parameter sets in force: VPS (HEVC), SPS, PPS. */
  #sets: readonly (readonly Uint8Array[])[] = [[], [], []]
  #described = false
  #started = false

  constructor(id: string, codec: 'h264' | 'hevc', sink: TsSink) {
    this.#id = id
    this.#codec = codec
    this.#sink = sink
  }

  /** One access unit. Times in 90 kHz. */
  onUnit(data: Uint8Array, pts: number, dts: number): void {
    const starts: number[] = []
    const ends: number[] = []
    findUnits(data, starts, ends)
    if (starts.length === 0) {
      this.#sink.onFault(`A frame of ${this.#id} has no start code`)
      return
    }
    const found: Uint8Array[][] = [[], [], []]
    let key = false
    let recovery = false
    let slices = false
    let bytes = 0
    const kept: number[] = []
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i] as number
      const end = ends[i] as number
      const role = this.#codec === 'h264' ? h264Role(data, start, end) : hevcRole(data, start)
      if (role === 'drop') continue
      if (typeof role === 'number') {
        const sets = found[role] as Uint8Array[]
        if (sets.length < maxSets && end - start < 0xffff) sets.push(data.slice(start, end))
        continue
      }
      if (role === 'key') key = true
      if (role === 'recovery') recovery = true
      if (role === 'key' || role === 'slice') slices = true
      bytes += 4 + end - start
      kept.push(i)
    }
    this.#describe(found)
    if (!slices || !this.#described) return
    // Encoders that never send an IDR frame mark where to start by a recovery point beside the parameter sets.
    key ||= recovery && (found[1] as Uint8Array[]).length > 0
    if (!this.#started && !key) return
    this.#started = true
    const out = new Uint8Array(bytes)
    let at = 0
    for (const i of kept) {
      const start = starts[i] as number
      const length = (ends[i] as number) - start
      out[at] = length >>> 24
      out[at + 1] = (length >>> 16) & 255
      out[at + 2] = (length >>> 8) & 255
      out[at + 3] = length & 255
      out.set(data.subarray(start, start + length), at + 4)
      at += 4 + length
    }
    this.#sink.onFrame(this.#id, pts, dts, key, out)
  }

  #describe(found: readonly (readonly Uint8Array[])[]): void {
    if (found.every((sets, index) => sets.length === 0 || sameSets(sets, this.#sets[index] ?? []))) return
    const sets = found.map((kind, index) => (kind.length > 0 ? kind : (this.#sets[index] ?? [])))
    this.#sets = sets
    const [vps = [], sps = [], pps = []] = sets
    if (sps.length === 0 || pps.length === 0 || (this.#codec === 'hevc' && vps.length === 0)) return
    const record: Uint8Array | Fault =
      this.#codec === 'h264' ? buildAvcDecoderConfiguration(sps, pps) : buildHevcDecoderConfiguration(vps, sps, pps)
    const track = isFault(record) ? record : videoTrack(this.#id, this.#codec, record)
    if (isFault(track)) {
      this.#sink.onFault(`The parameter sets of ${this.#id} are malformed: ${track.fault}`)
      return
    }
    this.#described = true
    this.#sink.onTrack(track)
  }
}

type Role = number | 'key' | 'slice' | 'recovery' | 'other' | 'drop'

/** A number is the kind of a parameter set: 0 VPS, 1 SPS, 2 PPS. */
function h264Role(data: Uint8Array, start: number, end: number): Role {
  switch ((data[start] as number) & 0x1f) {
    case 5:
      return 'key'
    case 1:
    case 2:
      return 'slice'
    case 6:
      return hasRecoveryPoint(data, start + 1, end) ? 'recovery' : 'other'
    case 7:
      return 1
    case 8:
      return 2
    case 3:
    case 4:
      return 'other'
    default:
      return 'drop'
  }
}

function hevcRole(data: Uint8Array, start: number): Role {
  const type = ((data[start] as number) >> 1) & 0x3f
  if (type >= 32 && type <= 34) return type - 32
  if (type >= 16 && type <= 23) return 'key'
  if (type < 32) return 'slice'
  return type === 39 || type === 40 ? 'other' : 'drop'
}

/** SEI messages (ISO/IEC 14496-10, 7.3.2.3): is payload type 6 among them? */
function hasRecoveryPoint(data: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at + 2 < end) {
    let type = 0
    while (at < end && data[at] === 0xff) {
      type += 255
      at++
    }
    type += data[at++] ?? 0
    let size = 0
    while (at < end && data[at] === 0xff) {
      size += 255
      at++
    }
    size += data[at++] ?? 0
    if (type === 6) return true
    at += size
  }
  return false
}

/** Where NAL units start and end in an Annex B byte stream, without their start codes and trailing zeros. */
function findUnits(data: Uint8Array, starts: number[], ends: number[]): void {
  const last = data.length - 2
  let at = 0
  let open = -1
  while (at < last) {
    const third = data[at + 2] as number
    if (third > 1) {
      at += 3
    } else if (third === 1 && data[at] === 0 && data[at + 1] === 0) {
      if (open >= 0) close(data, open, at, starts, ends)
      if (starts.length >= maxUnits) return
      at += 3
      open = at
    } else {
      at++
    }
  }
  if (open >= 0) close(data, open, data.length, starts, ends)
}

function close(data: Uint8Array, start: number, until: number, starts: number[], ends: number[]): void {
  let end = until
  while (end > start && data[end - 1] === 0) end--
  if (end === start) return
  starts.push(start)
  ends.push(end)
}

function sameSets(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((set, index) => sameBytes(set, b[index] as Uint8Array))
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
