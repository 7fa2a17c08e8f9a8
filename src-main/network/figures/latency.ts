/** Upper bounds of the classes that times are counted in, ms; the last class has all that take longer. */
export const latencyBoundsMs: readonly number[] = Array.from({ length: 23 }, (_, index) => 2 ** (index / 2))
/** How many classes there are. */
export const latencyClasses = latencyBoundsMs.length + 1

/** The class of a time. */
export function latencyClass(ms: number): number {
  if (!(ms > 1)) return 0
  return Math.min(latencyClasses - 1, Math.ceil(2 * Math.log2(ms)))
}

/** The time that a share of all is not above, ms, as precise as the classes are; null of none. */
export function percentileMs(counts: ArrayLike<number>, share: number): number | null {
  let all = 0
  for (let index = 0; index < latencyClasses; index++) all += counts[index] ?? 0
  if (all === 0) return null
  let left = all * share
  for (let index = 0; index < latencyClasses; index++) {
    const count = counts[index] ?? 0
    if (left <= count && count > 0) {
      const from = index === 0 ? 0 : (latencyBoundsMs[index - 1] as number)
      const to = latencyBoundsMs[index] ?? from * 2
      return Math.round((from + (to - from) * (left / count)) * 10) / 10
    }
    left -= count
  }
  return Math.round(latencyBoundsMs.at(-1) as number)
}
