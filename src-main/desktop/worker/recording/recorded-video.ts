import { videoTimescale, videoTrack } from '../../../formats/codecs/track-from-config.ts'
import { ticks } from '../../../formats/media-time.ts'
import type { Packet, VideoTrack } from '../../../formats/track.ts'
import type { VideoFrame } from '../motion-video.ts'

/**
 * Between frames while little changes (`calmMs`), and while nothing does (`stillMs`). Files and players start at a keyframe alone: there is
 * one at least so often while the display changes (`keyMs`), and while it does not (`stillKeyMs`). All in ms.
 */
const paces = {
  recorded: { calmMs: 100, stillMs: 1000, keyMs: 10_000, stillKeyMs: 60_000 },
  live: { calmMs: 50, stillMs: 250, keyMs: 2000, stillKeyMs: 2000 },
} as const
/** Of a frame, ms: the next one says when it ends. */
const usualMs = 100

export interface RecordedVideoOptions {
  readonly onTrack: (track: VideoTrack) => void
  readonly onPacket: (packet: Packet) => void
  /** A frame is due, whether or not anything is drawn. */
  readonly onDue: () => void
}

/** Which frames of a display are recorded, and as what: what changes when it changes, and a frame a second while nothing does. */
export class RecordedVideo {
  readonly #options: RecordedVideoOptions
  #pace: (typeof paces)[keyof typeof paces] = paces.recorded
  #track: VideoTrack | undefined
  #reported = false
  #wantsKey = true
  #frameMs = Number.NEGATIVE_INFINITY
  #keyMs = Number.NEGATIVE_INFINITY
  /** Something was drawn since the newest frame, and since the newest keyframe. */
  #changed = true
  #changedSinceKey = true
  #lastTicks = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: RecordedVideoOptions) {
    this.#options = options
    this.#wake(0)
  }

  /** How many frames and keyframes there are from here on. */
  setPace(pace: keyof typeof paces): void {
    if (this.#pace === paces[pace]) return
    this.#pace = paces[pace]
    this.#wake(this.#frameMs + this.#pace.stillMs - performance.now())
  }

  /** The next frame is one that a file can start with, and its track is reported again. */
  restart(): void {
    this.#wantsKey = true
    this.#reported = false
    this.#wake(0)
  }

  /** Something may have been drawn. Where this comes before a frame is due (timers fire up to 1 ms early), there is one later. */
  changed(any: boolean, nowMs: number): void {
    if (any) {
      this.#changed = true
      this.#changedSinceKey = true
    }
    const { calmMs, stillMs } = this.#pace
    if (!this.due(false, nowMs)) this.#wake(this.#frameMs + (this.#changed ? calmMs : stillMs) - nowMs)
  }

  /** The frame there is now is to be recorded. @param moving the display shows motion, of which every frame counts */
  due(moving: boolean, nowMs: number): boolean {
    if (this.#wantsKey) return true
    return nowMs - this.#frameMs >= (!this.#changed ? this.#pace.stillMs : moving ? 0 : this.#pace.calmMs)
  }

  /** The next frame is to be a keyframe. */
  wantsKey(nowMs: number): boolean {
    return this.#wantsKey || nowMs - this.#keyMs >= (this.#changedSinceKey ? this.#pace.keyMs : this.#pace.stillKeyMs)
  }

  /** Takes a frame. @param nowMs of any clock; `atUs` is when it was seen, of the machine's monotonic one */
  take({ key, config, data }: VideoFrame, nowMs: number, atUs: number): void {
    if (this.#wantsKey && !key) {
      this.#wake(this.#pace.calmMs)
      return
    }
    if (key && !this.#describe(config)) return
    const track = this.#track as VideoTrack
    this.#wantsKey = false
    this.#changed = false
    this.#frameMs = nowMs
    if (key) {
      this.#keyMs = nowMs
      this.#changedSinceKey = false
    }
    const at = Math.max(Math.round((atUs * videoTimescale) / 1e6), this.#lastTicks + 1)
    this.#lastTicks = at
    this.#options.onPacket({ track, pts: ticks(at), dts: ticks(at), duration: ticks((usualMs * videoTimescale) / 1000), key, data })
    this.#wake(this.#pace.stillMs)
  }

  /** A frame that was due could not be encoded, or not yet: it is tried again after so many ms. */
  missed(afterMs: number = this.#pace.stillMs): void {
    this.#wake(afterMs)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /** False for a configuration that cannot be read. */
  #describe(config: Uint8Array): boolean {
    const isNew = this.#track === undefined || Buffer.compare(this.#track.config, config) !== 0
    if (isNew) {
      const track = videoTrack('v0', 'h264', new Uint8Array(config))
      if ('fault' in track) return false
      this.#track = track
    }
    if (isNew || !this.#reported) this.#options.onTrack(this.#track as VideoTrack)
    this.#reported = true
    return true
  }

  #wake(ms: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    this.#timer = setTimeout(() => this.#options.onDue(), Math.max(0, ms))
  }
}
