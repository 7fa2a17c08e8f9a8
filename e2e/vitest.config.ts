import { defineConfig } from 'vitest/config'
import { PlannedOrder } from './turns/planned-order.ts'

/** End-to-end tests against the built host. `npm test` chooses files by `plan.ts` and says that they may run beside each other. */
const atOnce = Number(process.env.E2E_FILES_AT_ONCE ?? 1)

export default defineConfig({
  test: {
    include: ['e2e/**/*.{e2e,test}.ts'],
    environment: 'node',
    pool: 'forks',
    fileParallelism: atOnce > 1,
    maxWorkers: atOnce,
    globalSetup: 'e2e/turns/turn-server.ts',
    setupFiles: ['e2e/turns/wait-for-turn.ts', 'e2e/turns/leave-nothing.ts'],
    sequence: { sequencer: PlannedOrder },
    testTimeout: 240_000,
    hookTimeout: 180_000,
    teardownTimeout: 40_000,
    retry: 0,
    expect: { poll: { timeout: 20_000 } },
  },
})
