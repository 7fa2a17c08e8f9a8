import { setTimeout as delay } from 'node:timers/promises'
import type { DesktopChange, DesktopRect, NativeDesktopView } from './desktop-addon.ts'
import { Motion } from './motion.ts'
import { MotionVideo, videoFps } from './motion-video.ts'
import type { Viewer } from './viewer.ts'

/** Between frames of video, ms. */
const frameMs = 1000 / videoFps
/** Between looks whether motion has come to rest, ms. */
const restEveryMs = 50

/** µs of the monotonic clock, which the addon's times are on. */
const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n)

/** Shows the changes of a display to its viewers: as pixels, or, while much of it moves, as video to those who decode it. */
export class DisplayShow {
  readonly #view: NativeDesktopView
  readonly #viewers: ReadonlyMap<number, Viewer>
  readonly #motion = new Motion()
  readonly #video: MotionVideo
  #size = { width: 0, height: 0 }
  #frameAtMs = 0
  #encoding = false
  #resting: NodeJS.Timeout | undefined

  constructor(view: NativeDesktopView, viewers: ReadonlyMap<number, Viewer>) {
    this.#view = view
    this.#viewers = viewers
    this.#video = new MotionVideo(view)
  }

  /** Somebody new has seen nothing yet. */
  begin(viewer: Viewer): void {
    if (this.#size.width === 0) return
    viewer.changed([{ x: 0, y: 0, ...this.#size }])
    this.#view.again()
  }

  /** A viewer can be sent more: what they have not seen is, unless it comes as video anyway. */
  ready(viewer: Viewer): void {
    if (viewer.wants && !(this.#motion.moving && viewer.decodes)) this.#view.again()
  }

  /** Sends a change, and asks the view for the next one. */
  async take(change: DesktopChange): Promise<void> {
    const { width, height, parts } = change
    const nowMs = performance.now()
    this.#size = { width, height }
    this.#motion.take(parts, width, height, nowMs)
    // What several viewers need of a frame is read once.
    const read = new Map<string, Buffer | undefined>()
    const pixelsOf = ({ x, y, ...size }: DesktopRect): Buffer | undefined => {
      const key = `${x},${y},${size.width},${size.height}`
      if (!read.has(key)) read.set(key, this.#view.pixels(x, y, size.width, size.height))
      return read.get(key)
    }
    const watching: Viewer[] = []
    for (const viewer of this.#viewers.values()) {
      viewer.changed(parts)
      if (this.#motion.moving && viewer.decodes) watching.push(viewer)
      else viewer.show(change, pixelsOf, monotonicUs())
    }
    if (watching.length > 0) await this.#showVideo(change, watching, nowMs)
    this.#view.next()
  }

  stop(): void {
    clearTimeout(this.#resting)
    if (!this.#encoding) this.#video.rest()
  }

  async #showVideo({ width, height, noticedUs }: DesktopChange, watching: readonly Viewer[], nowMs: number): Promise<void> {
    clearTimeout(this.#resting)
    this.#encoding = true
    try {
      const wantsKey = watching.some((viewer) => viewer.wantsKey)
      const frame = await this.#video.encode(width, height, wantsKey, nowMs)
      const ageMs = Math.max(0, monotonicUs() - noticedUs) / 1000
      if (frame) for (const viewer of watching) viewer.showVideo(frame, ageMs)
    } catch (error) {
      // Without an encoder changes are sent as they are.
      process.stderr.write(`video of a display: ${(error as Error).message}\n`)
      for (const viewer of watching) viewer.hear({ kind: 'decoder', h264: false })
    } finally {
      this.#encoding = false
    }
    this.#resting = setTimeout(() => this.#rest(), restEveryMs)
    // The next frame is read when it is due, with everything that was drawn until then.
    const waitMs = this.#frameAtMs + frameMs - performance.now()
    if (waitMs > 0) await delay(waitMs)
    this.#frameAtMs = performance.now()
  }

  /** When nothing moves any more everybody gets the display as it is, without loss. */
  #rest(): void {
    clearTimeout(this.#resting)
    if (this.#encoding || !this.#motion.comesToRest(performance.now())) {
      this.#resting = setTimeout(() => this.#rest(), restEveryMs)
      return
    }
    this.#video.rest()
    for (const viewer of this.#viewers.values()) {
      if (!viewer.decodes) continue
      viewer.endVideo()
      viewer.changed([{ x: 0, y: 0, ...this.#size }])
    }
    this.#view.again()
  }
}
