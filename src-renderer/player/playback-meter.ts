/** Stopping for less than this is not a stall, ms. */
const stallAfterMs = 500
const lookEveryMs = 250

export interface PlaybackFigures {
  readonly startupMs: number | null
  readonly watchedMs: number
  readonly stalls: number
  readonly stallMs: number
  readonly bufferMs: number
  readonly droppedFrames: number
}

/** Measures how a video element plays, whatever feeds it: by whether its clock moves while somebody wants to watch. */
export class PlaybackMeter {
  readonly #video: HTMLVideoElement
  readonly #onStall: (isStalled: boolean) => void
  readonly #timer: ReturnType<typeof setInterval>
  readonly #stop = new AbortController()
  #wantedMs: number | undefined
  #startupMs: number | null = null
  #watchedMs = 0
  #stalls = 0
  #stallMs = 0
  #isStalled = false
  /** When and where the clock was seen moving last. */
  #movedMs = 0
  #movedTo = -1
  #lookedMs = 0
  /** The viewer went somewhere else: waiting for that is no stall. */
  #isSeeking = false

  constructor(video: HTMLVideoElement, onStall: (isStalled: boolean) => void) {
    this.#video = video
    this.#onStall = onStall
    this.#timer = setInterval(() => this.#look(), lookEveryMs)
    const { signal } = this.#stop
    video.addEventListener('seeking', () => (this.#isSeeking ||= !this.#isStalled), { signal })
    video.addEventListener('playing', () => this.#look(), { signal })
  }

  /** Somebody wants to see the stream, which is there. */
  want(): void {
    if (this.#wantedMs !== undefined) return
    this.#wantedMs = performance.now()
    this.#movedMs = this.#wantedMs
    this.#lookedMs = this.#wantedMs
  }

  /** There is nothing to see, through nobody's fault: not live yet, or over. */
  rest(): void {
    this.#wantedMs = undefined
    this.#settle()
  }

  read(): PlaybackFigures {
    const { buffered, currentTime } = this.#video
    let bufferMs = 0
    for (let index = 0; index < buffered.length; index++) {
      if (buffered.start(index) <= currentTime + 0.1 && buffered.end(index) > currentTime)
        bufferMs = (buffered.end(index) - currentTime) * 1000
    }
    return {
      startupMs: this.#startupMs,
      watchedMs: Math.round(this.#watchedMs),
      stalls: this.#stalls,
      stallMs: Math.round(this.#stallMs),
      bufferMs: Math.round(bufferMs),
      droppedFrames: this.#video.getVideoPlaybackQuality?.().droppedVideoFrames ?? 0,
    }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#stop.abort()
  }

  #look(): void {
    const now = performance.now()
    const sinceMs = now - this.#lookedMs
    this.#lookedMs = now
    const { currentTime, paused } = this.#video
    const moved = currentTime !== this.#movedTo
    this.#movedTo = currentTime
    if (this.#wantedMs === undefined) return
    if (moved && currentTime > 0 && !this.#video.seeking) {
      this.#startupMs ??= Math.round(now - this.#wantedMs)
      this.#isSeeking = false
      this.#movedMs = now
      if (!this.#isStalled) this.#watchedMs += sinceMs
      this.#settle()
      return
    }
    if (this.#startupMs === null) return
    if (paused || this.#isSeeking) {
      this.#movedMs = now
      this.#settle()
      return
    }
    if (this.#isStalled) this.#stallMs += sinceMs
    else if (now - this.#movedMs >= stallAfterMs) {
      this.#isStalled = true
      this.#stalls++
      this.#stallMs += now - this.#movedMs
      this.#onStall(true)
    }
  }

  #settle(): void {
    if (!this.#isStalled) return
    this.#isStalled = false
    this.#onStall(false)
  }
}
