import { opusPacketDuration } from '../../formats/codecs/opus.ts'
import { audioTrack, videoTrack } from '../../formats/codecs/track-from-config.ts'
import { isFault } from '../../formats/fault.ts'
import { msToTicks, type Ticks, ticks, ticksToMs } from '../../formats/media-time.ts'
import { timestampDistance } from '../../formats/rtp/rtp.ts'
import { type FrameAssembler, frameAssembler, type RtpVideoCodec } from '../../formats/rtp/rtp-frames.ts'
import type { Track } from '../../formats/track.ts'
import type { IngestPacket } from '../ingest-packet.ts'

/** Where a publisher's frames go. */
export interface PublisherMediaEvents {
  onTrack(track: Track): void
  onPacket(packet: IngestPacket): void
  /** The video cannot go on without a keyframe. */
  onKeyframeNeeded(): void
  onFault(message: string): void
}

/** OpusHead of what WebRTC sends: stereo at 48 kHz (RFC 7587), 6.5 ms pre-skip. */
const opusHead = Uint8Array.of(0, 2, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0)
/** Max correction of audio against video with each packet, ms. */
const slewMs = 1
/** A microphone that loses samples makes audio late by more than that would catch up with: it is jumped to, where this much is missing, ms. */
const jumpMs = 200
/** Clocks of audio and video that are further apart at first have nothing to do with each other, ms. */
const sameClockMs = 2000

/** Makes frames on one clock of a publisher's ordered payloads. Either media engine feeds it. */
export class PublisherMedia {
  readonly #events: PublisherMediaEvents
  readonly #video: VideoSide | undefined
  readonly #audio = new SourceClock(48_000)
  #audioReported = false
  #audioOffsetMs = 0
  /** How far the sender's clocks of audio and video are apart where they are two; undefined until both reported. */
  #clocksApartMs: number | undefined

  constructor(video: RtpVideoCodec | undefined, events: PublisherMediaEvents) {
    this.#events = events
    this.#video = video === undefined ? undefined : new VideoSide(video, events)
  }

  /** The next payload of the video, in order. */
  video(payload: Uint8Array, timestamp: number, marker: boolean, nowMs: number): void {
    this.#video?.push(payload, timestamp, marker, nowMs)
  }

  /** Packets of the video are lost for good. */
  videoGap(): void {
    this.#video?.gap()
  }

  /** An Opus packet, in order. */
  audio(payload: Uint8Array, timestamp: number, nowMs: number): void {
    if (opusPacketDuration(payload) === 0) return
    if (!this.#audioReported) {
      this.#audioReported = true
      const track = audioTrack('a0', 'opus', opusHead)
      if (isFault(track)) return
      this.#events.onTrack(track)
    }
    const dts = this.#audio.timeOf(timestamp, nowMs)
    const { timescale } = this.#audio
    const apart = this.#apartMs() - this.#audioOffsetMs
    // Reports alone may be wrong: lost samples come late, too.
    const lateMs = nowMs - ticksToMs(dts, timescale) - this.#audioOffsetMs
    const isMissing = apart > jumpMs && lateMs > apart / 2
    this.#audioOffsetMs += isMissing ? apart : Math.max(-slewMs, Math.min(slewMs, apart))
    this.#events.onPacket({
      trackId: 'a0',
      timescale,
      dts: ticks(dts + msToTicks(this.#audioOffsetMs, timescale)),
      composition: ticks(0),
      key: true,
      data: payload,
    })
  }

  /** A sender report of either source: what its wall clock was at an RTP timestamp. */
  senderReport(kind: 'audio' | 'video', ntpMs: number, timestamp: number): void {
    const clock = kind === 'audio' ? this.#audio : this.#video?.clock
    clock?.report(ntpMs, timestamp)
  }

  /** How far audio must move so that both follow the sender's clock, ms; 0 until both reported. */
  #apartMs(): number {
    const video = this.#video?.clock
    if (video === undefined) return 0
    const apart = this.#audio.senderOffsetMs - video.senderOffsetMs
    if (Number.isNaN(apart)) return 0
    this.#clocksApartMs ??= Math.abs(apart) < sameClockMs ? 0 : apart
    return apart - this.#clocksApartMs
  }
}

/** Places one source's RTP timestamps on the host's clock by the arrival of its first packet. */
class SourceClock {
  /** Ticks per second: the rate of the RTP clock. */
  readonly timescale: number
  /** Our time of the first packet, ticks; NaN before it. */
  #origin = Number.NaN
  #last = 0
  #elapsed = 0
  /** Sender's wall clock minus our time for the same instant; NaN until it reported. */
  senderOffsetMs = Number.NaN

  constructor(clockRate: number) {
    this.timescale = clockRate
  }

  timeOf(timestamp: number, nowMs: number): Ticks {
    if (Number.isNaN(this.#origin)) {
      this.#origin = msToTicks(nowMs, this.timescale)
      this.#last = timestamp
    }
    this.#elapsed += timestampDistance(timestamp, this.#last)
    this.#last = timestamp
    return ticks(this.#origin + this.#elapsed)
  }

  report(ntpMs: number, timestamp: number): void {
    if (Number.isNaN(this.#origin)) return
    const our = this.#origin + this.#elapsed + timestampDistance(timestamp, this.#last)
    this.senderOffsetMs = ntpMs - ticksToMs(our, this.timescale)
  }
}

/** The video: frames from payloads, a track from the first keyframe's configuration. */
class VideoSide {
  readonly clock = new SourceClock(90_000)
  readonly #codec: RtpVideoCodec
  readonly #events: PublisherMediaEvents
  readonly #assembler: FrameAssembler
  #config: Uint8Array | undefined
  #waiting = true
  #reported = false

  constructor(codec: RtpVideoCodec, events: PublisherMediaEvents) {
    this.#codec = codec
    this.#events = events
    this.#assembler = frameAssembler(codec)
  }

  push(payload: Uint8Array, timestamp: number, marker: boolean, nowMs: number): void {
    const frame = this.#assembler.push(payload, timestamp, marker)
    if (frame === undefined) return
    const dts = this.clock.timeOf(frame.timestamp, nowMs)
    if (frame.config !== undefined && !(this.#reported && same(frame.config, this.#config))) {
      const track = videoTrack('v0', this.#codec, frame.config, frame.data)
      if (isFault(track)) {
        this.#events.onFault(`the video configuration cannot be read: ${track.fault}`)
        return
      }
      this.#config = frame.config
      this.#reported = true
      this.#events.onTrack(track)
    }
    if (this.#waiting) {
      if (!frame.key || !this.#reported) return
      this.#waiting = false
    }
    const { timescale } = this.clock
    this.#events.onPacket({ trackId: 'v0', timescale, dts, composition: ticks(0), key: frame.key, data: frame.data })
  }

  gap(): void {
    this.#assembler.gap()
    if (!this.#waiting) this.#events.onFault('packets of the video were lost: it goes on with the next keyframe')
    this.#waiting = true
    this.#events.onKeyframeNeeded()
  }
}

function same(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i])
}
