import { fourCcNumber, fourCcOf } from '../../../formats/flv/flv-fourcc.ts'
import { EcmaArray, writeAmf0 } from '../../../formats/rtmp/amf0.ts'
import { MessageType } from '../../../formats/rtmp/rtmp-messages.ts'
import type { Packet, Track } from '../../../formats/track.ts'
import type { LiveStream, StreamSubscriber } from '../../../media/live-stream.ts'
import { configBody, dtsMs, type FlvBodies } from './flv-bodies.ts'
import { PlayQueue } from './play-queue.ts'

/** Where a player's messages go: an RTMP session, an HTTP response, a destination. */
export interface FlvOutlet {
  /** True while the socket buffers more than it should: frames then wait in the player's own queue. */
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

/** Bounds of a player's queue. */
export interface FlvPlayerLimits {
  readonly outgoingBytes: number
  readonly outgoingMs: number
}

/** What differs between players. */
export interface FlvPlayerOptions {
  /** Ids of the tracks to play; the first of each kind where absent. */
  readonly videoTrack?: string
  readonly audioTrack?: string
  /** `publish` words the metadata as one who publishes does (`@setDataFrame`), and lets times start at 0. */
  readonly as?: 'play' | 'publish'
}

/** Plays one stream as FLV messages: from the newest keyframe on, behind a bounded queue, one video and one audio track. */
export class FlvPlayer implements StreamSubscriber {
  readonly streamId: string
  /** Bytes handed to the socket since the last report to the viewer registry. */
  bytesSinceReport = 0
  paused = false
  receivesAudio = true
  receivesVideo = true
  /** Frames handed over since the start. */
  frames = 0
  private readonly outlet: FlvOutlet
  private readonly bodies: FlvBodies
  private readonly queue: PlayQueue
  private readonly unsubscribe: () => void
  private videoId: string | undefined
  private audioId: string | undefined
  private needsKey = false
  /** What is taken off the stream's times, ms; undefined until the first frame says. */
  private baseMs: number | undefined
  private lastTimestampMs = 0
  private stopped = false

  constructor(stream: LiveStream, bodies: FlvBodies, limits: FlvPlayerLimits, outlet: FlvOutlet, options: FlvPlayerOptions = {}) {
    this.streamId = stream.id
    this.outlet = outlet
    this.bodies = bodies
    this.queue = new PlayQueue(limits.outgoingBytes, limits.outgoingMs)
    this.videoId = options.videoTrack
    this.audioId = options.audioTrack
    this.baseMs = options.as === 'publish' ? undefined : 0
    const body = metadataBody(stream.tracks, options)
    this.deliver({ type: MessageType.dataAmf0, timestampMs: 0, body, role: 'config' })
    this.unsubscribe = stream.subscribe(this, { from: 'keyframe' })
    if (this.stopped) this.unsubscribe()
  }

  /** Frames that this player was too slow for. */
  get dropped(): number {
    return this.queue.dropped
  }

  /** Media that waits in the queue, ms. */
  get queuedMs(): number {
    return this.queue.spanMs
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
    const streamMs = dtsMs(packet)
    this.baseMs ??= streamMs
    const timestampMs = Math.max(0, streamMs - this.baseMs)
    this.lastTimestampMs = timestampMs
    const body = this.bodies.of(packet)
    const type = video ? MessageType.video : MessageType.audio
    if (this.queue.length === 0 && !this.outlet.congested) {
      if (video) this.frames += 1
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

  /** After a pause, or after video was switched off, frames go on at the next keyframe. */
  resume(): void {
    this.paused = false
    this.needsKey = true
  }

  /** The socket has space again, or may have. */
  onDrain(): void {
    if (this.stopped) return
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
    if (message.role === 'key' || message.role === 'delta') this.frames += 1
    this.bytesSinceReport += this.outlet.send(message.type, message.timestampMs, message.body)
  }
}

/** onMetaData of what we know ourselves; the sender's own is never passed on. */
function metadataBody(tracks: readonly Track[], options: FlvPlayerOptions): Buffer {
  const chosen = (kind: Track['kind'], id: string | undefined) =>
    tracks.find((track) => track.kind === kind && (id === undefined || track.id === id))
  const video = chosen('video', options.videoTrack)
  const audio = chosen('audio', options.audioTrack)
  const entries = new EcmaArray({
    ...(video?.kind === 'video'
      ? {
          width: video.width,
          height: video.height,
          ...(video.frameRate ? { framerate: video.frameRate } : {}),
          videocodecid: video.codec === 'h264' ? 7 : fourCcNumber(fourCcOf(video.codec)),
        }
      : {}),
    ...(audio?.kind === 'audio'
      ? {
          audiosamplerate: audio.sampleRate,
          audiochannels: audio.channels,
          stereo: audio.channels > 1,
          audiocodecid: audio.codec === 'aac' ? 10 : audio.codec === 'mp3' ? 2 : fourCcNumber(fourCcOf(audio.codec)),
        }
      : {}),
    encoder: 'AMI Streams',
  })
  return writeAmf0(options.as === 'publish' ? ['@setDataFrame', 'onMetaData', entries] : ['onMetaData', entries])
}
