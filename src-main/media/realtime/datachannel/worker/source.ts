import { type RtpHead, sequenceDistance, timestampDistance, writeU32 } from '../../../../formats/rtp/rtp.ts'
import { type RtpVideoCodec, startsKeyframe } from '../../../../formats/rtp/rtp-frames.ts'

/**
 * Packets of video that are kept for late joiners and for what viewers miss, 1.2 kB each: those since the keyframe before the newest,
 * this many at most. Both are powers of two: sequence numbers wrap.
 */
const maxVideo = 4096
/** Packets of audio that are kept for what viewers miss: 5 s of Opus. */
const maxAudio = 256
/** Position in the video's packets of a header extension of one element for each viewer's numbers, and its bytes. */
export const EXTENSION_AT = 16
const roomBytes = 8

/** Who takes a source's packets. */
export interface SourceTaker {
  /** Hot. The head of `packet` may be written, nothing else of it. */
  forward(packet: Buffer, sequence: number, timestamp: number, key: boolean, nowMs: number): void
  /** The source's numbers start again. */
  reanchor(source: Source): void
}

/** What a source carries. */
export interface SourceCodec {
  /** Lower case, as the offer's codec names. */
  readonly name: string
  readonly clockRate: number
  /** H.264 profile-level-id in hex, where known. */
  readonly profile?: string
}

/**
 * One RTP stream of a WebRTC room: what its publisher or our packetizer sends, kept since the newest keyframe and handed to the outlets.
 */
export class Source {
  readonly codec: SourceCodec
  /** Encoding of a simulcast publisher. */
  readonly rid: string | undefined
  readonly outlets: SourceTaker[] = []
  readonly #video: RtpVideoCodec | undefined
  readonly #packets: (Buffer | undefined)[]
  readonly #sequences: Int32Array
  readonly #timestamps: Uint32Array
  readonly #frames: Uint32Array
  ssrc = 0
  began = false
  /** Sequence number of the newest packet and the first one of the newest keyframe; the latter -1 where none is kept. */
  newest = 0
  keyframe = -1
  /** Sequence number of the oldest packet that is kept. */
  #oldest = 0
  timestamp = 0
  frame = 0
  bytes = 0
  /** The sender's wall clock (ms since 1970) at an RTP timestamp; NaN until reported. */
  ntpMs = Number.NaN
  ntpTimestamp = 0
  /** ms (monotonic) when the newest timestamp came first. */
  timestampMs = 0
  /** bit/s of the last seconds. */
  bitrate = 0
  #measuredBytes = 0
  #measuredMs = 0

  constructor(codec: SourceCodec, rid?: string) {
    this.codec = codec
    this.rid = rid
    this.#video = codec.name === 'h264' || codec.name === 'vp9' || codec.name === 'av1' ? codec.name : undefined
    const slots = this.#video === undefined ? maxAudio : maxVideo
    this.#packets = new Array(slots)
    this.#sequences = new Int32Array(slots).fill(-1)
    this.#timestamps = new Uint32Array(slots)
    this.#frames = new Uint32Array(slots)
  }

  /** A packet with its header parsed: keeps it and sends it on. Its header is written again for every viewer. */
  push(packet: Buffer, head: RtpHead, nowMs: number): void {
    const { sequence, timestamp } = head
    if (!this.began || head.ssrc !== this.ssrc) this.#begin(head, nowMs)
    this.bytes += packet.length
    const newer = sequenceDistance(sequence, this.newest) > 0
    if (newer) this.newest = sequence
    if (timestampDistance(timestamp, this.timestamp) > 0) {
      this.timestamp = timestamp
      this.timestampMs = nowMs
      this.frame++
    }
    const slot = sequence % this.#packets.length
    const out = this.#video === undefined ? packet : withRoom(packet, head)
    this.#packets[slot] = out
    this.#sequences[slot] = sequence
    this.#timestamps[slot] = timestamp
    this.#frames[slot] = this.frame
    let key = this.#video === undefined
    if (this.#video !== undefined) {
      if (newer && startsKeyframe(this.#video, packet, head.start, head.end)) {
        key = true
        this.#startKeyframe(sequence, timestamp)
      } else if (this.keyframe >= 0 && ((this.newest - this.keyframe) & 0xffff) >= maxVideo) this.keyframe = -1
    }
    const { outlets } = this
    for (let i = 0; i < outlets.length; i++) (outlets[i] as SourceTaker).forward(out, sequence, timestamp, key, nowMs)
  }

  /** The kept packet of that number. */
  find(sequence: number): Buffer | undefined {
    const slot = sequence % this.#packets.length
    return this.#sequences[slot] === sequence ? this.#packets[slot] : undefined
  }

  timestampOf(sequence: number): number {
    return this.#timestamps[sequence % this.#packets.length] as number
  }

  frameOf(sequence: number): number {
    return this.#frames[sequence % this.#packets.length] as number
  }

  /** Called each second. */
  measure(nowMs: number): void {
    const elapsed = nowMs - this.#measuredMs
    if (elapsed < 500) return
    const now = ((this.bytes - this.#measuredBytes) * 8000) / elapsed
    this.bitrate = this.#measuredMs === 0 ? now : this.bitrate * 0.6 + now * 0.4
    this.#measuredBytes = this.bytes
    this.#measuredMs = nowMs
  }

  /** A keyframe starts with its parameter sets; the first packet of its first slice, which looks like one too, is not where to join. */
  #startKeyframe(sequence: number, timestamp: number): void {
    const before = this.keyframe
    if (before >= 0 && this.timestampOf(before) === timestamp) return
    this.keyframe = sequence
    if (before < 0) return
    const slots = this.#packets.length
    for (let left = Math.min(slots, (before - this.#oldest) & 0xffff); left > 0; left--) {
      const slot = (before - left) & (slots - 1)
      this.#packets[slot] = undefined
      this.#sequences[slot] = -1
    }
    this.#oldest = before
  }

  #begin(head: RtpHead, nowMs: number): void {
    this.began = true
    this.ssrc = head.ssrc
    this.newest = (head.sequence - 1) & 0xffff
    this.#oldest = head.sequence
    this.timestamp = head.timestamp
    this.timestampMs = nowMs
    this.keyframe = -1
    this.ntpMs = Number.NaN
    this.#sequences.fill(-1)
    this.#packets.fill(undefined)
    this.frame++
    for (const outlet of this.outlets) outlet.reanchor(this)
  }
}

/** The packet without what its sender's extensions say, and with space for one element (RFC 8285, one-byte form) of ours. */
function withRoom(packet: Buffer, head: RtpHead): Buffer {
  const out = Buffer.allocUnsafe(12 + roomBytes + head.end - head.start)
  out[0] = 0x90
  out[1] = packet[1] as number
  writeU32(out, 12, 0xbede0001)
  writeU32(out, EXTENSION_AT, 0)
  packet.copy(out, 12 + roomBytes, head.start, head.end)
  return out
}
