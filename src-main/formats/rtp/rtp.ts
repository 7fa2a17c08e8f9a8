/** An RTP packet's head (RFC 3550, 5.1), read into one object again and again: nothing is made per packet. */
export class RtpHead {
  payloadType = 0
  marker = false
  /** 16 bits. */
  sequence = 0
  /** 32 bits, ticks of the payload's clock. */
  timestamp = 0
  ssrc = 0
  /** Where the payload starts and ends (padding left out). */
  start = 0
  end = 0
  /** Where the header extension's elements start and end; equal in a packet without extension. */
  extensionStart = 0
  extensionEnd = 0
  /** RFC 8285: 0xBEDE one-byte elements, 0x100x two-byte ones, else 0. */
  extensionProfile = 0

  /** False where the bytes are no RTP packet. */
  read(data: Uint8Array): boolean {
    const length = data.length
    const first = data[0] as number
    if (length < 12 || first >> 6 !== 2) return false
    const second = data[1] as number
    this.marker = second > 127
    this.payloadType = second & 127
    this.sequence = ((data[2] as number) << 8) | (data[3] as number)
    this.timestamp = readU32(data, 4)
    this.ssrc = readU32(data, 8)
    let at = 12 + 4 * (first & 15)
    this.extensionStart = 0
    this.extensionEnd = 0
    this.extensionProfile = 0
    if ((first & 16) !== 0) {
      if (at + 4 > length) return false
      const profile = ((data[at] as number) << 8) | (data[at + 1] as number)
      const words = ((data[at + 2] as number) << 8) | (data[at + 3] as number)
      this.extensionStart = at + 4
      at += 4 + 4 * words
      this.extensionEnd = at
      this.extensionProfile = profile === 0xbede || profile >> 4 === 0x100 ? profile : 0
    }
    let end = length
    if ((first & 32) !== 0) {
      const padding = data[length - 1] as number
      if (padding === 0) return false
      end -= padding
    }
    this.start = at
    this.end = end
    return at <= end
  }

  /** Text of a header extension element (mid, rid), undefined where the packet has none of that id. */
  extensionText(data: Uint8Array, id: number): string | undefined {
    if (this.extensionProfile === 0) return undefined
    const short = this.extensionProfile === 0xbede
    let at = this.extensionStart
    while (at < this.extensionEnd) {
      const head = data[at] as number
      if (head === 0) {
        at++
        continue
      }
      const element = short ? head >> 4 : head
      if (short && element === 15) return undefined
      const length = short ? (head & 15) + 1 : (data[at + 1] ?? 0)
      const from = at + (short ? 1 : 2)
      if (from + length > this.extensionEnd) return undefined
      if (element === id) return String.fromCharCode(...data.subarray(from, from + Math.min(length, 64)))
      at = from + length
    }
    return undefined
  }
}

/** True for RTCP where RTP and RTCP share a port (RFC 5761, 4). */
export function isRtcp(data: Uint8Array): boolean {
  const type = data[1] as number
  return data.length >= 8 && type >= 192 && type <= 223
}

/** Writes a 12-byte head without CSRCs and extension. */
export function writeRtpHead(
  into: Uint8Array,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  into[0] = 0x80
  into[1] = (marker ? 0x80 : 0) | payloadType
  into[2] = sequence >> 8
  into[3] = sequence
  writeU32(into, 4, timestamp)
  writeU32(into, 8, ssrc)
}

/** `a - b` on a circle of 2^16, between -32768 and 32767. */
export function sequenceDistance(a: number, b: number): number {
  return ((a - b) << 16) >> 16
}

/** `a - b` on a circle of 2^32, between -2^31 and 2^31 - 1. */
export function timestampDistance(a: number, b: number): number {
  return (a - b) | 0
}

/** Reads 32 bits, big-endian, as a number that is not negative. */
export function readU32(data: Uint8Array, at: number): number {
  return (
    (((data[at] as number) << 24) | ((data[at + 1] as number) << 16) | ((data[at + 2] as number) << 8) | (data[at + 3] as number)) >>> 0
  )
}

/** Writes 32 bits, big-endian. */
export function writeU32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24
  into[at + 1] = value >>> 16
  into[at + 2] = value >>> 8
  into[at + 3] = value
}
