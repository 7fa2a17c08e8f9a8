import type { CmafSample } from './cmaf-reader.ts'
import type { ElementaryForm } from './elementary-stream.ts'

/** One track's share of a segment. */
export interface TsTrack {
  readonly form: ElementaryForm
  /** Ticks per second of the samples' times. */
  readonly timescale: number
  /** In decoding order; may be empty where nothing arrived. */
  readonly samples: readonly CmafSample[]
  /** Ticks of a frame where the codec fixes it: receivers then count the times of frames that share a PES packet themselves. */
  readonly samplesPerPacket?: number
}

export interface TsSegment {
  readonly video?: TsTrack
  readonly audio?: TsTrack
  /** `version_number` of the program map, modulo 32: differs where a track's configuration does. */
  readonly version: number
}

export const tsPacketBytes = 188
/** Packet identifier of the program map. */
const mapPid = 0x1000
/** `PCR_PID` where nothing tells the clock (ISO/IEC 13818-1, 2.4.4.9). */
const noPid = 0x1fff

const clockHz = 90_000
const clockModulus = 2 ** 33
/** Every time is this much later than on the stream's timeline, so that a PCR ahead of its frame is never negative. */
const offsetTicks = 10 * clockHz
/** How long before its decoding time a frame's bytes begin to arrive. */
const deliveryTicks = 0.7 * clockHz
/** The clock is told at least this often (ISO/IEC 13818-1, 2.7.2 asks for 100 ms). */
const clockEveryTicks = 0.09 * clockHz
/** A gap that lasts longer is a fault in the times, not worth a clock. */
const longestGapTicks = 30 * clockHz
/** Audio frames of together so long share a PES packet. */
const audioPesTicks = 0.09 * clockHz
const mostAudioPesBytes = 4000
/** How long before its time of presentation a picture's decoding time may be, where nothing tells. */
const longestReorderTicks = 0.3 * clockHz
/** The 4-bit continuity counters of whole sixteens of packets end where they began. */
const counterCycle = 16
const payloadBytes = tsPacketBytes - 4
const clockFieldBytes = 8
const flagsFieldBytes = 2

/** A PES packet, or moments of the clock alone (`bytes` empty), on its way to transport packets. */
interface Unit {
  readonly pid: number
  readonly bytes: Uint8Array
  /** 90 kHz with the offset. */
  readonly dts: number
  readonly key: boolean
  /** Program clock to be told with it, 90 kHz. */
  clock: number | undefined
  packets: number
}

/**
 * Writes a segment of an MPEG transport stream (ISO/IEC 13818-1) that a player can begin with.
 *
 * Segments are made when somebody asks, in any order and perhaps by several hosts, yet their continuity counters must go on from one
 * to the next. So in every segment each PID has whole sixteens of packets: all counters begin at 0 and the next segment's fit. Tables
 * stand sixteen times, spread over the segment, as broadcast receivers like it; for media, the largest PES packet is spread over the
 * few packets that are missing.
 */
export function writeTsSegment(segment: TsSegment): Uint8Array {
  const video = segment.video && videoUnits(segment.video)
  const audio = segment.audio && audioUnits(segment.audio, segment.video === undefined)
  const clockPid = (segment.video ?? segment.audio)?.form.pid ?? noPid
  const clocked = withClock(video ?? audio ?? [], clockPid, audio?.[0]?.dts ?? 0, clockEnd(segment))
  const units = video ? merge(clocked, audio ?? []) : clocked
  if (video) fillCycle(video)
  if (audio) fillCycle(audio)
  let packets = 2 * counterCycle
  for (const unit of units) packets += unit.packets
  const out = new Uint8Array(packets * tsPacketBytes)
  const writer = new PacketWriter(out)
  const association = associationTable()
  const map = mapTable(segment, clockPid)
  let tables = 0
  for (let index = 0; index < units.length || tables < counterCycle; index++) {
    while (tables < counterCycle && tables * units.length <= index * counterCycle) {
      writer.section(0, association)
      writer.section(mapPid, map)
      tables++
    }
    const unit = units[index]
    if (unit) writer.unit(unit)
  }
  return out
}

function toClock(ticks: number, timescale: number): number {
  return Math.round((ticks * clockHz) / timescale) + offsetTicks
}

function videoUnits(track: TsTrack): Unit[] {
  const units: Unit[] = []
  for (const sample of track.samples) {
    const frame = track.form.frame(sample)
    if (frame.length === 0) continue
    const dts = toClock(sample.dts, track.timescale)
    const pts = Math.max(dts, toClock(sample.pts, track.timescale))
    units.push(newUnit(track.form.pid, pesPacket(track.form.streamId, pts, dts, [frame], frame.length), dts, sample.key, true))
  }
  return units
}

/** Several frames share a PES packet as long as their times follow from the first one's by the codec's own frame length. */
function audioUnits(track: TsTrack, tellsClock: boolean): Unit[] {
  const units: Unit[] = []
  let frames: Uint8Array[] = []
  let bytes = 0
  let startTicks = 0
  const flush = (): void => {
    if (frames.length === 0) return
    const pts = toClock(startTicks, track.timescale)
    units.push(newUnit(track.form.pid, pesPacket(track.form.streamId, pts, pts, frames, bytes), pts, tellsClock, tellsClock))
    frames = []
    bytes = 0
  }
  const mostTicks = (audioPesTicks * track.timescale) / clockHz
  for (const sample of track.samples) {
    const frame = track.form.frame(sample)
    if (frame.length === 0) {
      flush()
      continue
    }
    if (frames.length > 0 && (bytes + frame.length > mostAudioPesBytes || sample.pts + sample.duration - startTicks > mostTicks)) flush()
    if (frames.length === 0) startTicks = sample.pts
    frames.push(frame)
    bytes += frame.length
    if (sample.duration !== track.samplesPerPacket) flush()
  }
  flush()
  return units
}

function newUnit(pid: number, bytes: Uint8Array, dts: number, key: boolean, tellsClock: boolean): Unit {
  const unit: Unit = { pid, bytes, dts, key, clock: tellsClock ? dts - deliveryTicks : undefined, packets: 0 }
  unit.packets = 1 + Math.max(0, Math.ceil((bytes.length - payloadBytes + fieldBytes(unit)) / payloadBytes))
  return unit
}

/** The adaptation field that a unit's first packet needs, with its length byte. */
function fieldBytes(unit: Unit): number {
  return unit.clock !== undefined ? clockFieldBytes : unit.key ? flagsFieldBytes : 0
}

/** PES packet (ISO/IEC 13818-1, 2.4.3.6) whose data begins with a frame. */
function pesPacket(streamId: number, pts: number, dts: number, frames: readonly Uint8Array[], frameBytes: number): Uint8Array {
  const timeBytes = dts === pts ? 5 : 10
  const out = new Uint8Array(9 + timeBytes + frameBytes)
  const length = out.length - 6
  out[2] = 1
  out[3] = streamId
  // Only video may leave its length open, and then only where 16 bits do not hold it.
  if (length <= 0xffff) {
    out[4] = length >> 8
    out[5] = length
  }
  const aligned = 0x84
  out[6] = aligned
  out[7] = dts === pts ? 0x80 : 0xc0
  out[8] = timeBytes
  writeTime(out, 9, dts === pts ? 2 : 3, pts)
  if (dts !== pts) writeTime(out, 14, 1, dts)
  let at = 9 + timeBytes
  for (const frame of frames) {
    out.set(frame, at)
    at += frame.length
  }
  return out
}

/** A 33-bit time with its prefix and marker bits. */
function writeTime(out: Uint8Array, at: number, prefix: number, ticks: number): void {
  const time = ticks % clockModulus
  const top = Math.floor(time / 2 ** 30)
  const low = time % 2 ** 30
  out[at] = (prefix << 4) | (top << 1) | 1
  out[at + 1] = low >> 22
  out[at + 2] = ((low >> 14) & 0xfe) | 1
  out[at + 3] = low >> 7
  out[at + 4] = ((low << 1) & 0xfe) | 1
}

/** In decoding order across both tracks, as they are to arrive. */
function merge(video: readonly Unit[], audio: readonly Unit[]): Unit[] {
  const merged: Unit[] = []
  let next = 0
  for (const unit of video) {
    for (; next < audio.length && (audio[next] as Unit).dts < unit.dts; next++) merged.push(audio[next] as Unit)
    merged.push(unit)
  }
  for (; next < audio.length; next++) merged.push(audio[next] as Unit)
  return merged
}

/** Until when the clock may be told: where the next segment's may begin. Pictures that return with B-frames are decoded some time ahead. */
function clockEnd({ video, audio }: TsSegment): number {
  const last = video?.samples.at(-1)
  if (video && last) return toClock(last.dts + last.duration, video.timescale)
  const heard = audio?.samples.at(-1)
  return audio && heard ? toClock(heard.dts + heard.duration, audio.timescale) - (video ? longestReorderTicks : 0) : 0
}

/**
 * Tells the clock between pictures that are far apart, and alone where there are none from `startTicks` on. Never after the end: the
 * next segment has the clock there, and it must not go back.
 */
function withClock(units: readonly Unit[], clockPid: number, startTicks: number, endTicks: number): Unit[] {
  const told: Unit[] = []
  const tellUntil = (fromTicks: number, untilTicks: number): void => {
    const end = Math.min(untilTicks, fromTicks + longestGapTicks)
    for (let at = fromTicks; at < end; at += clockEveryTicks)
      told.push({ pid: clockPid, bytes: new Uint8Array(0), dts: at, key: false, clock: at - deliveryTicks, packets: 1 })
  }
  if (units.length === 0) tellUntil(startTicks, endTicks)
  for (const [index, unit] of units.entries()) {
    told.push(unit)
    tellUntil(unit.dts + clockEveryTicks, units[index + 1]?.dts ?? endTicks)
  }
  return told
}

/** Spreads the largest of a PID's PES packets so that the packets of all are whole sixteens; each must have a byte to carry. */
function fillCycle(units: readonly Unit[]): void {
  let packets = 0
  let largest = units[0]
  for (const unit of units) {
    packets += unit.packets
    if (largest && unit.bytes.length > largest.bytes.length) largest = unit
  }
  if (!largest) return
  const missing = (counterCycle - (packets % counterCycle)) % counterCycle
  largest.packets = Math.min(largest.packets + missing, largest.bytes.length)
}

/** Writes transport packets one behind the other, and counts them for each PID. */
class PacketWriter {
  readonly #out: Uint8Array
  readonly #counters = new Map<number, number>()
  #at = 0

  constructor(out: Uint8Array) {
    this.#out = out
  }

  /** A table that fits one packet. */
  section(pid: number, section: Uint8Array): void {
    const out = this.#out
    const at = this.#header(pid, true, 0, payloadBytes)
    // pointer_field 0: the section begins at once; what follows it is stuffing.
    out.set(section, at + 1)
    out.fill(0xff, at + 1 + section.length, this.#at)
  }

  unit(unit: Unit): void {
    const { bytes, packets } = unit
    if (bytes.length === 0) {
      this.#field(this.#header(unit.pid, false, payloadBytes, 0), payloadBytes, false, unit.clock)
      return
    }
    let from = 0
    for (let index = 0; index < packets; index++) {
      const needed = index === 0 ? fieldBytes(unit) : 0
      const take = Math.min(payloadBytes - needed, bytes.length - from - (packets - index - 1))
      const stuffed = payloadBytes - take
      const at = this.#header(unit.pid, index === 0, stuffed, take)
      this.#field(at, stuffed, index === 0 && unit.key, index === 0 ? unit.clock : undefined)
      this.#out.set(bytes.subarray(from, from + take), at + stuffed)
      from += take
    }
  }

  /** The four bytes of a packet's header; returns where the rest begins. A packet without payload does not count. */
  #header(pid: number, start: boolean, fieldLength: number, payloadLength: number): number {
    const out = this.#out
    const at = this.#at
    const count = this.#counters.get(pid) ?? 0
    if (payloadLength > 0) this.#counters.set(pid, (count + 1) % counterCycle)
    out[at] = 0x47
    out[at + 1] = (start ? 0x40 : 0) | (pid >> 8)
    out[at + 2] = pid
    out[at + 3] = (fieldLength > 0 ? 0x20 : 0) | (payloadLength > 0 ? 0x10 : 0) | (payloadLength > 0 ? count : (count + 15) % counterCycle)
    this.#at = at + tsPacketBytes
    return at + 4
  }

  /** Adaptation field (ISO/IEC 13818-1, 2.4.3.4) of a length that counts its length byte. */
  #field(at: number, length: number, key: boolean, clock: number | undefined): void {
    if (length === 0) return
    const out = this.#out
    out[at] = length - 1
    if (length === 1) return
    out[at + 1] = (key ? 0x40 : 0) | (clock === undefined ? 0 : 0x10)
    let filled = at + flagsFieldBytes
    if (clock !== undefined) {
      const base = clock % clockModulus
      const high = Math.floor(base / 2)
      out[at + 2] = high >>> 24
      out[at + 3] = high >>> 16
      out[at + 4] = high >>> 8
      out[at + 5] = high
      out[at + 6] = (base % 2 === 0 ? 0 : 0x80) | 0x7e
      out[at + 7] = 0
      filled = at + clockFieldBytes
    }
    out.fill(0xff, filled, at + length)
  }
}

/** Program association (ISO/IEC 13818-1, 2.4.4.3): one program, number 1. */
function associationTable(): Uint8Array {
  return table(0x00, 1, 0, [0, 1, 0xe0 | (mapPid >> 8), mapPid & 0xff])
}

/** Program map (ISO/IEC 13818-1, 2.4.4.8). */
function mapTable(segment: TsSegment, clockPid: number): Uint8Array {
  const body = [0xe0 | (clockPid >> 8), clockPid & 0xff, 0xf0, 0]
  for (const track of [segment.video, segment.audio]) {
    if (!track) continue
    const { pid, streamType, descriptors } = track.form
    body.push(streamType, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, descriptors.length, ...descriptors)
  }
  return table(0x02, 1, segment.version % 32, body)
}

/** A current section with its CRC. */
function table(id: number, number: number, version: number, body: readonly number[]): Uint8Array {
  const length = 5 + body.length + 4
  const section = Uint8Array.from([id, 0xb0, length, 0, number, 0xc1 | (version << 1), 0, 0, ...body, 0, 0, 0, 0])
  const crc = crc32Mpeg(section.subarray(0, -4))
  section.set([crc >>> 24, (crc >>> 16) & 0xff, (crc >>> 8) & 0xff, crc & 0xff], section.length - 4)
  return section
}

/** CRC-32 as tables have it (ISO/IEC 13818-1, annex A): most significant bit first, nothing inverted at the end. */
export function crc32Mpeg(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0)
  }
  return crc >>> 0
}
