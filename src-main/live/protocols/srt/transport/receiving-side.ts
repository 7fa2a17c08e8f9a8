import {
  addSequence,
  SrtControl,
  SrtExtension,
  sequenceDistance,
  srtHeaderBytes,
  srtRetransmittedBit,
  writeLossRange,
} from '../../../../formats/srt/srt-packet.ts'
import { AckLog } from './ack-log.ts'
import type { SrtCipher } from './cipher.ts'
import { DeliveryClock } from './delivery-clock.ts'
import type { LinkWire } from './link-wire.ts'
import { ReceiveBuffer } from './receive-buffer.ts'

const lightAckPackets = 64
const nakBodyBytes = 1400

export interface ReceivingOptions {
  /** First sequence number of the peer's direction. */
  readonly receiveSequence: number
  /** Agreed delay, ms. */
  readonly receiveLatencyMs: number
  readonly receiveCipher?: SrtCipher | undefined
  /** Time stamp of the peer's last handshake, microseconds. */
  readonly peerTimeUs: number
}

/** The direction from the peer: what comes is put in order, acknowledged, asked for again where it is missing, and handed on in time. */
export class ReceivingSide {
  packets = 0
  bytes = 0
  lost = 0
  retransmitted = 0
  undecrypted = 0
  readonly #wire: LinkWire
  readonly #cipher: SrtCipher | undefined
  readonly #buffer: ReceiveBuffer
  readonly #clock: DeliveryClock
  readonly #acks: AckLog
  #sinceLightAck = 0
  #lastNakMs = 0

  constructor(wire: LinkWire, options: ReceivingOptions, windowPackets: number) {
    this.#wire = wire
    this.#cipher = options.receiveCipher
    this.#buffer = new ReceiveBuffer(options.receiveSequence, windowPackets)
    this.#clock = new DeliveryClock(wire.nowMs, options.peerTimeUs, options.receiveLatencyMs)
    this.#acks = new AckLog(options.receiveSequence)
  }

  get dropped(): number {
    return this.#buffer.dropped
  }

  /** Hands on what is due at `untilMs`. */
  deliver(untilMs: number, onMessage: (payload: Buffer) => void): void {
    this.#buffer.deliver(untilMs, onMessage)
  }

  tick(): void {
    const { nowMs, trip } = this.#wire
    this.#acknowledge()
    if (this.#buffer.missing > 0 && nowMs - this.#lastNakMs >= Math.max(20, trip.patienceMs / 2)) this.#askAgain()
  }

  onData(packet: Buffer): void {
    const sequence = packet.readUInt32BE(0)
    const buffer = this.#buffer
    const insertion = buffer.accepts(sequence)
    const length = packet.length - srtHeaderBytes
    this.packets++
    this.bytes += length
    if ((packet[4]! & srtRetransmittedBit) !== 0) this.retransmitted++
    if (insertion === 'late' || insertion === 'duplicate' || insertion === 'beyond' || length === 0) return
    let payload: Buffer | undefined = packet.subarray(srtHeaderBytes)
    const key = (packet[4]! >> 3) & 3
    if (key !== 0 || this.#cipher !== undefined) {
      payload = key === 0 ? undefined : this.#cipher?.decrypt(sequence, payload, key)
      if (payload === undefined) {
        this.undecrypted++
        return
      }
    }
    const { top } = buffer
    buffer.insert(sequence, payload, this.#clock.dueMs(packet.readUInt32BE(8)))
    if (insertion === 'gap') {
      this.lost += sequenceDistance(top, sequence)
      const length = writeLossRange(nakScratch, srtHeaderBytes, top, addSequence(sequence, -1))
      this.#wire.filled(nakScratch, SrtControl.nak, 0, length)
    }
    if (++this.#sinceLightAck >= lightAckPackets) this.#lightAck()
  }

  onAckAck(number: number, timeUs: number): void {
    const sentMs = this.#acks.confirm(number)
    if (sentMs === undefined) return
    const { nowMs, trip } = this.#wire
    trip.measure(nowMs - sentMs)
    this.#clock.observe(nowMs, timeUs, trip.ms)
  }

  onDropRequest(body: Buffer): void {
    if (body.length < 8) return
    const first = body.readUInt32BE(0)
    const last = body.readUInt32BE(4)
    if (first < 0x80000000 && last < 0x80000000) this.#buffer.giveUp(first, last)
  }

  /** The peer changes its key. */
  onKeyRequest(body: Buffer): void {
    if (this.#cipher?.refresh(body)) this.#wire.control(SrtControl.user, SrtExtension.kmResponse, 0, body)
  }

  #acknowledge(): void {
    const { nowMs, trip } = this.#wire
    const point = this.#buffer.acknowledged
    if (!this.#acks.isDue(point, nowMs, trip.patienceMs)) return
    const out = ackScratch
    out.writeUInt32BE(point, 16)
    out.writeUInt32BE(Math.round(trip.ms * 1000), 20)
    out.writeUInt32BE(Math.round(trip.varianceMs * 1000), 24)
    out.writeUInt32BE(Math.max(2, this.#buffer.room), 28)
    out.writeUInt32BE(0, 32)
    out.writeUInt32BE(0, 36)
    out.writeUInt32BE(0, 40)
    this.#wire.filled(out, SrtControl.ack, this.#acks.note(point, nowMs), 44)
    this.#sinceLightAck = 0
  }

  #lightAck(): void {
    this.#sinceLightAck = 0
    ackScratch.writeUInt32BE(this.#buffer.acknowledged, 16)
    this.#wire.filled(ackScratch, SrtControl.ack, 0, 20)
  }

  #askAgain(): void {
    this.#lastNakMs = this.#wire.nowMs
    let at = srtHeaderBytes
    this.#buffer.eachMissing((first, last) => {
      at = writeLossRange(nakScratch, at, first, last)
      return at + 8 <= srtHeaderBytes + nakBodyBytes
    })
    if (at > srtHeaderBytes) this.#wire.filled(nakScratch, SrtControl.nak, 0, at)
  }
}

/** Shared by all links: filled and copied within one call. */
const ackScratch = Buffer.alloc(64)
const nakScratch = Buffer.alloc(srtHeaderBytes + nakBodyBytes + 16)
