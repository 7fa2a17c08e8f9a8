import { SrtControl, SrtExtension, srtHeaderBytes, srtMaxPayloadBytes } from '../../../../formats/srt/srt-packet.ts'
import type { SrtConnection, SrtEnd, SrtStatistics } from './connection.ts'
import { LinkWire } from './link-wire.ts'
import { type ReceivingOptions, ReceivingSide } from './receiving-side.ts'
import { type SendingOptions, SendingSide } from './sending-side.ts'

/** Max packets that either side buffers, as in the flow window. */
export const srtWindowPackets = 8192
/** How often `tick` is to be called, ms: the rhythm of acknowledgements (draft-sharabayko-srt-01, section 4.8.1). */
export const srtTickMs = 10
const keepAliveMs = 1000
const maxFinishMs = 2000

export interface SrtLinkOptions extends ReceivingOptions, SendingOptions {
  /** Sends one datagram to the peer. */
  readonly wire: (packet: Buffer) => void
  readonly ownSocketId: number
  readonly peerSocketId: number
  /** Monotonic ms at which our own times start. */
  readonly startMs: number
  readonly nowMs: number
  /** Silence after which the peer counts as gone, ms. */
  readonly idleMs: number
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
  /** Called before `onClose`, for the owner of the link. */
  onGone: () => void = () => undefined
  readonly #options: SrtLinkOptions
  readonly #wire: LinkWire
  readonly #received: ReceivingSide
  readonly #sent: SendingSide
  #lastHeardMs: number
  #open = true
  #finishing: { emptyMs: number | undefined; readonly untilMs: number } | undefined

  constructor(options: SrtLinkOptions) {
    this.#options = options
    this.streamId = options.streamId
    this.remoteAddress = options.remoteAddress
    this.ownSocketId = options.ownSocketId
    this.#wire = new LinkWire(options.wire, options.peerSocketId, options.startMs, options.nowMs)
    this.#received = new ReceivingSide(this.#wire, options, srtWindowPackets)
    this.#sent = new SendingSide(this.#wire, options, srtWindowPackets)
    this.#lastHeardMs = options.nowMs
  }

  get encrypted(): boolean {
    return this.#options.sendCipher !== undefined
  }

  get queuedBytes(): number {
    return this.#sent.queuedBytes
  }

  send(payload: Uint8Array): boolean {
    if (!this.#open || this.#finishing || payload.length === 0 || payload.length > srtMaxPayloadBytes) return false
    if (!this.#sent.push(payload)) return false
    this.#wire.nowMs = performance.now()
    this.#sent.flush()
    return true
  }

  close(): void {
    this.end('closed')
  }

  finish(): void {
    this.#finishing ??= { emptyMs: undefined, untilMs: performance.now() + maxFinishMs + this.#options.sendLatencyMs }
  }

  /** Ends the connection; the peer is notified, unless it ended the connection itself. */
  end(how: SrtEnd): void {
    if (!this.#open) return
    if (how !== 'shutdown') this.#wire.control(SrtControl.shutdown, 0, 0, shutdownBody)
    this.#open = false
    this.onGone()
    this.onClose(how)
  }

  statistics(): SrtStatistics {
    const [received, sent] = [this.#received, this.#sent]
    return {
      rttMs: Math.round(this.#wire.trip.ms * 10) / 10,
      latencyMs: this.#options.receiveLatencyMs,
      packetsReceived: received.packets,
      bytesReceived: received.bytes,
      lost: received.lost,
      retransmitted: received.retransmitted,
      dropped: received.dropped,
      undecrypted: received.undecrypted,
      packetsSent: sent.packets,
      bytesSent: sent.bytes,
      sentAgain: sent.again,
      sendDropped: sent.dropped,
    }
  }

  /** A datagram from the peer that is addressed to this connection, 16 bytes at least. Handshakes are handled by the owner of the link. */
  onPacket(packet: Buffer, nowMs: number): void {
    if (!this.#open) return
    this.#wire.nowMs = nowMs
    this.#lastHeardMs = nowMs
    if (packet[0]! < 0x80) this.#received.onData(packet)
    else this.#onControl(packet)
  }

  /** Every `srtTickMs`. */
  tick(nowMs: number): void {
    if (!this.#open) return
    this.#wire.nowMs = nowMs
    if (nowMs - this.#lastHeardMs > this.#options.idleMs) {
      this.end('timeout')
      return
    }
    this.#received.deliver(nowMs, this.onMessage)
    if (!this.#open) return
    this.#received.tick()
    this.#sent.tick()
    if (nowMs - this.#wire.lastSentMs >= keepAliveMs) this.#wire.control(SrtControl.keepAlive, 0, 0)
    if (this.#finishing) this.#finishOn(nowMs, this.#finishing)
  }

  /** The receiver still waits out its delay when all has arrived. */
  #finishOn(nowMs: number, finishing: { emptyMs: number | undefined; readonly untilMs: number }): void {
    if (this.#sent.empty) finishing.emptyMs ??= nowMs
    const played = finishing.emptyMs !== undefined && nowMs - finishing.emptyMs > this.#options.sendLatencyMs + 50
    if (played || nowMs > finishing.untilMs) this.end('closed')
  }

  #onControl(packet: Buffer): void {
    const type = packet.readUInt16BE(0) & 0x7fff
    const body = packet.subarray(srtHeaderBytes)
    switch (type) {
      case SrtControl.ack:
        this.#sent.onAck(packet.readUInt32BE(4), body)
        return
      case SrtControl.nak:
        this.#sent.onNak(body)
        return
      case SrtControl.ackAck:
        this.#received.onAckAck(packet.readUInt32BE(4), packet.readUInt32BE(8))
        return
      case SrtControl.shutdown:
        // What has arrived is still to be heard.
        this.#received.deliver(Number.POSITIVE_INFINITY, this.onMessage)
        this.end('shutdown')
        return
      case SrtControl.dropRequest:
        this.#received.onDropRequest(body)
        return
      case SrtControl.user:
        this.#onKeyMaterial(packet.readUInt16BE(2), body)
        return
      default:
        return
    }
  }

  #onKeyMaterial(subtype: number, body: Buffer): void {
    if (subtype === SrtExtension.kmResponse) this.#sent.onKeyResponse(body)
    else if (subtype === SrtExtension.kmRequest) this.#received.onKeyRequest(body)
  }
}

/** Receivers of the reference implementation want four bytes. */
const shutdownBody = Buffer.alloc(4)
