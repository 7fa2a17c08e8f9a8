const firstMs = 1000
const maxMs = 60_000

/**
 * How long to wait before the attempt that follows `failures` failed ones, ms: doubles from one second to one minute, with up to a
 * quarter taken off at random, so that destinations which died together do not all return in the same moment.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.max(0, failures - 1))
  return Math.round(full * (1 - random() / 4))
}
