import { createHistogram } from 'node:perf_hooks'
import { repeat } from '../timing/repeat.ts'

/** How late timers ran, ms. */
export interface DelayFigures {
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stddev: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** How often it is measured, ms: each measurement is a wake-up of an otherwise idle host. */
const defaultPeriodMs = 250
/** Histograms count whole numbers from 1 on: microseconds, one more than measured. */
const perMs = 1000

/**
 * Measures how late the event loop gets to its timers. Node's own histogram counts the measuring period in, which an idle process would
 * report as its delay; here an idle process reports nothing or a millisecond.
 */
export class EventLoopDelay {
  readonly #periodMs: number
  readonly #histograms: ReturnType<typeof createHistogram>[] = []
  readonly #timer: NodeJS.Timeout
  #lastMs = performance.now()

  constructor(periodMs = defaultPeriodMs) {
    this.#periodMs = periodMs
    this.#timer = repeat(periodMs, () => this.tick(performance.now()))
  }

  /** The timer ran at `nowMs`, monotonic. */
  tick(nowMs: number): void {
    const delayMs = Math.max(0, nowMs - this.#lastMs - this.#periodMs)
    this.#lastMs = nowMs
    for (const histogram of this.#histograms) histogram.record(Math.round(delayMs * perMs) + 1)
  }

  /** A reader with a window of its own: each call answers the figures since the call before; all 0 where none were measured. */
  reader(): () => DelayFigures {
    const histogram = createHistogram()
    this.#histograms.push(histogram)
    return () => {
      const ms = (value: number): number => (histogram.count === 0 ? 0 : Math.max(0, value - 1) / perMs)
      const { min, max, mean } = histogram
      const figures = {
        ...{ min: ms(min), max: ms(max), mean: ms(mean), stddev: histogram.count === 0 ? 0 : histogram.stddev / perMs },
        ...{ p50: ms(histogram.percentile(50)), p90: ms(histogram.percentile(90)), p99: ms(histogram.percentile(99)) },
      }
      histogram.reset()
      return figures
    }
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
