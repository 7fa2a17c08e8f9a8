import {
  addSequence,
  controlPacket,
  readLossRanges,
  SrtControl,
  SrtExtension,
  sequenceDistance,
  srtHeaderBytes,
  srtMessageMask,
  srtMostPayloadBytes,
  srtRetransmittedBit,
  writeControlHeader,
  writeDataHeader,
  writeLossRange,
} from '../../formats/srt-packet.ts'
import { AckLog } from './ack-log.ts'
import type { SrtCipher } from './cipher.ts'
import type { SrtConnection, SrtEnd, SrtStatistics } from './connection.ts'
import { DeliveryClock } from './delivery-clock.ts'
import { KeyChange } from './key-change.ts'
import { Pacer } from './pacer.ts'
import { ReceiveBuffer } from './receive-buffer.ts'
import { RoundTrip } from './round-trip.ts'
import { SendBuffer } from './send-buffer.ts'

/** Packets that either side holds at most, as the flow window says. */
export const srtWindowPackets = 8192
/** How often `tick` is to be called, ms: the rhythm of acknowledgements (draft-sharabayko-srt-01, section 4.8.1). */
export const srtTickMs = 10
const keepAliveMs = 1000
const lightAckPackets = 64
/** Packets sent again for one NAK at most. */
const mostAgain = 512
/** Packets that one list of losses makes us look at. */
const mostLooks = 16_384
const nakBodyBytes = 1400
const longestFinishMs = 2000

export interface SrtLinkOptions {
  /** Sends one datagram to the peer. */
  readonly wire: (packet: Buffer) => void
  readonly ownSocketId: number
  readonly peerSocketId: number
  /** First sequence number of either direction. */
  readonly sendSequence: number
  readonly receiveSequence: number
  /** Agreed delays of the two directions, ms. */
  readonly receiveLatencyMs: number
  readonly sendLatencyMs: number
  readonly sendCipher?: SrtCipher | undefined
  readonly receiveCipher?: SrtCipher | undefined
  /** Monotonic ms at which our own times begin. */
  readonly startMs: number
  readonly nowMs: number
  /** Time stamp of the peer's last handshake, microseconds. */
  readonly peerTimeUs: number
  /** Silence after which the peer counts as gone, ms. */
  readonly idleMs: number
  /** Bytes that may wait to be sent. */
  readonly queueBytes: number
  /** Packets after which the key is changed. */
  readonly keyPackets?: number
  readonly remoteAddress: string
  readonly streamId: string
}

/** One established connection: feed it with `onPacket` and `tick`. Nothing the peer sends makes it throw or grow without bound. */
export class SrtLink implements SrtConnection {
  readonly streamId: string
  readonly remoteAddress: string
  readonly ownSocketId: number
  onMessage: (payload: Buffer) => void = () => undefined
  onClose: (how: SrtEnd) => void = () => undefined
  /** Called before `onClose`, for whoever holds the link. */
  onGone: () => void = () => undefined
  readonly #options: SrtLinkOptions
  readonly #received: ReceiveBuffer
  readonly #sent: SendBuffer
  readonly #clock: DeliveryClock
  readonly #pacer: Pacer
  #nowMs: number
  #lastHeardMs: number
  #lastSentMs: number
  #open = true
  #finishing: { emptyMs: number | undefined; readonly untilMs: number } | undefined
  #message = 1
  readonly #trip = new RoundTrip()
  readonly #acks: AckLog
  #sinceLightAck = 0
  #lastNakMs = 0
  #lastProgressMs: number
  readonly #keyChange: KeyChange | undefined
  #packetsReceived = 0
  #bytesReceived = 0
  #lost = 0
  #retransmitted = 0
  #undecrypted = 0
  #packetsSent = 0
  #bytesSent = 0
  #sentAgain = 0

  constructor(options: SrtLinkOptions) {
    this.#options = options
    this.streamId = options.streamId
    this.remoteAddress = options.remoteAddress
    this.ownSocketId = options.ownSocketId
    this.#received = new ReceiveBuffer(options.receiveSequence, srtWindowPackets)
    this.#sent = new SendBuffer(options.sendSequence, srtWindowPackets)
    this.#clock = new DeliveryClock(options.nowMs, options.peerTimeUs, options.receiveLatencyMs)
    this.#pacer = new Pacer(options.queueBytes, options.nowMs)
    this.#nowMs = this.#lastHeardMs = this.#lastSentMs = this.#lastProgressMs = options.nowMs
    this.#acks = new AckLog(options.receiveSequence)
    this.#keyChange = options.sendCipher && new KeyChange(options.sendCipher, options.keyPackets)
  }

  get encrypted(): boolean {
    return this.#options.sendCipher !== undefined
  }

  get queuedBytes(): number {
    return this.#pacer.queuedBytes
  }

  send(payload: Uint8Array): boolean {
    if (!this.#open || this.#finishing || payload.length === 0 || payload.length > srtMostPayloadBytes) return false
    if (!this.#pacer.push(payload)) return false
    this.#flush(performance.now())
    return true
  }

  close(): void {
    this.end('closed')
  }

  finish(): void {
    this.#finishing ??= { emptyMs: undefined, untilMs: performance.now() + longestFinishMs + this.#options.sendLatencyMs }
  }

  /** Ends the connection; the peer is told, except where it said so itself. */
  end(how: SrtEnd): void {
    if (!this.#open) return
    if (how !== 'shutdown') this.#control(SrtControl.shutdown, 0, 0, shutdownBody)
    this.#open = false
    this.onGone()
    this.onClose(how)
  }

  statistics(): SrtStatistics {
    return {
      rttMs: Math.round(this.#trip.ms * 10) / 10,
      latencyMs: this.#options.receiveLatencyMs,
      packetsReceived: this.#packetsReceived,
      bytesReceived: this.#bytesReceived,
      lost: this.#lost,
      retransmitted: this.#retransmitted,
      dropped: this.#received.dropped,
      undecrypted: this.#undecrypted,
      packetsSent: this.#packetsSent,
      bytesSent: this.#bytesSent,
      sentAgain: this.#sentAgain,
      sendDropped: this.#sent.dropped,
    }
  }

  /** A datagram from the peer that is addressed to this connection, 16 bytes at least. Handshakes are the business of whoever holds the link. */
  onPacket(packet: Buffer, nowMs: number): void {
    if (!this.#open) return
    this.#nowMs = nowMs
    this.#lastHeardMs = nowMs
    if (packet[0]! < 0x80) this.#onData(packet)
    else this.#onControl(packet)
  }

  /** Every `srtTickMs`. */
  tick(nowMs: number): void {
    if (!this.#open) return
    this.#nowMs = nowMs
    if (nowMs - this.#lastHeardMs > this.#options.idleMs) {
      this.end('timeout')
      return
    }
    this.#received.deliver(nowMs, this.onMessage)
    if (!this.#open) return
    this.#acknowledge()
    if (this.#received.missing > 0 && nowMs - this.#lastNakMs >= Math.max(20, this.#trip.patienceMs / 2)) this.#askAgain()
    this.#flush(nowMs)
    this.#sent.dropOlder(nowMs - Math.max(1000, 1.25 * this.#options.sendLatencyMs + 20))
    this.#sendTailAgain()
    this.#tellKey(this.#keyChange?.due(nowMs, Math.max(100, 1.5 * this.#trip.ms)))
    if (nowMs - this.#lastSentMs >= keepAliveMs) this.#control(SrtControl.keepAlive, 0, 0)
    if (this.#finishing) this.#finishOn(nowMs, this.#finishing)
  }

  /** The receiver still waits out its delay when all has arrived. */
  #finishOn(nowMs: number, finishing: { emptyMs: number | undefined; readonly untilMs: number }): void {
    if (this.#pacer.queuedBytes === 0 && this.#sent.length === 0) finishing.emptyMs ??= nowMs
    const played = finishing.emptyMs !== undefined && nowMs - finishing.emptyMs > this.#options.sendLatencyMs + 50
    if (played || nowMs > finishing.untilMs) this.end('closed')
  }

  #onData(packet: Buffer): void {
    const sequence = packet.readUInt32BE(0)
    const received = this.#received
    const insertion = received.accepts(sequence)
    const length = packet.length - srtHeaderBytes
    this.#packetsReceived++
    this.#bytesReceived += length
    if ((packet[4]! & srtRetransmittedBit) !== 0) this.#retransmitted++
    if (insertion === 'late' || insertion === 'duplicate' || insertion === 'beyond' || length === 0) return
    let payload: Buffer | undefined = packet.subarray(srtHeaderBytes)
    const key = (packet[4]! >> 3) & 3
    const { receiveCipher } = this.#options
    if (key !== 0 || receiveCipher !== undefined) {
      payload = key === 0 ? undefined : receiveCipher?.decrypt(sequence, payload, key)
      if (payload === undefined) {
        this.#undecrypted++
        return
      }
    }
    const { top } = received
    received.insert(sequence, payload, this.#clock.dueMs(packet.readUInt32BE(8)))
    if (insertion === 'gap') {
      this.#lost += sequenceDistance(top, sequence)
      const length = writeLossRange(nakScratch, srtHeaderBytes, top, addSequence(sequence, -1))
      this.#raw(nakScratch, SrtControl.nak, 0, length)
    }
    if (++this.#sinceLightAck >= lightAckPackets) this.#lightAck()
  }

  #onControl(packet: Buffer): void {
    const type = packet.readUInt16BE(0) & 0x7fff
    const body = packet.subarray(srtHeaderBytes)
    switch (type) {
      case SrtControl.ack:
        this.#onAck(packet.readUInt32BE(4), body)
        return
      case SrtControl.nak:
        this.#onNak(body)
        return
      case SrtControl.ackAck:
        this.#onAckAck(packet.readUInt32BE(4), packet.readUInt32BE(8))
        return
      case SrtControl.shutdown:
        // What has arrived is still to be heard.
        this.#received.deliver(Number.POSITIVE_INFINITY, this.onMessage)
        this.end('shutdown')
        return
      case SrtControl.dropRequest:
        this.#onDropRequest(body)
        return
      case SrtControl.user:
        this.#onKeyMaterial(packet.readUInt16BE(2), body)
        return
      default:
        return
    }
  }

  #onAck(number: number, body: Buffer): void {
    if (body.length < 4) return
    const sequence = body.readUInt32BE(0)
    if (sequence >= 0x80000000) return
    const { base } = this.#sent
    if (!this.#sent.acknowledge(sequence)) return
    if (this.#sent.base !== base) this.#lastProgressMs = this.#nowMs
    if (body.length < 12) return
    // A full ACK is answered; it tells what the receiver measured.
    this.#control(SrtControl.ackAck, 0, number)
    const rttMs = body.readUInt32BE(4) / 1000
    if (rttMs > 0 && rttMs < 10_000) this.#trip.measure(rttMs)
  }

  #onNak(body: Buffer): void {
    let left = mostAgain
    // Ranges may name the same packets again and again.
    let looks = mostLooks
    const notAfterMs = this.#nowMs - this.#trip.ms / 2
    readLossRanges(body, (first, last) => {
      const { base, next } = this.#sent
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
        const packet = this.#sent.again(sequence, this.#nowMs, notAfterMs)
        if (packet === undefined) continue
        left--
        this.#sentAgain++
        this.#wire(packet)
      }
    })
  }

  #giveUp(first: number, last: number): void {
    const body = Buffer.alloc(8)
    body.writeUInt32BE(first, 0)
    body.writeUInt32BE(last, 4)
    this.#control(SrtControl.dropRequest, 0, 0, body)
  }

  #onDropRequest(body: Buffer): void {
    if (body.length < 8) return
    const first = body.readUInt32BE(0)
    const last = body.readUInt32BE(4)
    if (first < 0x80000000 && last < 0x80000000) this.#received.giveUp(first, last)
  }

  #onAckAck(number: number, timeUs: number): void {
    const sentMs = this.#acks.confirm(number)
    if (sentMs === undefined) return
    this.#trip.measure(this.#nowMs - sentMs)
    this.#clock.observe(this.#nowMs, timeUs, this.#trip.ms)
  }

  #onKeyMaterial(subtype: number, body: Buffer): void {
    if (subtype === SrtExtension.kmResponse) {
      // Four bytes are a state: the peer could not open it, and is told again.
      if (body.length > 4) this.#keyChange?.confirmed()
      return
    }
    if (subtype !== SrtExtension.kmRequest || this.#options.receiveCipher === undefined) return
    if (this.#options.receiveCipher.refresh(body)) this.#control(SrtControl.user, SrtExtension.kmResponse, 0, body)
  }

  #acknowledge(): void {
    const point = this.#received.acknowledged
    if (!this.#acks.isDue(point, this.#nowMs, this.#trip.patienceMs)) return
    const out = ackScratch
    out.writeUInt32BE(point, 16)
    out.writeUInt32BE(Math.round(this.#trip.ms * 1000), 20)
    out.writeUInt32BE(Math.round(this.#trip.varianceMs * 1000), 24)
    out.writeUInt32BE(Math.max(2, this.#received.room), 28)
    out.writeUInt32BE(0, 32)
    out.writeUInt32BE(0, 36)
    out.writeUInt32BE(0, 40)
    this.#raw(out, SrtControl.ack, this.#acks.note(point, this.#nowMs), 44)
    this.#sinceLightAck = 0
  }

  #lightAck(): void {
    this.#sinceLightAck = 0
    ackScratch.writeUInt32BE(this.#received.acknowledged, 16)
    this.#raw(ackScratch, SrtControl.ack, 0, 20)
  }

  #askAgain(): void {
    this.#lastNakMs = this.#nowMs
    let at = srtHeaderBytes
    this.#received.eachMissing((first, last) => {
      at = writeLossRange(nakScratch, at, first, last)
      return at + 8 <= srtHeaderBytes + nakBodyBytes
    })
    if (at > srtHeaderBytes) this.#raw(nakScratch, SrtControl.nak, 0, at)
  }

  /** What was lost at the end of a burst is seen by no gap: where acknowledgements stay away it is sent again. */
  #sendTailAgain(): void {
    const patienceMs = Math.max(50, this.#trip.patienceMs + 20)
    if (this.#sent.length === 0 || this.#nowMs - Math.max(this.#lastProgressMs, this.#lastSentMs) < patienceMs) return
    this.#lastProgressMs = this.#nowMs
    const count = Math.min(32, this.#sent.length)
    for (let step = 0; step < count; step++) {
      const packet = this.#sent.again(addSequence(this.#sent.base, step), this.#nowMs, this.#nowMs - patienceMs)
      if (packet === undefined) continue
      this.#sentAgain++
      this.#wire(packet)
    }
  }

  #flush(nowMs: number): void {
    this.#nowMs = nowMs
    for (;;) {
      const payload = this.#pacer.next(nowMs)
      if (payload === undefined) return
      this.#sendData(payload)
    }
  }

  #sendData(payload: Uint8Array): void {
    const { sendCipher, peerSocketId } = this.#options
    const sequence = this.#sent.next
    const body = sendCipher ? sendCipher.encrypt(sequence, payload) : payload
    const packet = Buffer.allocUnsafe(srtHeaderBytes + body.length)
    writeDataHeader(packet, sequence, this.#message, sendCipher?.active ?? 0, this.#timeUs(), peerSocketId)
    packet.set(body, srtHeaderBytes)
    this.#message = this.#message === srtMessageMask ? 1 : this.#message + 1
    if (this.#sent.length === 0) this.#lastProgressMs = this.#nowMs
    this.#sent.push(packet, this.#nowMs)
    this.#packetsSent++
    this.#bytesSent += body.length
    this.#wire(packet)
    this.#tellKey(this.#keyChange?.sent(this.#nowMs))
  }

  #tellKey(message: Uint8Array | undefined): void {
    if (message !== undefined) this.#control(SrtControl.user, SrtExtension.kmRequest, 0, message)
  }

  #timeUs(): number {
    return ((this.#nowMs - this.#options.startMs) * 1000) % 2 ** 32
  }

  #control(type: number, subtype: number, extra: number, body?: Uint8Array): void {
    this.#wire(controlPacket(type, subtype, extra, this.#timeUs(), this.#options.peerSocketId, body))
  }

  /** A control packet whose body stands in `scratch` already. */
  #raw(scratch: Buffer, type: number, extra: number, length: number): void {
    writeControlHeader(scratch, type, 0, extra, this.#timeUs(), this.#options.peerSocketId)
    this.#wire(Buffer.from(scratch.subarray(0, length)))
  }

  #wire(packet: Buffer): void {
    this.#lastSentMs = this.#nowMs
    this.#options.wire(packet)
  }
}

/** Shared by all links: filled and copied within one call. */
const ackScratch = Buffer.alloc(64)
const nakScratch = Buffer.alloc(srtHeaderBytes + nakBodyBytes + 16)
/** Receivers of the reference implementation want four bytes. */
const shutdownBody = Buffer.alloc(4)
