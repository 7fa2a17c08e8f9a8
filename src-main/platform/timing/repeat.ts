/** The faults of one timer are not reported more often, ms. */
const warnMs = 60_000

/**
 * Runs `round` every `periodMs`, without keeping the process alive; stop it with `clearInterval`. What a round throws or rejects with
 * costs that round alone: it becomes a warning of the process, once a minute at most, and the next round comes.
 */
export function repeat(periodMs: number, round: () => unknown): NodeJS.Timeout {
  let warnedMs = Number.NEGATIVE_INFINITY
  const warn = (error: unknown): void => {
    const nowMs = performance.now()
    if (nowMs - warnedMs < warnMs) return
    warnedMs = nowMs
    process.emitWarning(error instanceof Error ? error : String(error))
  }
  return setInterval(() => {
    try {
      const result = round()
      if (result instanceof Promise) result.catch(warn)
    } catch (error) {
      warn(error)
    }
  }, periodMs).unref()
}
