import { writeSenderReport } from '../../../../formats/rtp/rtcp.ts'
import { sequenceDistance, timestampDistance, writeU32 } from '../../../../formats/rtp/rtp.ts'
import type { Congestion } from './congestion.ts'
import { EXTENSION_AT, type Source, type SourceTaker } from './source.ts'

/** Sends one packet to the peer; false where the peer is gone. */
export type Send = (packet: Buffer) => boolean

/** Transport-wide numbers of one viewer's packets, and the header extension that carries them. */
export interface Numbering {
  /** Its id in the viewer's offer, 1 to 14. */
  readonly id: number
  readonly congestion: Congestion
}

/** Packets that a joiner gets of the kept ones with each turn of the clock (5 ms): some 60 Mbit/s. */
const burst = 32

/**
 * One viewer's copy of a source. The packet's head is written in place for this viewer and sent at once: no copy, nothing made.
 * A joiner first gets what is kept since the newest keyframe, its timestamps pushed together, so that it does not play late.
 */
export class Outlet implements SourceTaker {
  readonly ssrc: number
  readonly #payloadType: number
  readonly #cname: string
  readonly #send: Send
  readonly #numbering: Numbering | undefined
  source: Source | undefined
  /** The source that it goes over to with that one's next keyframe. */
  #wanted: Source | undefined
  #anchored = false
  /** Next kept packet for a joiner; -1 when it is live, -2 while it waits for a keyframe. */
  #cursor = -2
  #sequenceOffset = Math.floor(Math.random() * 0x8000)
  #timestampOffset = 0
  #joinTimestamp = 0
  #joinFrame = 0
  #lastSequence = Math.floor(Math.random() * 0x8000)
  #lastTimestamp = Math.floor(Math.random() * 2 ** 31)
  #lastMs = Number.NaN
  /** Our number of the first packet since the numbers of the source were placed: those before are of another source. */
  #firstSequence = 0
  #paused = false
  packets = 0
  bytes = 0

  constructor(ssrc: number, payloadType: number, cname: string, send: Send, numbering?: Numbering) {
    this.ssrc = ssrc
    this.#payloadType = payloadType
    this.#cname = cname
    this.#send = send
    this.#numbering = numbering
  }

  /** Starts with a source: at its newest keyframe where one is kept. True where it must be asked for a keyframe. */
  begin(source: Source, nowMs: number): boolean {
    this.source = source
    source.outlets.push(this)
    this.reanchor(source)
    if (source.codec.clockRate === 48_000) this.#cursor = -1
    else if (source.keyframe >= 0) {
      this.#anchor(source.keyframe, source.timestamp, nowMs)
      this.#joinFrame = source.frame
      this.#cursor = source.keyframe
      return false
    }
    return this.#cursor === -2
  }

  /** Switches to another encoding of the same video with its next keyframe; the present one if `source` is it. */
  want(source: Source | undefined): void {
    if (this.#wanted === source) return
    if (this.#wanted !== undefined && this.#wanted !== this.source) remove(this.#wanted.outlets, this)
    this.#wanted = source === this.source ? undefined : source
    this.#paused = false
    this.#wanted?.outlets.push(this)
  }

  /** Sends nothing until it has gone over to the wanted one: a queue that is full has no space for its keyframe. */
  pause(): void {
    this.#paused = this.#wanted !== undefined
  }

  get wanted(): Source | undefined {
    return this.#wanted
  }

  end(): void {
    if (this.#wanted !== undefined) remove(this.#wanted.outlets, this)
    if (this.source !== undefined) remove(this.source.outlets, this)
    this.source = undefined
    this.#wanted = undefined
  }

  /** A source's numbers start again: ours go on. */
  reanchor(source: Source): void {
    // the wanted one is waited for anyway
    if (source !== this.source) return
    this.#anchored = false
    this.#cursor = this.source?.codec.clockRate === 48_000 ? -1 : -2
  }

  /** Hot: a new packet of the source, or of the wanted one. */
  forward(packet: Buffer, sequence: number, timestamp: number, key: boolean, nowMs: number): void {
    if (this.#wanted !== undefined) {
      const fromWanted = packet === this.#wanted.find(sequence)
      if (fromWanted && !key) return
      if (fromWanted) this.#goOver(this.#wanted)
    }
    if (this.#paused) return
    if (this.#cursor === -2) {
      if (!key) return
      this.#cursor = -1
    }
    if (this.#cursor >= 0) return
    if (!this.#anchored) this.#anchor(sequence, timestamp, nowMs)
    this.#write(packet, sequence, (timestamp + this.#timestampOffset) >>> 0, nowMs)
  }

  /** Gives a joiner the next kept packets. True while there are more. */
  catchUp(nowMs: number): boolean {
    const { source } = this
    if (this.#cursor < 0 || source === undefined) return false
    for (let sent = 0; sent < burst; ) {
      const sequence = this.#cursor
      const packet = source.find(sequence)
      if (packet !== undefined) {
        this.#write(packet, sequence, this.#mapped(source, sequence), nowMs)
        sent++
      }
      if (sequence === source.newest) {
        this.#cursor = -1
        return false
      }
      this.#cursor = (sequence + 1) & 0xffff
    }
    return true
  }

  /** The viewer misses a packet that it was sent. */
  again(sequence: number): void {
    const { source } = this
    if (source === undefined || !this.#anchored || sequenceDistance(sequence, this.#firstSequence) < 0) return
    const original = (sequence - this.#sequenceOffset) & 0xffff
    const packet = source.find(original)
    if (packet === undefined) return
    this.#head(packet, sequence, this.#mapped(source, original), performance.now())
    this.#send(packet)
  }

  /** `ntpMs`: wall clock (ms since 1970) at which `timestamp` of the source was taken. */
  senderReport(ntpMs: number, timestamp: number): Buffer | undefined {
    if (!this.#anchored || this.packets === 0) return undefined
    return Buffer.from(
      writeSenderReport(this.ssrc, ntpMs, (timestamp + this.#timestampOffset) >>> 0, this.packets, this.bytes >>> 0, this.#cname),
    )
  }

  #goOver(source: Source): void {
    this.#wanted = undefined
    this.#paused = false
    if (this.source !== undefined) remove(this.source.outlets, this)
    this.source = source
    this.#anchored = false
    this.#cursor = -1
    this.#joinFrame = 0
  }

  /** Lets the source's `sequence` and `timestamp` follow what this viewer got last. */
  #anchor(sequence: number, timestamp: number, nowMs: number): void {
    const rate = this.source?.codec.clockRate ?? 90_000
    const elapsed = Number.isNaN(this.#lastMs) ? 0 : Math.max(1, Math.round(((nowMs - this.#lastMs) * rate) / 1000))
    this.#firstSequence = (this.#lastSequence + 1) & 0xffff
    this.#sequenceOffset = (this.#lastSequence + 1 - sequence) & 0xffff
    this.#timestampOffset = (this.#lastTimestamp + elapsed - timestamp) | 0
    this.#joinTimestamp = timestamp
    this.#joinFrame = 0
    this.#anchored = true
  }

  /** A kept packet's timestamp for this viewer: those before it joined are a millisecond apart. */
  #mapped(source: Source, sequence: number): number {
    const timestamp = source.timestampOf(sequence)
    if (this.#joinFrame === 0 || timestampDistance(timestamp, this.#joinTimestamp) >= 0) return (timestamp + this.#timestampOffset) >>> 0
    const frames = (this.#joinFrame - source.frameOf(sequence)) >>> 0
    return (this.#joinTimestamp - frames * 90 + this.#timestampOffset) >>> 0
  }

  #write(packet: Buffer, sequence: number, timestamp: number, nowMs: number): void {
    const out = (sequence + this.#sequenceOffset) & 0xffff
    this.#head(packet, out, timestamp, nowMs)
    if (!this.#send(packet)) return
    this.packets++
    this.bytes += packet.length
    if (sequenceDistance(out, this.#lastSequence) > 0) {
      this.#lastSequence = out
      this.#lastTimestamp = timestamp
      this.#lastMs = nowMs
    }
  }

  #head(packet: Buffer, sequence: number, timestamp: number, nowMs: number): void {
    packet[1] = ((packet[1] as number) & 0x80) | this.#payloadType
    packet[2] = sequence >> 8
    packet[3] = sequence
    writeU32(packet, 4, timestamp)
    writeU32(packet, 8, this.ssrc)
    if (this.source?.codec.clockRate !== 90_000) return
    const numbering = this.#numbering
    const element =
      numbering === undefined ? 0 : ((numbering.id << 28) | (1 << 24) | (numbering.congestion.sent(packet.length, nowMs) << 8)) >>> 0
    writeU32(packet, EXTENSION_AT, element)
  }
}

function remove(outlets: SourceTaker[], outlet: SourceTaker): void {
  const at = outlets.indexOf(outlet)
  if (at >= 0) outlets.splice(at, 1)
}
