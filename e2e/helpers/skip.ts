import type { TestContext } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** What `npm test` prints for a test that was left out. */
    skipReason?: string
  }
}

/** Leaves the running test out and says why. */
export function skipBecause(context: TestContext, reason: string): never {
  context.task.meta.skipReason = reason
  return context.skip(reason)
}
