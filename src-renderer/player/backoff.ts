/** Delay before asking again whether a stream plays, ms: 1 s at first, half as much more each time, never over 5 s. */
export function askAgainMs(attempt: number): number {
  return Math.min(5000, Math.round(1000 * 1.5 ** Math.min(attempt, 10)))
}
