import { readU32, writeU32 } from './rtp.ts'

/** What a compound RTCP packet tells; each is called in the packet's order. */
export interface RtcpHandler {
  /** Sender report (RFC 3550, 6.4.1): wall clock in ms since 1970 (fractional) that belongs to the RTP timestamp. */
  onSenderReport?(ssrc: number, ntpMs: number, rtpTimestamp: number, ntpMiddle: number): void
  /** A report block: the share lost since the last one in 256ths, all lost so far, middle of the last SR seen and the delay since in 1/65536 s. */
  onReport?(ssrc: number, fractionLost: number, lost: number, lastSr: number, delay: number): void
  /** One lost packet that the receiver wants again (RFC 4585, 6.2.1). */
  onNack?(ssrc: number, sequence: number): void
  /** The receiver needs a keyframe: PLI (RFC 4585, 6.3.1) or FIR (RFC 5104, 4.3.1). */
  onKeyframeRequest?(ssrc: number): void
  /** When the packet with that transport-wide number came, in ms of the receiver's clock; NaN where it has not. */
  onArrival?(sequence: number, arrivedMs: number): void
  /** Bit/s that the receiver can take (REMB). */
  onBitrate?(bitrate: number): void
  onBye?(ssrc: number): void
}

/** ms between 1900 (NTP) and 1970. */
const NTP_EPOCH_MS = 2_208_988_800_000

/** Reads a compound packet; stops at the first byte that breaks the format and tells so by `false`. */
export function readRtcp(data: Uint8Array, handler: RtcpHandler): boolean {
  let at = 0
  while (at + 4 <= data.length) {
    const first = data[at] as number
    if (first >> 6 !== 2) return false
    const count = first & 31
    const type = data[at + 1] as number
    const end = at + 4 + 4 * (((data[at + 2] as number) << 8) | (data[at + 3] as number))
    if (end > data.length) return false
    if (type === 200 && end - at >= 28) {
      const seconds = readU32(data, at + 8)
      const fraction = readU32(data, at + 12)
      const ntpMs = seconds * 1000 + (fraction * 1000) / 2 ** 32 - NTP_EPOCH_MS
      handler.onSenderReport?.(readU32(data, at + 4), ntpMs, readU32(data, at + 16), ((seconds & 0xffff) * 65536 + (fraction >>> 16)) >>> 0)
      readBlocks(data, at + 28, end, count, handler)
    } else if (type === 201) readBlocks(data, at + 8, end, count, handler)
    else if (type === 203) for (let i = 0; i < count && at + 8 + 4 * i <= end; i++) handler.onBye?.(readU32(data, at + 4 + 4 * i))
    else if (type === 205 && count === 1 && handler.onNack !== undefined) readNacks(data, at, end, handler)
    else if (type === 205 && count === 15 && handler.onArrival !== undefined) {
      if (!readArrivals(data, at, end, handler.onArrival)) return false
    } else if (type === 206 && end - at >= 12) {
      if (count === 1) handler.onKeyframeRequest?.(readU32(data, at + 8))
      else if (count === 4 && end - at >= 20) handler.onKeyframeRequest?.(readU32(data, at + 12))
      else if (count === 15 && end - at >= 20 && readU32(data, at + 12) === 0x52454d42) {
        const packed = readU32(data, at + 16)
        handler.onBitrate?.((packed & 0x3ffff) * 2 ** ((packed >>> 18) & 63))
      }
    }
    at = end
  }
  return at === data.length
}

function readBlocks(data: Uint8Array, start: number, end: number, count: number, handler: RtcpHandler): void {
  if (handler.onReport === undefined) return
  for (let i = 0, at = start; i < count && at + 24 <= end; i++, at += 24) {
    const packed = readU32(data, at + 4)
    handler.onReport(readU32(data, at), packed >>> 24, (packed << 8) >> 8, readU32(data, at + 16), readU32(data, at + 20))
  }
}

function readNacks(data: Uint8Array, start: number, end: number, handler: RtcpHandler): void {
  const ssrc = readU32(data, start + 8)
  for (let at = start + 12; at + 4 <= end; at += 4) {
    const first = ((data[at] as number) << 8) | (data[at + 1] as number)
    const more = ((data[at + 2] as number) << 8) | (data[at + 3] as number)
    handler.onNack?.(ssrc, first)
    for (let bit = 0; bit < 16; bit++) if ((more >> bit) & 1) handler.onNack?.(ssrc, (first + bit + 1) & 0xffff)
  }
}

/** Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1): statuses first, then the times of what came. */
function readArrivals(data: Uint8Array, start: number, end: number, onArrival: (sequence: number, arrivedMs: number) => void): boolean {
  if (end - start < 20) return false
  const base = ((data[start + 12] as number) << 8) | (data[start + 13] as number)
  const count = ((data[start + 14] as number) << 8) | (data[start + 15] as number)
  // 24 bits, signed, of 64 ms
  let timeMs =
    ((((data[start + 16] as number) << 24) | ((data[start + 17] as number) << 16) | ((data[start + 18] as number) << 8)) >> 8) * 64
  let chunk = start + 20
  let delta = chunk
  for (let reported = 0; reported < count; delta += 2) {
    if (delta + 2 > end) return false
    reported += chunkLength(((data[delta] as number) << 8) | (data[delta + 1] as number))
  }
  for (let at = 0; at < count; chunk += 2) {
    const bits = ((data[chunk] as number) << 8) | (data[chunk + 1] as number)
    for (let i = 0; i < chunkLength(bits) && at < count; i++, at++) {
      const status = chunkStatus(bits, i)
      if (status === 1) {
        if (delta + 1 > end) return false
        timeMs += (data[delta++] as number) / 4
      } else if (status === 2) {
        if (delta + 2 > end) return false
        timeMs += (((data[delta] as number) << 24) | ((data[delta + 1] as number) << 16)) / 65536 / 4
        delta += 2
      }
      onArrival((base + at) & 0xffff, status === 0 ? Number.NaN : timeMs)
    }
  }
  return true
}

/** A run of one status, 14 of one bit, or 7 of two. */
function chunkLength(bits: number): number {
  if (bits >> 15 === 0) return Math.max(1, bits & 0x1fff)
  return (bits & 0x4000) === 0 ? 14 : 7
}

/** 0 not received, 1 a small step in time, 2 a large or negative one. */
function chunkStatus(bits: number, i: number): number {
  if (bits >> 15 === 0) return (bits >> 13) & 3
  return (bits & 0x4000) === 0 ? (bits >> (13 - i)) & 1 : (bits >> (12 - 2 * i)) & 3
}

/** A receiver's view of one source, for its report block. */
export interface ReceptionReport {
  readonly ssrc: number
  readonly fractionLost: number
  readonly lost: number
  readonly highestSequence: number
  /** Ticks of the source's clock. */
  readonly jitter: number
  readonly lastSr: number
  /** 1/65536 s since that SR came. */
  readonly delay: number
}

/** Receiver report of up to 31 sources. */
export function writeReceiverReport(sender: number, reports: readonly ReceptionReport[]): Uint8Array {
  const length = 8 + 24 * reports.length
  const into = new Uint8Array(length)
  writeHead(into, reports.length, 201, length, sender)
  let at = 8
  for (const each of reports) {
    writeU32(into, at, each.ssrc)
    writeU32(into, at + 4, (each.fractionLost << 24) | (each.lost & 0xffffff))
    writeU32(into, at + 8, each.highestSequence)
    writeU32(into, at + 12, each.jitter)
    writeU32(into, at + 16, each.lastSr)
    writeU32(into, at + 20, each.delay)
    at += 24
  }
  return into
}

/** Sender report without report blocks, followed by the CNAME that RFC 3550 asks for. `ntpMs`: ms since 1970. */
export function writeSenderReport(
  ssrc: number,
  ntpMs: number,
  rtpTimestamp: number,
  packets: number,
  bytes: number,
  cname: string,
): Uint8Array {
  const name = Math.min(cname.length, 255)
  const chunk = Math.ceil((4 + 2 + name + 1) / 4) * 4
  const into = new Uint8Array(28 + 4 + chunk)
  writeHead(into, 0, 200, 28, ssrc)
  const ms = ntpMs + NTP_EPOCH_MS
  writeU32(into, 8, Math.floor(ms / 1000))
  writeU32(into, 12, Math.floor(((ms % 1000) / 1000) * 2 ** 32))
  writeU32(into, 16, rtpTimestamp)
  writeU32(into, 20, packets)
  writeU32(into, 24, bytes)
  writeHead(into.subarray(28), 1, 202, 4 + chunk, ssrc)
  into[36] = 1
  into[37] = name
  for (let i = 0; i < name; i++) into[38 + i] = cname.charCodeAt(i)
  return into
}

/** Picture loss indication (PLI): asks `media` for a keyframe. */
export function writeKeyframeRequest(sender: number, media: number): Uint8Array {
  const into = new Uint8Array(12)
  writeHead(into, 1, 206, 12, sender)
  writeU32(into, 8, media)
  return into
}

/** Asks for lost packets again, ascending. */
export function writeNack(sender: number, media: number, sequences: readonly number[]): Uint8Array {
  const pairs: number[] = []
  for (const sequence of sequences) {
    const last = pairs.length - 2
    const distance = last < 0 ? 0 : (sequence - (pairs[last] as number)) & 0xffff
    if (last >= 0 && distance >= 1 && distance <= 16) pairs[last + 1] = (pairs[last + 1] as number) | (1 << (distance - 1))
    else pairs.push(sequence, 0)
  }
  const length = 12 + 2 * pairs.length
  const into = new Uint8Array(length)
  writeHead(into, 1, 205, length, sender)
  writeU32(into, 8, media)
  for (let i = 0, at = 12; i < pairs.length; i += 2, at += 4) writeU32(into, at, ((pairs[i] as number) << 16) | (pairs[i + 1] as number))
  return into
}

/** Receiver estimated maximum bitrate in bit/s (draft-alvestrand-rmcat-remb). */
export function writeBitrate(sender: number, media: readonly number[], bitrate: number): Uint8Array {
  const length = 20 + 4 * media.length
  const into = new Uint8Array(length)
  writeHead(into, 15, 206, length, sender)
  writeU32(into, 12, 0x52454d42)
  let exponent = 0
  let mantissa = Math.floor(bitrate)
  while (mantissa > 0x3ffff) {
    mantissa = Math.floor(mantissa / 2)
    exponent++
  }
  writeU32(into, 16, (media.length << 24) | (exponent << 18) | mantissa)
  for (let i = 0; i < media.length; i++) writeU32(into, 20 + 4 * i, media[i] as number)
  return into
}

function writeHead(into: Uint8Array, count: number, type: number, length: number, ssrc: number): void {
  into[0] = 0x80 | count
  into[1] = type
  into[2] = (length / 4 - 1) >> 8
  into[3] = length / 4 - 1
  writeU32(into, 4, ssrc)
}
