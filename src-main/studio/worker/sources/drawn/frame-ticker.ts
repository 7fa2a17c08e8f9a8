/** A frame of the program that is about to be composed. */
export interface Tick {
  /** Counted from the clock's origin; may be negative. */
  readonly frame: number
  /** When it is due, monotonic microseconds. */
  readonly timeUs: number
}

/** Calls the drawings of moving images, once for each frame of the program, shortly before it is composited. */
export interface FrameTicker {
  /** The frame of the program that is due next. */
  next(): Tick
  /** The first frame of the program that is due at a time or later, monotonic microseconds. */
  at(timeUs: number): Tick
  /** Answers the way to stop. */
  add(draw: (tick: Tick) => void): () => void
}

export interface FrameTickerDependencies {
  readonly frameRate: { readonly numerator: number; readonly denominator: number }
  /** A frame of the program is due then; the others are whole frames away. */
  readonly originUs: number
  nowUs(): number
  /** `setTimeout` and `clearTimeout` where not given. */
  readonly timers?: { set(work: () => void, ms: number): unknown; clear(timer: unknown): void }
}

/** How long before a frame is due its content is drawn: time to draw, and little enough that it is fresh. */
export const leadUs = 6000

const usualTimers = {
  set: (work: () => void, ms: number): unknown => setTimeout(work, ms),
  clear: (timer: unknown): void => clearTimeout(timer as NodeJS.Timeout),
}

/** Time at which frame number `frame` is due, without the drift that adding up intervals would bring. */
export function frameTimeUs(dependencies: Pick<FrameTickerDependencies, 'frameRate' | 'originUs'>, frame: number): number {
  return dependencies.originUs + Math.round((frame * 1e6 * dependencies.frameRate.denominator) / dependencies.frameRate.numerator)
}

/** Number of the first frame that is due at `timeUs` or later. */
export function frameAt(dependencies: Pick<FrameTickerDependencies, 'frameRate' | 'originUs'>, timeUs: number): number {
  const frame = Math.ceil(
    ((timeUs - dependencies.originUs) * dependencies.frameRate.numerator) / (1e6 * dependencies.frameRate.denominator),
  )
  // Due times are rounded to microseconds: the one before may be due just now.
  return frameTimeUs(dependencies, frame - 1) >= timeUs ? frame - 1 : frame
}

/** Ticks while anybody listens. Frames that come too late to be drawn are left out, never made up for. */
export function createFrameTicker(dependencies: FrameTickerDependencies): FrameTicker {
  const listeners = new Set<(tick: Tick) => void>()
  const timers = dependencies.timers ?? usualTimers
  let timer: unknown
  let next = 0

  function at(timeUs: number): Tick {
    const frame = frameAt(dependencies, timeUs)
    return { frame, timeUs: frameTimeUs(dependencies, frame) }
  }

  function arm(): void {
    const now = dependencies.nowUs()
    next = Math.max(next, frameAt(dependencies, now + leadUs))
    // Timers of a millisecond's grain fire late rather than early.
    timer = timers.set(fire, Math.max(0, Math.floor((frameTimeUs(dependencies, next) - leadUs - now) / 1000)))
  }

  function fire(): void {
    const tick = { frame: next, timeUs: frameTimeUs(dependencies, next) }
    next++
    for (const draw of listeners) draw(tick)
    timer = undefined
    if (listeners.size > 0) arm()
  }

  return {
    next: () => at(dependencies.nowUs()),
    at,
    add(draw) {
      listeners.add(draw)
      if (timer === undefined) {
        next = Number.NEGATIVE_INFINITY
        arm()
      }
      return () => {
        listeners.delete(draw)
        if (listeners.size > 0 || timer === undefined) return
        timers.clear(timer)
        timer = undefined
      }
    },
  }
}
