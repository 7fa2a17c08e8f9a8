import type { FrameRate } from '../../document/schemas/frame-rate.ts'

/** 90 kHz ticks of a frame's time on the show's timeline. */
export function framePts(frame: number, { numerator, denominator }: FrameRate): number {
  return Math.round((frame * 90_000 * denominator) / numerator)
}

/** Microseconds of a frame's time on the show's timeline. */
export function frameUs(frame: number, { numerator, denominator }: FrameRate): number {
  return (frame * 1e6 * denominator) / numerator
}

export interface FrameClockDependencies {
  /** Monotonic microseconds at which frame 0 was due. */
  readonly originUs: number
  readonly rate: FrameRate
  readonly nowUs: () => number
  /** Makes frame number `frame`, due at `dueUs`. */
  readonly onFrame: (frame: number, dueUs: number) => void
}

/** Calls for each frame of the show at its time; frames whose time has passed while the process was delayed are dropped and counted. */
export class FrameClock {
  /** Frames called for. */
  made = 0
  /** Frames that were never called for. */
  dropped = 0
  /** Frames called for more than half a frame late. */
  late = 0
  readonly #dependencies: FrameClockDependencies
  #next: number
  #timer: NodeJS.Timeout | undefined

  constructor(dependencies: FrameClockDependencies) {
    this.#dependencies = dependencies
    this.#next = Math.ceil((dependencies.nowUs() - dependencies.originUs) / frameUs(1, dependencies.rate))
    this.#wait()
  }

  /** Number of the frame that comes next. */
  get next(): number {
    return this.#next
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #wait(): void {
    const { originUs, rate, nowUs } = this.#dependencies
    const waitUs = originUs + frameUs(this.#next, rate) - nowUs()
    // Timers keep whole milliseconds and fire late rather than early: what is left is less than one.
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, Math.floor(waitUs / 1000)))
  }

  #tick(): void {
    const { originUs, rate, nowUs, onFrame } = this.#dependencies
    const periodUs = frameUs(1, rate)
    let dueUs = originUs + frameUs(this.#next, rate)
    const behindUs = nowUs() - dueUs
    if (behindUs < -1000) {
      this.#wait()
      return
    }
    if (behindUs >= periodUs) {
      const lost = Math.floor(behindUs / periodUs)
      this.dropped += lost
      this.#next += lost
      dueUs = originUs + frameUs(this.#next, rate)
    }
    if (nowUs() - dueUs > periodUs / 2) this.late++
    const frame = this.#next++
    this.made++
    onFrame(frame, dueUs)
    this.#wait()
  }
}
