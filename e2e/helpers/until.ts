import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits until `look` answers with something other than false, null and undefined, and answers that; fails with `what` where it does not.
 * A condition and no clock: the time is only there so that a journey that hangs ends.
 */
export async function until<Value>(
  look: () => Value | Promise<Value>,
  what: string | (() => string),
  timeoutMs = 60_000,
): Promise<Exclude<Value, undefined | null | false>> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const value = await look()
    if (value !== undefined && value !== null && value !== false) return value as Exclude<Value, undefined | null | false>
    if (performance.now() > end) throw new Error(typeof what === 'string' ? `not within ${timeoutMs} ms: ${what}` : what())
    await delay(25)
  }
}

/** Waits until what `look` answers is the same for so long: something settled, or rests. */
export async function untilStill<Value>(
  look: () => Value | Promise<Value>,
  forMs: number,
  what: string,
  timeoutMs = 60_000,
): Promise<Value> {
  const end = performance.now() + timeoutMs
  let value = await look()
  for (let since = performance.now(); performance.now() - since < forMs; ) {
    await delay(25)
    const now = await look()
    if (now !== value) {
      if (performance.now() > end) throw new Error(`not still within ${timeoutMs} ms: ${what}`)
      value = now
      since = performance.now()
    }
  }
  return value
}

/**
 * Does what a machine that is held up may spoil, once more where it fails: what is wrong by itself is so in every round.
 * Answers what the first round answers that passes; fails as the last one did.
 */
export async function undisturbed<Value>(round: () => Value | Promise<Value>, rounds = 4): Promise<Value> {
  for (let left = rounds - 1; ; left--) {
    try {
      return await round()
    } catch (error) {
      if (left <= 0) throw error
    }
  }
}
