import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Fault, fault } from '../fault.ts'

/**
 * The server's side of the RTMP handshake (RTMP 1.0 section 5.2), simple and with digests.
 * The digest form signs C1 and S1 with HMAC-SHA256 in one of two places; Flash-born encoders reject an unsigned answer to a signed C1.
 */

const packetBytes = 1536
const digestBytes = 32
const keyTail = Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex')
const serverName = Buffer.from('Genuine Adobe Flash Media Server 001')
const serverKey = Buffer.concat([serverName, keyTail])
const clientName = Buffer.from('Genuine Adobe Flash Player 001')

/** Offsets of the four bytes that give the position of a scheme's digest, and of its region. */
const schemes = [
  { pointer: 8, base: 12 },
  { pointer: 772, base: 776 },
] as const

export class ServerHandshake {
  private hello: Buffer | undefined = Buffer.allocUnsafe(1 + packetBytes)
  private filled = 0
  private secondLeft = packetBytes
  /** Which answer the client got; undefined before C1 was whole. */
  form: 'simple' | 'digest' | undefined
  /** S0, S1 and S2 in one piece, once C1 was whole: the owner sends and clears it. */
  reply: Buffer | undefined

  /** True once C2 was received: what follows is chunks. */
  get done(): boolean {
    return this.hello === undefined && this.secondLeft === 0
  }

  /** Takes bytes from `start` and returns the position after those it used; a fault when this is no RTMP client. */
  push(bytes: Buffer, start: number, end: number): number | Fault {
    let position = start
    if (this.hello) {
      if (this.filled === 0 && position < end && bytes[position] !== 3) {
        return fault(`RTMP version ${bytes[position]} instead of 3`, 0)
      }
      const taken = Math.min(end - position, this.hello.length - this.filled)
      bytes.copy(this.hello, this.filled, position, position + taken)
      this.filled += taken
      position += taken
      if (this.filled < this.hello.length) return position
      this.answer(this.hello.subarray(1))
      this.hello = undefined
    }
    const taken = Math.min(end - position, this.secondLeft)
    this.secondLeft -= taken
    return position + taken
  }

  private answer(c1: Buffer): void {
    const reply = randomBytes(1 + 2 * packetBytes)
    reply[0] = 3
    const s1 = reply.subarray(1, 1 + packetBytes)
    const s2 = reply.subarray(1 + packetBytes)
    s1.writeUInt32BE(0, 0)
    const signed = c1.readUInt32BE(4) === 0 ? undefined : findDigest(c1, clientName)
    if (signed) {
      this.form = 'digest'
      s1.writeUInt32BE(0x04050001, 4)
      sign(s1, signed.scheme, serverName)
      const key = createHmac('sha256', serverKey).update(signed.digest).digest()
      createHmac('sha256', key)
        .update(s2.subarray(0, packetBytes - digestBytes))
        .digest()
        .copy(s2, packetBytes - digestBytes)
    } else {
      this.form = 'simple'
      s1.writeUInt32BE(0, 4)
      c1.copy(s2)
    }
    this.reply = reply
  }
}

/** Finds the digest that a signed C1 or S1 carries, in either scheme. */
export function findDigest(packet: Buffer, key: Buffer): { scheme: number; digest: Buffer } | undefined {
  for (let scheme = 0; scheme < schemes.length; scheme += 1) {
    const at = digestPosition(packet, scheme)
    const digest = packet.subarray(at, at + digestBytes)
    if (timingSafeEqual(digest, digestOf(packet, at, key))) return { scheme, digest }
  }
  return undefined
}

/** Signs a C1 or S1 in place. */
export function sign(packet: Buffer, scheme: number, key: Buffer): void {
  const at = digestPosition(packet, scheme)
  digestOf(packet, at, key).copy(packet, at)
}

/** The names that each side signs with. */
export const handshakeNames = { server: serverName, client: clientName } as const

function digestPosition(packet: Buffer, scheme: number): number {
  const { pointer, base } = schemes[scheme]!
  const sum = packet[pointer]! + packet[pointer + 1]! + packet[pointer + 2]! + packet[pointer + 3]!
  return base + (sum % 728)
}

function digestOf(packet: Buffer, at: number, key: Buffer): Buffer {
  return createHmac('sha256', key)
    .update(packet.subarray(0, at))
    .update(packet.subarray(at + digestBytes))
    .digest()
}
