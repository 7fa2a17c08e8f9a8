import { EcmaArray, writeAmf0 } from '../../../formats/amf0.ts'
import { MessageType } from '../../../formats/rtmp-messages.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import type { LiveStream, StreamSubscriber } from '../../streams/stream.ts'
import { configBody, dtsMs, type FlvBodies } from './flv-bodies.ts'
import type { RtmpLimits } from './limits.ts'
import { PlayQueue } from './play-queue.ts'

/** What a player needs of its session. */
export interface PlayerOutlet {
  /** True while the socket holds more than it should: frames then wait in the player's own queue. */
  readonly congested: boolean
  /** Sends one message; returns the bytes that it takes. */
  send(type: number, timestampMs: number, body: Buffer): number
  /** True where this player understands the track's codec. */
  canPlay(track: Track): boolean
  /** The codec cannot be sent to this player. */
  onUnplayable(track: Track): void
  /** The stream is over. */
  onEnd(): void
}

/** One RTMP player of one stream: from the newest keyframe on, behind a bounded queue. Plays the first video and the first audio track. */
export class Player implements StreamSubscriber {
  readonly streamId: string
  /** Bytes handed to the socket since the last report to the viewer registry. */
  bytesSinceReport = 0
  paused = false
  receivesAudio = true
  receivesVideo = true
  private readonly outlet: PlayerOutlet
  private readonly bodies: FlvBodies
  private readonly queue: PlayQueue
  private readonly unsubscribe: () => void
  private videoId: string | undefined
  private audioId: string | undefined
  private needsKey = false
  private lastTimestampMs = 0
  private stopped = false

  constructor(stream: LiveStream, bodies: FlvBodies, limits: RtmpLimits, outlet: PlayerOutlet) {
    this.streamId = stream.id
    this.outlet = outlet
    this.bodies = bodies
    this.queue = new PlayQueue(limits.outgoingBytes, limits.outgoingMs)
    const tracks = stream.tracks
    this.lastTimestampMs = 0
    this.deliver({ type: MessageType.dataAmf0, timestampMs: 0, body: metadataBody(tracks), role: 'config' })
    this.unsubscribe = stream.subscribe(this, { from: 'keyframe' })
    if (this.stopped) this.unsubscribe()
  }

  /** Frames that this player was too slow for. */
  get dropped(): number {
    return this.queue.dropped
  }

  onTrack(track: Track): void {
    if (this.stopped) return
    if (track.kind === 'video') this.videoId ??= track.id
    else this.audioId ??= track.id
    if (track.id !== this.videoId && track.id !== this.audioId) return
    if (!this.outlet.canPlay(track)) {
      this.outlet.onUnplayable(track)
      return
    }
    const body = configBody(track)
    if (body === undefined) return
    const type = track.kind === 'video' ? MessageType.video : MessageType.audio
    this.deliver({ type, timestampMs: this.lastTimestampMs, body, role: 'config' })
  }

  onPacket(packet: Packet): void {
    if (this.stopped || this.paused) return
    const { track } = packet
    const video = track.kind === 'video'
    if (track.id !== (video ? this.videoId : this.audioId) || !(video ? this.receivesVideo : this.receivesAudio)) return
    if (video && this.needsKey) {
      if (!packet.key) return
      this.needsKey = false
    }
    const timestampMs = dtsMs(packet)
    this.lastTimestampMs = timestampMs
    const body = this.bodies.of(packet)
    const type = video ? MessageType.video : MessageType.audio
    if (this.queue.length === 0 && !this.outlet.congested) {
      this.bytesSinceReport += this.outlet.send(type, timestampMs, body)
    } else {
      this.queue.push({ type, timestampMs, body, role: video ? (packet.key ? 'key' : 'delta') : 'audio' })
    }
  }

  /** Times on the stream's timeline only go forward, so RTMP players need no sign of a seam. */
  onDiscontinuity(): void {}

  onEnd(): void {
    if (this.stopped) return
    this.stopped = true
    while (this.queue.length > 0 && !this.outlet.congested) this.sendNext()
    this.outlet.onEnd()
  }

  /** After a pause, or after video was switched off, pictures go on at the next keyframe. */
  resume(): void {
    this.paused = false
    this.needsKey = true
  }

  /** The socket has room again. */
  onDrain(): void {
    while (this.queue.length > 0 && !this.outlet.congested) this.sendNext()
  }

  stop(): void {
    this.stopped = true
    this.unsubscribe()
  }

  private deliver(message: Parameters<PlayQueue['push']>[0]): void {
    if (this.queue.length === 0 && !this.outlet.congested) {
      this.bytesSinceReport += this.outlet.send(message.type, message.timestampMs, message.body)
    } else {
      this.queue.push(message)
    }
  }

  private sendNext(): void {
    const message = this.queue.shift()!
    this.bytesSinceReport += this.outlet.send(message.type, message.timestampMs, message.body)
  }
}

/** onMetaData of what we know ourselves; the sender's own is never passed on. */
function metadataBody(tracks: readonly Track[]): Buffer {
  const video = tracks.find((track) => track.kind === 'video')
  const audio = tracks.find((track) => track.kind === 'audio')
  return writeAmf0([
    'onMetaData',
    new EcmaArray({
      ...(video ? { width: video.width, height: video.height, ...(video.frameRate ? { framerate: video.frameRate } : {}) } : {}),
      ...(audio ? { audiosamplerate: audio.sampleRate, audiochannels: audio.channels, stereo: audio.channels > 1 } : {}),
      encoder: 'AMI Streams',
    }),
  ])
}
