import { ticksToMs } from '../../../formats/media-time.ts'
import type { Packet } from '../../../formats/track.ts'
import type { HealthSample, HealthWarning } from '../../schemas.ts'

/** Samples that the frame rate is averaged over. */
const RATE_SAMPLES = 3
/** Seconds of samples kept for the graphs. */
const KEPT_SAMPLES = 300
/** Arrivals later than this after the best ones count as late, ms. */
const LATE_MS = 200
/** Seconds that warnings look back on. */
const LOOK_BACK = 10
const LONG_KEYFRAME_MS = 4500
const FAR_APART_MS = 150

/** Counts one stream's health: a few additions per packet, everything else once a second. */
export class HealthMeter {
  /** Grows with every keyframe of the first video track. */
  keyframes = 0
  repairs = 0
  faults = 0
  bytesIn = 0
  bytesOut = 0
  droppedFrames = 0
  lateFrames = 0
  readonly #startMs: number
  #samples: HealthSample[] = []
  #warnings: readonly HealthWarning[] = []
  readonly #standing = new Map<HealthWarning['code'], HealthWarning>()
  #videoBytes = 0
  #audioBytes = 0
  #frames = 0
  readonly #rates: { readonly frames: number; readonly seconds: number }[] = []
  #hasVideo = false
  #hasAudio = false
  #videoId: string | undefined
  #lastDtsMs = -1
  #frameMs = 0
  #keyDtsMs = -1
  #keyIntervalMs: number | null = null
  #lagMs: number | undefined
  #videoLagMs: number | undefined
  #audioLagMs: number | undefined
  #compositionMs = 0
  #sampledMs: number

  /** @param monotonicMs now */
  constructor(monotonicMs: number) {
    this.#startMs = monotonicMs
    this.#sampledMs = monotonicMs
  }

  get samples(): readonly HealthSample[] {
    return this.#samples
  }

  get latest(): HealthSample | null {
    return this.#samples.at(-1) ?? null
  }

  get warnings(): readonly HealthWarning[] {
    return this.#standing.size === 0 ? this.#warnings : [...this.#warnings, ...this.#standing.values()]
  }

  /** A warning that others found, until it is taken away by `undefined`. */
  stand(code: HealthWarning['code'], message: string | undefined): void {
    if (message === undefined) this.#standing.delete(code)
    else this.#standing.set(code, { code, message })
  }

  /**
   * Counts a packet that was placed on the timeline.
   * @param arrivalMs monotonic clock at its arrival
   */
  count(packet: Packet, arrivalMs: number): void {
    const bytes = packet.data.length
    this.bytesIn += bytes
    const track = packet.track
    const atMs = ticksToMs(packet.dts, track.timescale)
    const lagMs = arrivalMs - atMs
    if (track.kind === 'audio') {
      this.#hasAudio = true
      this.#audioBytes += bytes
      this.#audioLagMs = this.#audioLagMs === undefined ? lagMs : this.#audioLagMs + (lagMs - this.#audioLagMs) / 32
      return
    }
    this.#videoBytes += bytes
    this.#hasVideo = true
    this.#videoId ??= track.id
    if (track.id !== this.#videoId) return
    this.#frames++
    this.#videoLagMs = this.#videoLagMs === undefined ? lagMs : this.#videoLagMs + (lagMs - this.#videoLagMs) / 32
    // the best arrival is the measure; it may rise slowly, as the encoder's clock may run slower than ours
    if (this.#lagMs === undefined || lagMs < this.#lagMs) this.#lagMs = lagMs
    else {
      this.#lagMs += 0.02
      if (lagMs - this.#lagMs > LATE_MS) this.lateFrames++
    }
    const stepMs = atMs - this.#lastDtsMs
    if (this.#lastDtsMs >= 0 && stepMs > 0) {
      if (this.#frameMs === 0) this.#frameMs = stepMs
      else {
        if (stepMs > this.#frameMs * 1.75) this.droppedFrames += Math.min(1000, Math.round(stepMs / this.#frameMs) - 1)
        this.#frameMs += (Math.min(stepMs, this.#frameMs * 4) - this.#frameMs) / 16
      }
    }
    this.#lastDtsMs = atMs
    const compositionMs = ticksToMs(packet.pts - packet.dts, track.timescale)
    if (compositionMs > this.#compositionMs) this.#compositionMs = compositionMs
    if (!packet.key) return
    this.keyframes++
    if (this.#keyDtsMs >= 0) this.#keyIntervalMs = Math.round(atMs - this.#keyDtsMs)
    this.#keyDtsMs = atMs
  }

  /** After a seam the distance to the previous frame says nothing. */
  discontinuity(): void {
    this.#lastDtsMs = -1
    this.#keyDtsMs = -1
    this.#lagMs = undefined
    this.#videoLagMs = undefined
    this.#audioLagMs = undefined
    this.#compositionMs = 0
  }

  /**
   * Closes a second.
   * @param wallMs ms since 1970
   * @param away the publisher is away: nothing is warned of
   */
  sample(monotonicMs: number, wallMs: number, viewers: number, away: boolean): HealthSample {
    const seconds = Math.max(0.001, (monotonicMs - this.#sampledMs) / 1000)
    this.#sampledMs = monotonicMs
    const offsetMs =
      this.#videoLagMs === undefined || this.#audioLagMs === undefined ? null : Math.round(this.#videoLagMs - this.#audioLagMs)
    const sample: HealthSample = {
      timeMs: wallMs,
      videoBitrateKbps: Math.round((this.#videoBytes * 8) / 1000 / seconds),
      audioBitrateKbps: Math.round((this.#audioBytes * 8) / 1000 / seconds),
      frameRate: this.#smoothedRate(seconds),
      keyframeIntervalMs: this.#keyIntervalMs,
      droppedFrames: this.droppedFrames,
      lateFrames: this.lateFrames,
      avOffsetMs: offsetMs,
      timestampRepairs: this.repairs,
      faults: this.faults,
      viewers,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      keyframeSequence: this.keyframes,
    }
    this.#videoBytes = 0
    this.#audioBytes = 0
    this.#frames = 0
    this.#samples.push(sample)
    if (this.#samples.length > KEPT_SAMPLES) this.#samples.shift()
    this.#warnings = away ? [] : this.#judge(sample, monotonicMs)
    return sample
  }

  /** Frames come in bunches: a second alone reads 29, 31, 30 when the video is steady. */
  #smoothedRate(seconds: number): number {
    this.#rates.push({ frames: this.#frames, seconds })
    if (this.#rates.length > RATE_SAMPLES) this.#rates.shift()
    let frames = 0
    let span = 0
    for (const each of this.#rates) {
      frames += each.frames
      span += each.seconds
    }
    return Math.round((frames / span) * 10) / 10
  }

  #judge(now: HealthSample, monotonicMs: number): HealthWarning[] {
    const warnings: HealthWarning[] = []
    const warn = (code: HealthWarning['code'], message: string) => warnings.push({ code, message })
    const before = this.#samples[Math.max(0, this.#samples.length - 1 - LOOK_BACK)] as HealthSample
    const ageMs = monotonicMs - this.#startMs
    const sinceKeyMs = this.#keyDtsMs >= 0 ? this.#lastDtsMs - this.#keyDtsMs : 0
    if (now.frameRate > 0 && sinceKeyMs > 10_000) {
      warn(
        'no-keyframe',
        `No keyframe for ${tenths(sinceKeyMs)} s: new viewers cannot start. Set Keyframe Interval to 2 s in the encoder (OBS: Settings → Output).`,
      )
    } else if (now.keyframeIntervalMs !== null && now.keyframeIntervalMs > LONG_KEYFRAME_MS) {
      warn(
        'keyframe-interval-long',
        `A keyframe comes every ${tenths(now.keyframeIntervalMs)} s, so viewers of HLS are ${Math.ceil((3 * now.keyframeIntervalMs) / 1000)} s behind or more. Set Keyframe Interval to 2 s in the encoder (OBS: Settings → Output).`,
      )
    }
    const dropped = now.droppedFrames - before.droppedFrames
    if (dropped > 0 && dropped > now.frameRate * LOOK_BACK * 0.01) {
      warn(
        'frames-dropped',
        `${dropped} frames are missing in the last ${LOOK_BACK} s. The encoder or its network cannot keep up: lower the bitrate or the resolution.`,
      )
    }
    const late = now.lateFrames - before.lateFrames
    if (late > now.frameRate) {
      warn(
        'frames-late',
        `${late} frames of the last ${LOOK_BACK} s came late. The network to this host stalls: lower the bitrate or use a cable.`,
      )
    }
    if (now.avOffsetMs !== null && Math.abs(now.avOffsetMs) > FAR_APART_MS) {
      const which = now.avOffsetMs > 0 ? 'ahead of' : 'behind'
      warn(
        'av-offset',
        `Audio arrives ${Math.abs(now.avOffsetMs)} ms ${which} the video. Check the sync offset of the audio source in the encoder.`,
      )
    }
    if (now.timestampRepairs > before.timestampRepairs) {
      warn(
        'timestamps-repaired',
        "The encoder's timestamps jumped or drifted and were corrected. Update the encoder or check its source's clock.",
      )
    }
    if (this.#compositionMs > 300) {
      warn(
        'b-frames',
        `B-frames delay the video by ${Math.round(this.#compositionMs)} ms. For the least delay set Max B-frames to 0, or the tune "zerolatency".`,
      )
    }
    if (ageMs > 5000 && this.#hasVideo && !this.#hasAudio)
      warn('no-audio', 'No audio arrives. Add an audio source in the encoder if there should be some.')
    if (ageMs > 5000 && this.#hasAudio && !this.#hasVideo)
      warn('no-video', 'No video arrives. Add a video source in the encoder if there should be one.')
    if (ageMs > 10_000 && this.#hasVideo && this.#samples.length > LOOK_BACK) {
      let sum = 0
      for (let index = this.#samples.length - LOOK_BACK; index < this.#samples.length; index++)
        sum += (this.#samples[index] as HealthSample).videoBitrateKbps
      const average = Math.round(sum / LOOK_BACK)
      if (average > 0 && average < 100) {
        warn('bitrate-low', `The video has ${average} kbps, which is too little to look good. Raise the video bitrate in the encoder.`)
      }
    }
    return warnings
  }
}

function tenths(ms: number): string {
  return (ms / 1000).toFixed(1)
}
