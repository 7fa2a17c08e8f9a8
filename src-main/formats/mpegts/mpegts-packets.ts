import { rescale } from '../media-time.ts'
import type { ElementaryForm } from './elementary-stream.ts'

/** Packets of an MPEG transport stream (ISO/IEC 13818-1): what segments and endless streams are both made of. */

export const tsPacketBytes = 188
/** Packet identifier of the program map. */
export const mapPid = 0x1000
/** `PCR_PID` where nothing tells the clock (ISO/IEC 13818-1, 2.4.4.9). */
export const noPid = 0x1fff

export const clockHz = 90_000
const clockModulus = 2 ** 33
/** Every time is this much later than on the stream's timeline, so that a PCR ahead of its frame is never negative. */
const offsetTicks = 10 * clockHz
/** How long before its decoding time a frame's bytes start to arrive. */
export const deliveryTicks = 0.7 * clockHz
/** The clock is sent at least this often (ISO/IEC 13818-1, 2.7.2 asks for 100 ms). */
export const clockEveryTicks = 0.09 * clockHz
/** How long before its presentation time a frame's decoding time may be, if nothing says it. */
export const maxReorderTicks = 0.3 * clockHz
/** The 4-bit continuity counters of whole sixteens of packets end where they started. */
export const counterCycle = 16
const payloadBytes = tsPacketBytes - 4
const clockFieldBytes = 8
const flagsFieldBytes = 2

/** A PES packet, or moments of the clock alone (`bytes` empty), on its way to transport packets. */
export interface Unit {
  readonly pid: number
  readonly bytes: Uint8Array
  /** 90 kHz with the offset. */
  readonly dts: number
  readonly key: boolean
  /** Program clock to be sent with it, 90 kHz. */
  clock: number | undefined
  packets: number
}

/** Ticks of a timescale as 90 kHz with the offset. */
export function toClock(ticks: number, timescale: number): number {
  return rescale(ticks, timescale, clockHz) + offsetTicks
}

/** A unit of a PES packet's bytes; `carriesClock`: the program clock goes with it. */
export function newUnit(pid: number, bytes: Uint8Array, dts: number, key: boolean, carriesClock: boolean): Unit {
  const unit: Unit = { pid, bytes, dts, key, clock: carriesClock ? dts - deliveryTicks : undefined, packets: 0 }
  unit.packets = 1 + Math.max(0, Math.ceil((bytes.length - payloadBytes + fieldBytes(unit)) / payloadBytes))
  return unit
}

/** The adaptation field that a unit's first packet needs, with its length byte. */
function fieldBytes(unit: Unit): number {
  return unit.clock !== undefined ? clockFieldBytes : unit.key ? flagsFieldBytes : 0
}

/** PES packet (ISO/IEC 13818-1, 2.4.3.6) whose data starts with a frame. */
export function pesPacket(streamId: number, pts: number, dts: number, frames: readonly Uint8Array[], frameBytes: number): Uint8Array {
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

/** Writes transport packets one behind the other, and counts them for each PID. */
export class PacketWriter {
  #out: Uint8Array
  readonly #counters = new Map<number, number>()
  #at = 0

  constructor(out: Uint8Array) {
    this.#out = out
  }

  /** Goes on in other bytes; counters stay. */
  continueIn(out: Uint8Array): void {
    this.#out = out
    this.#at = 0
  }

  /** A table that fits one packet. */
  section(pid: number, section: Uint8Array): void {
    const out = this.#out
    const at = this.#header(pid, true, 0, payloadBytes)
    // pointer_field 0: the section starts at once; what follows it is stuffing.
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

  /** The four bytes of a packet's header; returns where the rest starts. A packet without payload does not count. */
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
export function associationTable(): Uint8Array {
  return table(0x00, 1, 0, [0, 1, 0xe0 | (mapPid >> 8), mapPid & 0xff])
}

/** Program map (ISO/IEC 13818-1, 2.4.4.8). */
export function mapTable(tracks: readonly ElementaryForm[], clockPid: number, version: number): Uint8Array {
  const body = [0xe0 | (clockPid >> 8), clockPid & 0xff, 0xf0, 0]
  for (const { pid, streamType, descriptors } of tracks) {
    body.push(streamType, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, descriptors.length, ...descriptors)
  }
  return table(0x02, 1, version % 32, body)
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
