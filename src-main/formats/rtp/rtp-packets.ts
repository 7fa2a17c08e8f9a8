import { parseAvcDecoderConfiguration } from '../codecs/h264.ts'
import { isFault } from '../fault.ts'
import { writeRtpHead } from './rtp.ts'

/** Takes one RTP packet; it is the receiver's own. */
export type RtpSink = (packet: Buffer) => void

/** Longest payload behind the 12-byte head: fits 1200 bytes with SRTP's tag and TURN's framing on any path. */
const maxPayload = 1180

/** Cuts H.264 access units (length-prefixed) to RTP packets (RFC 6184, packetization-mode 1). */
export class H264Packetizer {
  readonly #payloadType: number
  readonly #ssrc: number
  readonly #sink: RtpSink
  #sequence = 0
  #nalLengthSize = 4
  #sets: readonly Uint8Array[] = []

  constructor(payloadType: number, ssrc: number, sink: RtpSink) {
    this.#payloadType = payloadType
    this.#ssrc = ssrc
    this.#sink = sink
  }

  /** The avcC record whose parameter sets go before every keyframe; one that cannot be read is ignored. */
  configure(avcC: Uint8Array): void {
    const parsed = parseAvcDecoderConfiguration(avcC)
    if (isFault(parsed)) return
    this.#nalLengthSize = parsed.nalLengthSize
    this.#sets = [...parsed.sps, ...parsed.pps]
  }

  /** One access unit. `timestamp`: 90 kHz, 32 bits. */
  push(data: Uint8Array, key: boolean, timestamp: number): void {
    const size = this.#nalLengthSize
    if (key) this.#parameterSets(timestamp)
    let at = 0
    while (at + size <= data.length) {
      let length = 0
      for (let i = 0; i < size; i++) length = length * 256 + (data[at + i] as number)
      at += size
      if (length === 0 || length > data.length - at) return
      const next = at + length
      const type = (data[at] as number) & 31
      // sent from the record already; delimiters and filler serve nobody here
      if (type !== 7 && type !== 8 && type !== 9 && type !== 12) this.#unit(data, at, next, timestamp, next + size >= data.length)
      at = next
    }
  }

  /** STAP-A of the sets, or one packet each where they do not fit. */
  #parameterSets(timestamp: number): void {
    let length = 1
    for (const set of this.#sets) length += 2 + set.length
    if (this.#sets.length === 0) return
    if (length > maxPayload) {
      for (const set of this.#sets) this.#unit(set, 0, set.length, timestamp, false)
      return
    }
    const packet = this.#packet(length, false, timestamp)
    packet[12] = 0x78
    let at = 13
    for (const set of this.#sets) {
      packet.writeUInt16BE(set.length, at)
      packet.set(set, at + 2)
      at += 2 + set.length
    }
    this.#sink(packet)
  }

  #unit(data: Uint8Array, start: number, end: number, timestamp: number, last: boolean): void {
    const length = end - start
    if (length <= maxPayload) {
      const packet = this.#packet(length, last, timestamp)
      packet.set(data.subarray(start, end), 12)
      this.#sink(packet)
      return
    }
    const head = data[start] as number
    const pieces = Math.ceil((length - 1) / (maxPayload - 2))
    const each = Math.ceil((length - 1) / pieces)
    for (let at = start + 1; at < end; at += each) {
      const to = Math.min(at + each, end)
      const packet = this.#packet(2 + to - at, last && to === end, timestamp)
      packet[12] = (head & 0xe0) | 28
      packet[13] = (at === start + 1 ? 0x80 : 0) | (to === end ? 0x40 : 0) | (head & 31)
      packet.set(data.subarray(at, to), 14)
      this.#sink(packet)
    }
  }

  #packet(payload: number, marker: boolean, timestamp: number): Buffer {
    const packet = Buffer.allocUnsafe(12 + payload)
    writeRtpHead(packet, this.#payloadType, marker, this.#sequence, timestamp, this.#ssrc)
    this.#sequence = (this.#sequence + 1) & 0xffff
    return packet
  }
}

/** One Opus packet per RTP packet (RFC 7587). */
export class OpusPacketizer {
  readonly #payloadType: number
  readonly #ssrc: number
  readonly #sink: RtpSink
  #sequence = 0
  #began = false

  constructor(payloadType: number, ssrc: number, sink: RtpSink) {
    this.#payloadType = payloadType
    this.#ssrc = ssrc
    this.#sink = sink
  }

  /** `timestamp`: 48 kHz, 32 bits. */
  push(data: Uint8Array, timestamp: number): void {
    const packet = Buffer.allocUnsafe(12 + data.length)
    writeRtpHead(packet, this.#payloadType, !this.#began, this.#sequence, timestamp, this.#ssrc)
    this.#began = true
    this.#sequence = (this.#sequence + 1) & 0xffff
    packet.set(data, 12)
    this.#sink(packet)
  }
}
