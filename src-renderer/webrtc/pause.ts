/** ms before another attempt: half a second at first, doubled each time, never over 8 s; up to a fifth is left to chance. */
export function retryMs(attempt: number, random: () => number = Math.random): number {
  return Math.min(8000, 500 * 2 ** Math.min(attempt, 10)) * (1 - random() * 0.2)
}

/** Resolves after `ms`, or at once when it is aborted. */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms)
    function finish(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    signal.addEventListener('abort', finish)
    if (signal.aborted) finish()
  })
}
