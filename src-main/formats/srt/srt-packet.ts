import { type Fault, fault } from '../fault.ts'

/**
 * Packets of SRT on the wire (draft-sharabayko-srt-01, section 3). A packet is a 16-byte header and its body; the header's first bit
 * tells control from data. Sequence numbers have 31 bits, message numbers 26, times are microseconds since the sender's socket started, modulo 2^32.
 */

export const srtHeaderBytes = 16
/** Payload of one data packet at most: an Ethernet frame without the headers of IP, UDP and SRT. */
export const srtMaxPayloadBytes = 1456
/** Seven packets of a transport stream: what live encoders put into one packet. */
export const srtLivePayloadBytes = 1316

/** Control types (section 3.2). */
export const SrtControl = {
  handshake: 0,
  keepAlive: 1,
  ack: 2,
  nak: 3,
  congestion: 4,
  shutdown: 5,
  ackAck: 6,
  dropRequest: 7,
  user: 0x7fff,
} as const

/** Extension types of handshakes, and subtypes of user control packets (section 3.2.1). */
export const SrtExtension = {
  hsRequest: 1,
  hsResponse: 2,
  kmRequest: 3,
  kmResponse: 4,
  streamId: 5,
  congestion: 6,
  filter: 7,
  group: 8,
} as const

const sequenceModulus = 0x80000000
const sequenceMask = 0x7fffffff
export const srtMessageMask = 0x3ffffff

/** `sequence` plus `steps` (may be negative), modulo 2^31. */
export function addSequence(sequence: number, steps: number): number {
  return ((sequence + steps) & sequenceMask) >>> 0
}

/** How far `to` is after `from`, -2^30 to 2^30. */
export function sequenceDistance(from: number, to: number): number {
  const steps = (to - from) & sequenceMask
  return steps < sequenceModulus / 2 ? steps : steps - sequenceModulus
}

/** Writes the header of a control packet; `extra` is the type-specific word. */
export function writeControlHeader(out: Buffer, type: number, subtype: number, extra: number, timeUs: number, socketId: number): void {
  out.writeUInt16BE(0x8000 | type, 0)
  out.writeUInt16BE(subtype, 2)
  out.writeUInt32BE(extra >>> 0, 4)
  out.writeUInt32BE(timeUs >>> 0, 8)
  out.writeUInt32BE(socketId >>> 0, 12)
}

/** A control packet with its body. */
export function controlPacket(type: number, subtype: number, extra: number, timeUs: number, socketId: number, body?: Uint8Array): Buffer {
  const out = Buffer.alloc(srtHeaderBytes + (body?.length ?? 0))
  writeControlHeader(out, type, subtype, extra, timeUs, socketId)
  if (body) out.set(body, srtHeaderBytes)
  return out
}

/** Writes the header of a data packet with a whole message (PP = 11), in order or not. `key`: 0 plain, 1 even, 2 odd (section 3.1). */
export function writeDataHeader(out: Buffer, sequence: number, message: number, key: number, timeUs: number, socketId: number): void {
  out.writeUInt32BE(sequence, 0)
  out.writeUInt32BE((0xc0000000 | ((key & 3) << 27) | (message & srtMessageMask)) >>> 0, 4)
  out.writeUInt32BE(timeUs >>> 0, 8)
  out.writeUInt32BE(socketId >>> 0, 12)
}

/** The retransmission flag in the second word of a data packet's header. */
export const srtRetransmittedBit = 0x04

/** Puts a list of lost ranges as NAK packets carry it (appendix A); as many as fit `words`. Returns the bytes that were written. */
export function writeLossRange(out: Buffer, at: number, first: number, last: number): number {
  if (first === last) {
    out.writeUInt32BE(first, at)
    return at + 4
  }
  out.writeUInt32BE((0x80000000 | first) >>> 0, at)
  out.writeUInt32BE(last, at + 4)
  return at + 8
}

/** Reads a NAK's list, calling back for every range; a list that makes no sense is a fault, and what came before it counts. */
export function readLossRanges(body: Uint8Array, onRange: (first: number, last: number) => void): Fault | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  let at = 0
  while (at + 4 <= body.length) {
    const word = view.getUint32(at)
    if (word < sequenceModulus) {
      onRange(word, word)
      at += 4
      continue
    }
    if (at + 8 > body.length) return fault('A range of lost packets is cut', at)
    const first = word & sequenceMask
    const last = view.getUint32(at + 4)
    if (last >= sequenceModulus || sequenceDistance(first, last) < 0) return fault('A range of lost packets goes backwards', at)
    onRange(first, last)
    at += 8
  }
  return undefined
}
