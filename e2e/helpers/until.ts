import { setTimeout as delay } from 'node:timers/promises'
import { TestRunner } from 'vitest'

/**
 * Waits until `look` answers with something other than false, null and undefined, and answers that; fails with `what` where it does not.
 * A condition and no clock: the time is only there so that a test that hangs ends.
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

/** Waits until what `look` answers is the same for this long: something settled, or rests. */
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

declare module 'vitest' {
  interface TaskMeta {
    /** Why rounds of the test were repeated: `npm test` counts such a test as flaky. */
    repeated?: string[]
  }
}

/**
 * Runs what a machine under load may spoil, and once more where it fails; what is wrong by itself fails in every round.
 * Each repetition is reported: the test is listed as flaky. With `npm test -- --strict` there is one round.
 * @returns what the first round that passes returns
 * @throws what the last round threw
 */
export async function undisturbed<Value>(round: () => Value | Promise<Value>, rounds = 4): Promise<Value> {
  for (let left = process.env.E2E_STRICT === '1' ? 0 : rounds - 1; ; left--) {
    try {
      return await round()
    } catch (error) {
      if (left <= 0) throw error
      const meta = TestRunner.getCurrentTest()?.meta
      if (meta) meta.repeated = [...(meta.repeated ?? []), error instanceof Error ? error.message : String(error)]
    }
  }
}
