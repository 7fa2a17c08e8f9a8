import { controlPacket, writeControlHeader } from '../../../../formats/srt/srt-packet.ts'
import { RoundTrip } from './round-trip.ts'

/** What both directions of a connection share: the moment, the round trip, and the way to the peer. */
export class LinkWire {
  /** Monotonic time of the current event, ms: set by the owner. */
  nowMs: number
  lastSentMs: number
  readonly trip = new RoundTrip()
  readonly peerSocketId: number
  readonly #send: (packet: Buffer) => void
  readonly #startMs: number

  /** @param startMs monotonic ms at which our own times start */
  constructor(send: (packet: Buffer) => void, peerSocketId: number, startMs: number, nowMs: number) {
    this.#send = send
    this.peerSocketId = peerSocketId
    this.#startMs = startMs
    this.nowMs = this.lastSentMs = nowMs
  }

  /** Time stamp of what is sent now, microseconds. */
  get timeUs(): number {
    return ((this.nowMs - this.#startMs) * 1000) % 2 ** 32
  }

  control(type: number, subtype: number, extra: number, body?: Uint8Array): void {
    this.packet(controlPacket(type, subtype, extra, this.timeUs, this.peerSocketId, body))
  }

  /** A control packet of `length` bytes whose body is in `scratch` already. */
  filled(scratch: Buffer, type: number, extra: number, length: number): void {
    writeControlHeader(scratch, type, 0, extra, this.timeUs, this.peerSocketId)
    this.packet(Buffer.from(scratch.subarray(0, length)))
  }

  packet(packet: Buffer): void {
    this.lastSentMs = this.nowMs
    this.#send(packet)
  }
}
