import {
  addSequence,
  readLossRanges,
  SrtControl,
  SrtExtension,
  sequenceDistance,
  srtHeaderBytes,
  srtMessageMask,
  writeDataHeader,
} from '../../../../formats/srt/srt-packet.ts'
import type { SrtCipher } from './cipher.ts'
import { KeyChange } from './key-change.ts'
import type { LinkWire } from './link-wire.ts'
import { Pacer } from './pacer.ts'
import { SendBuffer } from './send-buffer.ts'

/** Packets sent again for one NAK at most. */
const maxAgain = 512
/** Packets that one list of losses makes us look at. */
const maxLooks = 16_384

export interface SendingOptions {
  /** First sequence number of our direction. */
  readonly sendSequence: number
  /** Agreed delay, ms. */
  readonly sendLatencyMs: number
  readonly sendCipher?: SrtCipher | undefined
  /** Packets after which the key is changed. */
  readonly keyPackets?: number
  /** Bytes that may wait to be sent. */
  readonly queueBytes: number
}

/** The direction to the peer: what is to go is paced, kept until it has arrived, and sent again where it was lost. */
export class SendingSide {
  packets = 0
  bytes = 0
  again = 0
  readonly #wire: LinkWire
  readonly #latencyMs: number
  readonly #cipher: SrtCipher | undefined
  readonly #buffer: SendBuffer
  readonly #pacer: Pacer
  readonly #keyChange: KeyChange | undefined
  #message = 1
  #lastProgressMs: number

  constructor(wire: LinkWire, options: SendingOptions, windowPackets: number) {
    this.#wire = wire
    this.#latencyMs = options.sendLatencyMs
    this.#cipher = options.sendCipher
    this.#buffer = new SendBuffer(options.sendSequence, windowPackets)
    this.#pacer = new Pacer(options.queueBytes, wire.nowMs)
    this.#keyChange = options.sendCipher && new KeyChange(options.sendCipher, options.keyPackets)
    this.#lastProgressMs = wire.nowMs
  }

  get queuedBytes(): number {
    return this.#pacer.queuedBytes
  }

  /** All has gone out and has arrived. */
  get empty(): boolean {
    return this.#pacer.queuedBytes === 0 && this.#buffer.length === 0
  }

  get dropped(): number {
    return this.#buffer.dropped
  }

  /** False where too much waits already. */
  push(payload: Uint8Array): boolean {
    return this.#pacer.push(payload)
  }

  /** Sends what the pace allows. */
  flush(): void {
    const { nowMs } = this.#wire
    for (;;) {
      const payload = this.#pacer.next(nowMs)
      if (payload === undefined) return
      this.#send(payload)
    }
  }

  tick(): void {
    const { nowMs, trip } = this.#wire
    this.flush()
    this.#buffer.dropOlder(nowMs - Math.max(1000, 1.25 * this.#latencyMs + 20))
    this.#sendTailAgain()
    this.#sendKey(this.#keyChange?.due(nowMs, Math.max(100, 1.5 * trip.ms)))
  }

  onAck(number: number, body: Buffer): void {
    if (body.length < 4) return
    const sequence = body.readUInt32BE(0)
    if (sequence >= 0x80000000) return
    const { base } = this.#buffer
    if (!this.#buffer.acknowledge(sequence)) return
    if (this.#buffer.base !== base) this.#lastProgressMs = this.#wire.nowMs
    if (body.length < 12) return
    // A full ACK is answered; it contains what the receiver measured.
    this.#wire.control(SrtControl.ackAck, 0, number)
    const rttMs = body.readUInt32BE(4) / 1000
    if (rttMs > 0 && rttMs < 10_000) this.#wire.trip.measure(rttMs)
  }

  onNak(body: Buffer): void {
    let left = maxAgain
    // Ranges may name the same packets again and again.
    let looks = maxLooks
    const { nowMs, trip } = this.#wire
    readLossRanges(body, (first, last) => {
      const { base, next } = this.#buffer
      if (sequenceDistance(last, base) > 0) {
        this.#giveUp(first, last)
        return
      }
      let sequence = sequenceDistance(first, base) > 0 ? base : first
      for (
        ;
        left > 0 && looks > 0 && sequenceDistance(sequence, last) >= 0 && sequenceDistance(sequence, next) > 0;
        sequence = addSequence(sequence, 1)
      ) {
        looks--
        if (this.#sendAgain(sequence, nowMs - trip.ms / 2)) left--
      }
    })
  }

  /** What the peer says of a key that it was sent: four bytes are a state, that it could not open it, and is reported again. */
  onKeyResponse(body: Buffer): void {
    if (body.length > 4) this.#keyChange?.confirmed()
  }

  #giveUp(first: number, last: number): void {
    const body = Buffer.alloc(8)
    body.writeUInt32BE(first, 0)
    body.writeUInt32BE(last, 4)
    this.#wire.control(SrtControl.dropRequest, 0, 0, body)
  }

  /** False for a packet that is gone, or was sent after that moment. */
  #sendAgain(sequence: number, notAfterMs: number): boolean {
    const packet = this.#buffer.again(sequence, this.#wire.nowMs, notAfterMs)
    if (packet === undefined) return false
    this.again++
    this.#wire.packet(packet)
    return true
  }

  /** Loss at the end of a burst leaves no gap to detect: if acknowledgements do not come, it is sent again. */
  #sendTailAgain(): void {
    const { nowMs, lastSentMs, trip } = this.#wire
    const patienceMs = Math.max(50, trip.patienceMs + 20)
    if (this.#buffer.length === 0 || nowMs - Math.max(this.#lastProgressMs, lastSentMs) < patienceMs) return
    this.#lastProgressMs = nowMs
    const count = Math.min(32, this.#buffer.length)
    for (let step = 0; step < count; step++) this.#sendAgain(addSequence(this.#buffer.base, step), nowMs - patienceMs)
  }

  #send(payload: Uint8Array): void {
    const wire = this.#wire
    const sequence = this.#buffer.next
    const body = this.#cipher ? this.#cipher.encrypt(sequence, payload) : payload
    const packet = Buffer.allocUnsafe(srtHeaderBytes + body.length)
    writeDataHeader(packet, sequence, this.#message, this.#cipher?.active ?? 0, wire.timeUs, wire.peerSocketId)
    packet.set(body, srtHeaderBytes)
    this.#message = this.#message === srtMessageMask ? 1 : this.#message + 1
    if (this.#buffer.length === 0) this.#lastProgressMs = wire.nowMs
    this.#buffer.push(packet, wire.nowMs)
    this.packets++
    this.bytes += body.length
    wire.packet(packet)
    this.#sendKey(this.#keyChange?.sent(wire.nowMs))
  }

  #sendKey(message: Uint8Array | undefined): void {
    if (message !== undefined) this.#wire.control(SrtControl.user, SrtExtension.kmRequest, 0, message)
  }
}
