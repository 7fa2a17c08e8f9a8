import { fitsTransportStream, TsStreamWriter } from '../../../formats/mpegts/mpegts-stream-writer.ts'
import { srtLivePayloadBytes } from '../../../formats/srt/srt-packet.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import type { LiveStream, StreamSubscriber } from '../../../media/live-stream.ts'
import type { SrtConnection } from './transport/connection.ts'

/** Tracks that are announced at the start come at once; the transport stream's PMT then has them all. */
const versions = 32

/** What differs where a stream is sent on rather than played. */
export interface SrtPlayerOptions {
  /** False for tracks to leave out. */
  chooses(track: Track): boolean
  /** A chosen track has no place in a transport stream. May come before the constructor returns. */
  onUnplayable(track: Track): void
}

/** One SRT player of one stream: a transport stream from the newest keyframe on. A player that is too slow loses whole GOPs. */
export class SrtPlayer implements StreamSubscriber {
  /** Bytes queued since the last report to the viewer registry. */
  bytesSinceReport = 0
  /** Bytes queued since the start. */
  bytes = 0
  /** Frames queued since the start. */
  frames = 0
  /** Frames that this player was too slow for. */
  dropped = 0
  readonly #connection: SrtConnection
  readonly #onOver: () => void
  readonly #options: SrtPlayerOptions | undefined
  readonly #tracks = new Map<string, Track>()
  readonly #maxQueued: number
  readonly #one: Packet[] = []
  readonly #unsubscribe: () => void
  #writer: TsStreamWriter | undefined
  #version = 0
  #hasVideo = false
  #awaitsKey = false
  #stopped = false

  /** `mostQueued`: bytes that may wait for it before frames are dropped. `onOver`: the stream has ended. */
  constructor(stream: LiveStream, connection: SrtConnection, maxQueued: number, onOver: () => void, options?: SrtPlayerOptions) {
    this.#connection = connection
    this.#options = options
    this.#maxQueued = maxQueued
    this.#onOver = onOver
    this.#unsubscribe = stream.subscribe(this, { from: 'keyframe' })
    if (this.#stopped) this.#unsubscribe()
  }

  onTrack(track: Track): void {
    if (this.#options?.chooses(track) === false) return
    if (!fitsTransportStream(track)) {
      this.#options?.onUnplayable(track)
      return
    }
    this.#tracks.set(track.id, track)
    this.#hasVideo ||= track.kind === 'video'
    this.#writer = undefined
  }

  onPacket(packet: Packet): void {
    if (this.#stopped || !this.#tracks.has(packet.track.id)) return
    const video = packet.track.kind === 'video'
    if (this.#awaitsKey) {
      if (this.#hasVideo ? !(video && packet.key) : false) {
        this.dropped++
        return
      }
      this.#awaitsKey = false
    }
    if (this.#connection.queuedBytes > this.#maxQueued) {
      this.#awaitsKey = true
      this.dropped++
      return
    }
    this.#writer ??= new TsStreamWriter([...this.#tracks.values()], this.#version++ % versions)
    this.#one[0] = packet
    if (video) this.frames++
    const bytes = this.#writer.write(this.#one)
    for (let at = 0; at < bytes.length; at += srtLivePayloadBytes) {
      const payload = bytes.subarray(at, at + srtLivePayloadBytes)
      if (this.#connection.send(payload)) {
        this.bytes += payload.length
        this.bytesSinceReport += payload.length
      } else {
        this.#awaitsKey = true
      }
    }
  }

  /** Times on the stream's timeline only go forward: players of transport streams need no sign of a seam. */
  onDiscontinuity(): void {}

  onEnd(): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#onOver()
  }

  stop(): void {
    this.#stopped = true
    this.#unsubscribe()
  }
}
