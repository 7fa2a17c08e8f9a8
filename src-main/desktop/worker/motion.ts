import type { DesktopRect } from './desktop-addon.ts'

/** Large changes within this time count, ms. */
const withinMs = 400
/** Motion is over when nothing large changed for so long, ms. */
const restMs = 250

export interface MotionLimits {
  /** A change is large from this share of the display on. */
  readonly largeShare: number
  /** So many large changes are motion: a window that is opened is two or three. */
  readonly changes: number
}

/** Whether a display shows motion (a film, a game, scrolling), which is sent as video, or changes here and there. */
export class Motion {
  readonly #limits: MotionLimits
  #large: number[] = []
  #lastMs = Number.NEGATIVE_INFINITY
  #moving = false

  constructor(limits: MotionLimits) {
    this.#limits = limits
  }

  get moving(): boolean {
    return this.#moving
  }

  /** Takes a change of a display of that size. */
  take(parts: readonly DesktopRect[], width: number, height: number, nowMs: number): void {
    const area = parts.reduce((sum, part) => sum + part.width * part.height, 0)
    if (area < this.#limits.largeShare * width * height) return
    this.#lastMs = nowMs
    this.#large = [...this.#large.filter((at) => nowMs - at < withinMs), nowMs]
    if (this.#large.length >= this.#limits.changes) this.#moving = true
  }

  /** It was seen to move before. */
  goOn(nowMs: number): void {
    this.#moving = true
    this.#lastMs = nowMs
  }

  /** True once when motion has come to rest: what is lossy is to be sent again, lossless. */
  comesToRest(nowMs: number): boolean {
    if (!this.#moving || nowMs - this.#lastMs < restMs) return false
    this.#moving = false
    this.#large = []
    return true
  }
}
