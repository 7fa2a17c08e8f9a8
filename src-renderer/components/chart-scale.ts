/** A round number at or above `value`: 1, 2, 2.5 or 5 times a power of ten; never below `least`. */
export function niceCeiling(value: number, min: number): number {
  const wanted = Math.max(value, min)
  const power = 10 ** Math.floor(Math.log10(wanted))
  for (const step of [1, 2, 2.5, 5, 10]) if (wanted <= step * power * 1.0000001) return step * power
  return 10 * power
}

export interface ChartPoint {
  readonly timeMs: number
  /** null leaves a gap. */
  readonly value: number | null
}

/** SVG path of a line; a gap in the values, or of more than `gapMs` between them, lifts the pen. */
export function linePath(
  points: readonly ChartPoint[],
  x: (timeMs: number) => number,
  y: (value: number) => number,
  gapMs: number,
): string {
  let path = ''
  let previous: number | undefined
  for (const { timeMs, value } of points) {
    if (value === null) {
      previous = undefined
      continue
    }
    const joined = previous !== undefined && timeMs - previous <= gapMs
    path += `${joined ? 'L' : 'M'}${x(timeMs).toFixed(1)} ${y(value).toFixed(1)}`
    previous = timeMs
  }
  return path
}

/** Index of the point that is nearest in time; -1 of none. Points are in order of time. */
export function nearestIndex(points: readonly { readonly timeMs: number }[], timeMs: number): number {
  if (points.length === 0) return -1
  let low = 0
  let high = points.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((points[middle] as { timeMs: number }).timeMs <= timeMs) low = middle
    else high = middle
  }
  const before = points[low] as { timeMs: number }
  const after = points[high] as { timeMs: number }
  return timeMs - before.timeMs <= after.timeMs - timeMs ? low : high
}

/**
 * Points for as many columns of pixels: of several in one column the lowest and the highest, in their order, so that no peak is lost.
 * A gap stays one.
 */
export function thinned(points: readonly ChartPoint[], columns: number): readonly ChartPoint[] {
  if (points.length <= columns * 2) return points
  const each = points.length / columns
  const kept: ChartPoint[] = []
  for (let column = 0; column < columns; column++) {
    const those = points.slice(Math.floor(column * each), Math.floor((column + 1) * each))
    const gap = those.find(({ value }) => value === null)
    const known = those.filter(({ value }) => value !== null)
    const ordered = known.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))
    const ends = new Set([ordered[0], ordered.at(-1)])
    for (const point of those) if (ends.has(point) || point === gap) kept.push(point)
  }
  return kept
}
