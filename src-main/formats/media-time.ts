/**
 * The one time of media: whole ticks with a timescale (ticks a second). Media keeps the ticks that it came with from the socket to the
 * sink; they are converted once, where another timescale or unit is wanted. A sum or difference of ticks is a plain number to the type
 * checker: `ticks` says that it counts ticks still, so that milliseconds never pass for them.
 */
declare const unit: unique symbol
export type Ticks = number & { readonly [unit]: 'ticks' }

/** Says that a number counts ticks. Converts nothing. */
export function ticks(count: number): Ticks {
  return count as Ticks
}

/**
 * The nearest tick of another timescale. Exact for whole ticks as far as numbers count (2^53), since whole seconds are converted apart
 * from the rest: no error grows with the time.
 * @param from ticks per second of `count`
 * @param to ticks per second of the result
 */
export function rescale(count: number, from: number, to: number): Ticks {
  if (from === to) return Math.round(count) as Ticks
  const seconds = Math.floor(count / from)
  return (seconds * to + Math.round(((count - seconds * from) * to) / from)) as Ticks
}

/** Milliseconds, with their fraction: to compare and to report. */
export function ticksToMs(count: number, timescale: number): number {
  return (count * 1000) / timescale
}

/** The nearest tick. */
export function msToTicks(ms: number, timescale: number): Ticks {
  return Math.round((ms * timescale) / 1000) as Ticks
}
