import { randomBytes } from 'node:crypto'
import { type Fault, fault } from '../fault.ts'

const packetBytes = 1536

/**
 * The client's side of the simple RTMP handshake (RTMP 1.0 section 5.2). Servers that know the digest form answer a C1 without a
 * digest in the simple form. Send `hello` first; `reply` is C2, to be sent once S1 was whole.
 */
export class ClientHandshake {
  /** C0 and C1. */
  readonly hello: Buffer
  /** C2, once S1 was whole: the owner sends and clears it. */
  reply: Buffer | undefined
  private readonly first = Buffer.allocUnsafe(1 + packetBytes)
  private filled = 0
  private secondLeft = packetBytes

  constructor() {
    this.hello = randomBytes(1 + packetBytes)
    this.hello[0] = 3
    this.hello.writeUInt32BE(0, 1)
    // A version of 0 says that there is no digest.
    this.hello.writeUInt32BE(0, 5)
  }

  /** True once S2 was received: what follows is chunks. */
  get done(): boolean {
    return this.filled === this.first.length && this.secondLeft === 0
  }

  /** Takes bytes from `start` and returns the position after those it used; a fault when this is no RTMP server. */
  push(bytes: Buffer, start: number, end: number): number | Fault {
    let position = start
    if (this.filled < this.first.length) {
      if (this.filled === 0 && position < end && bytes[position] !== 3) {
        return fault(`RTMP version ${bytes[position]} instead of 3`, 0)
      }
      const taken = Math.min(end - position, this.first.length - this.filled)
      bytes.copy(this.first, this.filled, position, position + taken)
      this.filled += taken
      position += taken
      if (this.filled < this.first.length) return position
      this.reply = this.first.subarray(1)
    }
    const taken = Math.min(end - position, this.secondLeft)
    this.secondLeft -= taken
    return position + taken
  }
}
