/**
 * Encoders left to themselves (OBS, x264) send a keyframe every 250 frames: whole GOPs up to this length become one
 * segment, because a segment that does not start with a keyframe leaves new viewers without video until the next.
 */
const maxTargetS = 12
/** What most of them need: 250 frames at 25 to 30 a second. */
const usualTargetS = 10
/** RFC 8216bis section 6.2.2: a live playlist contains at least three target durations. */
const minWindowTargets = 3

export interface TargetDurationOptions {
  /** Wished segment length. */
  readonly segmentMs: number
  /** Media wished in the playlists. */
  readonly windowMs: number
  /** Longest keyframe interval that an earlier run of this stream had. */
  readonly keyframeIntervalMs?: number
}

/** EXT-X-TARGETDURATION of a stream, and the window of media that it requires. */
export class TargetDuration {
  /** Whole seconds; no segment's rounded duration exceeds them. */
  seconds: number
  readonly #wishedWindowMs: number

  constructor(options: TargetDurationOptions) {
    const known = Math.min(maxTargetS, Math.ceil((options.keyframeIntervalMs ?? 0) / 1000))
    this.seconds = Math.max(1, Math.round(options.segmentMs / 1000), known)
    this.#wishedWindowMs = options.windowMs
  }

  /** Media to keep in the playlists, in ms. */
  get windowMs(): number {
    return Math.max(this.#wishedWindowMs, minWindowTargets * 1000 * this.seconds)
  }

  /** True while it can be raised. */
  get raisable(): boolean {
    return this.seconds < maxTargetS
  }

  /**
   * TARGETDURATION should never change. That of a stream whose first GOP turns out to be longer than the wished segment
   * rises before a playlist has been answered, since the first answer waits for as long. An encoder that sends its first
   * long GOP later (keyframes at scene cuts) has a segment cut inside, and its target raised when that was not enough: a
   * changed number does players less harm than segments that they cannot start with. It rises first to a third of the wished window:
   * HOLD-BACK is then no more than what is listed already. Only a GOP that is longer raises it again.
   */
  raise(): void {
    const fitsS = Math.floor(this.#wishedWindowMs / (minWindowTargets * 1000))
    const firstS = Math.min(maxTargetS, Math.max(usualTargetS, fitsS))
    this.seconds = this.seconds < firstS ? firstS : maxTargetS
  }
}
