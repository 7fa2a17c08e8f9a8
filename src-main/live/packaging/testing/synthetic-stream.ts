import { msToTicks, ticks } from '../../../formats/media-time.ts'
import type { AudioTrack, Packet, Track, VideoTrack } from '../../../formats/track.ts'
import type { LiveStream, StreamSubscriber } from '../../../media/live-stream.ts'

/** A stream for tests: made-up packets, sent to all subscribers. */
export class SyntheticStream implements LiveStream {
  readonly id = 'stream-1'
  readonly name = 'test'
  readonly epoch = 'e1'
  readonly state = 'active'
  readonly reconnecting = false
  readonly tracks: Track[] = []
  readonly originTimeMs = 1_700_000_000_000
  subscriber: StreamSubscriber | undefined

  constructor(tracks: readonly Track[]) {
    this.tracks.push(...tracks)
  }

  subscribe(subscriber: StreamSubscriber): () => void {
    this.subscriber = subscriber
    for (const track of this.tracks) subscriber.onTrack(track)
    return () => {
      this.subscriber = undefined
    }
  }

  /** Hands packets over in decoding order across tracks. */
  play(...lists: readonly (readonly Packet[])[]): void {
    const all = lists.flat().sort((a, b) => a.dts / a.track.timescale - b.dts / b.track.timescale)
    for (const packet of all) this.subscriber?.onPacket(packet)
  }
}

/** A made-up H.264 track. */
export function videoTrackOf(id = 'v0', config = 1): VideoTrack {
  return {
    id,
    kind: 'video',
    codec: 'h264',
    timescale: 90_000,
    codecString: 'avc1.64001f',
    config: new Uint8Array([1, config]),
    width: 1280,
    height: 720,
  }
}

/** A made-up AAC track; HE-AAC has half the rate in its core. */
export function audioTrackOf(id = 'a0', timescale = 48_000): AudioTrack {
  return {
    id,
    kind: 'audio',
    codec: 'aac',
    timescale,
    codecString: 'mp4a.40.2',
    config: new Uint8Array([0x11, 0x90]),
    sampleRate: 48_000,
    channels: 2,
    samplesPerPacket: 1024,
  }
}

/** Frames whose times were rounded to whole ms, as RTMP does. `delayFrames` shifts presentation as B-frames do. */
export function videoPackets(
  track: Track,
  from: { startS: number; seconds: number; fps: number; gopS: number; delayFrames?: number },
): Packet[] {
  const packets: Packet[] = []
  const count = Math.round(from.seconds * from.fps)
  const gop = Math.round(from.gopS * from.fps)
  const frameMs = 1000 / from.fps
  const delay = from.delayFrames ?? 0
  for (let i = 0; i < count; i++) {
    const dts = Math.round(from.startS * 1000 + i * frameMs) * 90
    const order = delay === 0 ? 0 : i % gop === 0 ? delay : i % 2 === 1 ? delay + 1 : delay - 1
    const pts = Math.round(from.startS * 1000 + (i + order) * frameMs) * 90
    const duration = Math.round((frameMs * track.timescale) / 1000)
    packets.push({
      track,
      pts: ticks(pts),
      dts: ticks(dts),
      duration: ticks(duration),
      key: i % gop === 0,
      data: new Uint8Array(i % gop === 0 ? 400 : 40).fill(i & 255),
    })
  }
  return packets
}

/** Audio in packets of 1024 samples, in whole ms. */
export function audioPackets(track: Track, startS: number, seconds: number): Packet[] {
  const packets: Packet[] = []
  const scale = track.timescale
  for (let i = 0; (i * 1024) / scale < seconds; i++) {
    const ms = Math.round(startS * 1000 + (i * 1024 * 1000) / scale)
    const at = msToTicks(ms, scale)
    packets.push({ track, pts: at, dts: at, duration: ticks(1024), key: true, data: new Uint8Array(30).fill(i & 255) })
  }
  return packets
}
