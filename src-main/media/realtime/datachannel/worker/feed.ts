import { rescale, ticksToMs } from '../../../../formats/media-time.ts'
import { RtpHead } from '../../../../formats/rtp/rtp.ts'
import { H264Packetizer, OpusPacketizer } from '../../../../formats/rtp/rtp-packets.ts'
import type { Packet, Track } from '../../../../formats/track.ts'
import { Room } from './room.ts'
import { Source } from './source.ts'

/** A fed room: the host's packets are cut to RTP once for all viewers. */
export class Feed {
  readonly room: Room
  readonly #originTimeMs: number
  readonly #head = new RtpHead()
  readonly #video = new Source({ name: 'h264', clockRate: 90_000 })
  readonly #audio = new Source({ name: 'opus', clockRate: 48_000 })
  readonly #h264 = new H264Packetizer(96, 1, (packet) => this.#push(this.#video, packet))
  readonly #opus = new OpusPacketizer(97, 2, (packet) => this.#push(this.#audio, packet))
  #videoTrack: string | undefined
  #audioTrack: string | undefined

  /** `originTimeMs`: wall clock at which the stream's timeline started. */
  constructor(name: string, originTimeMs: number) {
    this.room = new Room(name)
    this.room.video.push(this.#video)
    this.room.audio = this.#audio
    this.#originTimeMs = originTimeMs
  }

  /** The first H.264 and the first Opus track are taken, others are not for WebRTC. */
  track(track: Track): void {
    if (track.codec === 'h264' && (this.#videoTrack ?? track.id) === track.id) {
      this.#videoTrack = track.id
      this.#h264.configure(track.config)
    } else if (track.codec === 'opus') this.#audioTrack ??= track.id
  }

  packet(packet: Packet): void {
    const { track, pts } = packet
    if (track.id === this.#videoTrack) {
      const timestamp = rescale(pts, track.timescale, 90_000) >>> 0
      this.#h264.push(packet.data, packet.key, timestamp)
      this.#clock(this.#video, ticksToMs(pts, track.timescale), timestamp)
    } else if (track.id === this.#audioTrack) {
      const timestamp = rescale(pts, track.timescale, 48_000) >>> 0
      this.#opus.push(packet.data, timestamp)
      this.#clock(this.#audio, ticksToMs(pts, track.timescale), timestamp)
    }
  }

  #clock(source: Source, atMs: number, timestamp: number): void {
    source.ntpMs = this.#originTimeMs + atMs
    source.ntpTimestamp = timestamp
  }

  #push(source: Source, packet: Buffer): void {
    if (this.#head.read(packet)) source.push(packet, this.#head, performance.now())
  }
}
