import type { DesktopChange, NativeDesktopView } from './desktop-addon.ts'
import { Motion } from './motion.ts'
import { MotionVideo } from './motion-video.ts'
import type { RecordedVideo } from './recording/recorded-video.ts'
import type { Viewer } from './viewer.ts'
import type { Fineness } from './viewer-pace.ts'
import { monotonicUs } from './viewer-updates.ts'

/** Between looks whether motion has come to rest, ms. */
const restEveryMs = 50
/** A frame that comes so much before it is due is not left out, ms. */
const earlyMs = 4

/** Pixels as they are for as long as that works, then video that is hard to tell from them. */
const sharp = { largeShare: 0.3, changes: 8, crf: 18, fps: 30 }

/** What a display looks like while it moves, by what viewers prefer. */
const motionModes = {
  /** Sharp, for who decodes it: thin lines and small texts keep their colors, for a quarter more bytes and work. */
  'full-color': { ...sharp, fullColor: true },
  sharp,
  balanced: { largeShare: 0.12, changes: 5, crf: 24, fps: 30 },
  /** Few bytes: for connections that are slow or busy. */
  fast: { largeShare: 0.04, changes: 3, crf: 33, fps: 20 },
  /** For networks that carry none of them. */
  coarse: { largeShare: 0.04, changes: 2, kbps: 1000, fps: 12 },
} as const satisfies Record<Fineness, object>

export interface MotionLaneOptions {
  readonly view: NativeDesktopView
  readonly fineness: Fineness
  /** Nothing moves any more: what was shown as video is to be sent again, without loss. */
  readonly onRest: (fineness: Fineness) => void
}

/** Motion as those see it who are shown it equally fine: one encoder for all of them. */
export class MotionLane {
  readonly #options: MotionLaneOptions
  readonly #motion: Motion
  readonly #video: MotionVideo
  #shownMs = 0
  #encoding = false
  #stopped = false
  #resting: NodeJS.Timeout | undefined
  /** A frame was left out, since nobody could be sent more. */
  #owes = false
  #recorded: RecordedVideo | undefined

  constructor(options: MotionLaneOptions) {
    this.#options = options
    const mode = motionModes[options.fineness]
    this.#motion = new Motion(mode)
    this.#video = new MotionVideo(options.view, mode)
  }

  /** Between two frames, ms. */
  get frameMs(): number {
    return 1000 / motionModes[this.#options.fineness].fps
  }

  get moving(): boolean {
    return this.#motion.moving
  }

  /** Somebody can be sent more, and waits for a frame that was left out. */
  get owes(): boolean {
    return this.#owes && this.moving
  }

  /** Frames go to a recording too, also while nothing moves; undefined: not any more. */
  record(recorded: RecordedVideo | undefined): void {
    this.#recorded = recorded
    if (recorded === undefined && !this.moving && !this.#encoding) this.#video.rest()
  }

  /** What moved in another lane goes on in this one. */
  goOn(nowMs: number): void {
    this.#motion.goOn(nowMs)
    clearTimeout(this.#resting)
    this.#resting = setTimeout(() => this.#rest(), restEveryMs)
  }

  take({ parts, width, height }: DesktopChange, nowMs: number): void {
    this.#motion.take(parts, width, height, nowMs)
  }

  /** Shows the frame there is now, if it is due and anybody can be sent it, or it is to be recorded. */
  async show(change: DesktopChange, watching: readonly Viewer[], nowMs: number): Promise<void> {
    const recorded = this.#recorded?.due(this.moving, nowMs) === true ? this.#recorded : undefined
    const earlyByMs = this.#shownMs + this.frameMs - nowMs
    if (earlyByMs > earlyMs) {
      recorded?.missed(earlyByMs)
      return
    }
    const isReady = watching.some((viewer) => viewer.ready)
    this.#owes = watching.length > 0 && !isReady
    if (!isReady && recorded === undefined) return
    this.#shownMs = nowMs
    clearTimeout(this.#resting)
    this.#encoding = true
    try {
      const wantsKey = watching.some((viewer) => viewer.wantsKey) || recorded?.wantsKey(nowMs) === true
      const frame = await this.#video.encode(change.width, change.height, wantsKey, nowMs)
      const nowUs = monotonicUs()
      // Of a video that is recorded nothing can be left out: what follows would not be decoded.
      if (frame) this.#recorded?.take(frame, nowMs, change.readyUs)
      else this.#recorded?.missed()
      if (frame) for (const viewer of watching) viewer.showVideo(frame, change, nowUs)
    } catch (error) {
      // Without an encoder changes are sent as they are.
      process.stderr.write(`video of a display: ${(error as Error).message}\n`)
      this.#recorded?.missed()
      for (const viewer of watching) viewer.hear({ kind: 'decoder', h264: false })
    } finally {
      this.#encoding = false
      if (this.#stopped || (this.#recorded === undefined && !this.moving)) this.#video.rest()
      else if (this.moving) this.#resting = setTimeout(() => this.#rest(), restEveryMs)
    }
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#resting)
    if (!this.#encoding) this.#video.rest()
  }

  #rest(): void {
    clearTimeout(this.#resting)
    if (this.#encoding || !this.#motion.comesToRest(performance.now())) {
      this.#resting = setTimeout(() => this.#rest(), restEveryMs)
      return
    }
    this.#owes = false
    if (this.#recorded === undefined) this.#video.rest()
    this.#options.onRest(this.#options.fineness)
  }
}
