import { type Fault, fault, isFault } from '../fault.ts'
import { SrtExtension } from './srt-packet.ts'

/** Handshake types (draft-sharabayko-srt-01, section 3.2.1); a rejection is 1000 and its code. */
export const SrtHandshakeType = { induction: 1, conclusion: 0xffffffff } as const

/** What the extension field says in a listener's answer to the induction. */
export const srtMagic = 0x4a17
export const srtHandshakeBytes = 48

/** Why a caller is rejected (section 4.3; the codes from 1400 are those of the access control guidelines). */
export const SrtReject = {
  unknown: 0,
  resource: 3,
  rogue: 4,
  close: 7,
  version: 8,
  badSecret: 10,
  unsecure: 11,
  messageApi: 12,
  congestion: 13,
  filter: 14,
  group: 15,
  timeout: 16,
  badRequest: 1400,
  unauthorized: 1401,
  overload: 1402,
  forbidden: 1403,
  notFound: 1404,
  badMode: 1405,
  unacceptable: 1406,
  conflict: 1409,
  internal: 1500,
} as const

/** Flags of an HSREQ or HSRSP (section 3.2.1.1.1). */
export const SrtFlag = {
  tsbpdSend: 1,
  tsbpdReceive: 2,
  crypt: 4,
  lateDrop: 8,
  periodicNak: 16,
  retransmitFlag: 32,
  stream: 64,
  filter: 128,
} as const

export interface SrtHandshake {
  readonly version: number
  /** Length of the key in eights of bytes: 0, 2, 3 or 4. */
  readonly encryption: number
  readonly extensionField: number
  /** First sequence number of data, 31 bits. */
  readonly sequence: number
  readonly mtu: number
  readonly flowWindow: number
  readonly type: number
  readonly socketId: number
  readonly cookie: number
}

/** HSREQ or HSRSP. Latencies in ms. */
export interface SrtParameters {
  readonly version: number
  readonly flags: number
  readonly receiveLatencyMs: number
  readonly sendLatencyMs: number
}

/** Extensions of a conclusion, as far as they were there. */
export interface SrtExtensions {
  parameters?: SrtParameters
  /** Key material message of a request or response; a single word is a state (3 no secret, 4 bad secret). */
  keyMaterial?: Uint8Array
  streamId?: string
  congestion?: string
  /** Asks for what is not carried here. */
  filter?: boolean
  group?: boolean
}

/** Longest stream id that the protocol has, bytes. */
export const srtStreamIdBytes = 512

/** Reads the 48 bytes of a handshake at the start of a control packet's body. */
export function readHandshake(body: Buffer): SrtHandshake | Fault {
  if (body.length < srtHandshakeBytes) return fault('A handshake is shorter than 48 bytes', body.length)
  const sequence = body.readUInt32BE(8)
  if (sequence >= 0x80000000) return fault('A first sequence number has more than 31 bits', 8)
  return {
    version: body.readUInt32BE(0),
    encryption: body.readUInt16BE(4),
    extensionField: body.readUInt16BE(6),
    sequence,
    mtu: body.readUInt32BE(12),
    flowWindow: body.readUInt32BE(16),
    type: body.readUInt32BE(20),
    socketId: body.readUInt32BE(24),
    cookie: body.readUInt32BE(28),
  }
}

/** The bytes of a handshake and of the extensions behind it. `peerAddress`: IPv4 of the receiver, for its own information. */
export function writeHandshake(handshake: SrtHandshake, peerAddress: string, extensions: readonly Uint8Array[] = []): Buffer {
  let length = srtHandshakeBytes
  for (const extension of extensions) length += extension.length
  const out = Buffer.alloc(length)
  out.writeUInt32BE(handshake.version, 0)
  out.writeUInt16BE(handshake.encryption, 4)
  out.writeUInt16BE(handshake.extensionField, 6)
  out.writeUInt32BE(handshake.sequence, 8)
  out.writeUInt32BE(handshake.mtu, 12)
  out.writeUInt32BE(handshake.flowWindow, 16)
  out.writeUInt32BE(handshake.type, 20)
  out.writeUInt32BE(handshake.socketId, 24)
  out.writeUInt32BE(handshake.cookie, 28)
  const octets = peerAddress.split('.')
  if (octets.length === 4) for (let i = 0; i < 4; i++) out[35 - i] = Number(octets[i])
  let at = srtHandshakeBytes
  for (const extension of extensions) {
    out.set(extension, at)
    at += extension.length
  }
  return out
}

/** One extension: its type, its length in words, its content padded to a word. */
export function extension(type: number, content: Uint8Array): Uint8Array {
  const words = (content.length + 3) >> 2
  const out = Buffer.alloc(4 + 4 * words)
  out.writeUInt16BE(type, 0)
  out.writeUInt16BE(words, 2)
  out.set(content, 4)
  return out
}

/** Content of HSREQ and HSRSP. */
export function parametersContent(parameters: SrtParameters): Uint8Array {
  const out = Buffer.alloc(12)
  out.writeUInt32BE(parameters.version, 0)
  out.writeUInt32BE(parameters.flags, 4)
  out.writeUInt16BE(Math.min(0xffff, parameters.receiveLatencyMs), 8)
  out.writeUInt16BE(Math.min(0xffff, parameters.sendLatencyMs), 10)
  return out
}

/** Texts are in words whose bytes are in reverse (section 3.2.1.3). */
export function textContent(text: string): Uint8Array {
  const bytes = Buffer.from(text)
  const out = Buffer.alloc(((bytes.length + 3) >> 2) << 2)
  bytes.copy(out)
  return out.swap32()
}

function readText(content: Buffer): string {
  const bytes = Buffer.from(content).swap32()
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
}

/** Reads the extensions behind a conclusion's 48 bytes. Unknown ones are passed over; a wrong length is a fault. */
export function readExtensions(body: Buffer): SrtExtensions | Fault {
  const found: SrtExtensions = {}
  let at = srtHandshakeBytes
  while (at + 4 <= body.length) {
    const type = body.readUInt16BE(at)
    const length = 4 * body.readUInt16BE(at + 2)
    at += 4
    if (length > body.length - at) return fault('An extension of a handshake is cut', at)
    const wrong = readExtension(found, type, body.subarray(at, at + length))
    if (isFault(wrong)) return fault(wrong.fault, at)
    at += length
  }
  return found
}

function readExtension(found: SrtExtensions, type: number, content: Buffer): Fault | undefined {
  switch (type) {
    case SrtExtension.hsRequest:
    case SrtExtension.hsResponse:
      if (content.length < 12) return fault('HSREQ is shorter than 12 bytes', 0)
      found.parameters = {
        version: content.readUInt32BE(0),
        flags: content.readUInt32BE(4),
        receiveLatencyMs: content.readUInt16BE(8),
        sendLatencyMs: content.readUInt16BE(10),
      }
      return undefined
    case SrtExtension.kmRequest:
    case SrtExtension.kmResponse:
      found.keyMaterial = content
      return undefined
    case SrtExtension.streamId:
      if (content.length > srtStreamIdBytes) return fault('A stream id has more than 512 bytes', 0)
      found.streamId = readText(content)
      return undefined
    case SrtExtension.congestion:
      if (content.length > 64) return fault('The name of a congestion control is too long', 0)
      found.congestion = readText(content)
      return undefined
    case SrtExtension.filter:
      found.filter = true
      return undefined
    case SrtExtension.group:
      found.group = true
      return undefined
    default:
      return undefined
  }
}
