import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const integration = '**/*.integration.test.ts'
const fuzz = 'src-main/**/*.fuzz.test.ts'

/**
 * Unit and integration tests are beside their sources. Integration tests start processes, listen on sockets, open databases, load addons,
 * make keys, fill folders, measure memory or simulate minutes: without them the unit suite takes seconds. Fuzz tests are in both, with few
 * rounds in the first. End-to-end tests have a configuration of their own (e2e/vitest.config.ts).
 */
export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src-main/**/*.test.ts', 'src-renderer/**/*.test.{ts,tsx}', 'src-client/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: [integration],
          // A few rounds of each fuzz test, so that a parser that is broken is seen at once.
          env: { FUZZ_RUNS: process.env.FUZZ_RUNS ?? '0.2' },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [`src-main/${integration}`, `scripts/${integration}`, fuzz],
          // All rounds, with the same seeds each time: `npm run fuzz` takes new ones, for an hour.
          env: { FUZZ_RUNS: process.env.FUZZ_RUNS ?? '0.5' },
        },
      },
    ],
    environment: 'node',
    pool: 'threads',
    // There is no global state to keep apart, and loading every module once for each file is most of the time.
    isolate: false,
    // The usual share leaves half of a machine with two processors unused.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine is late, not wrong. Looking again after the usual 50 ms was a third of the time.
    expect: { poll: { timeout: 20_000, interval: 2 } },
    passWithNoTests: true,
    // Node takes the types out by itself: half of the time went into doing it for it. No test replaces modules.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    runner: './scripts/unit-test-runner.ts',
    // Node keeps what it compiled, and sources without their types, for the next run. A file that changed is compiled again.
    env: {
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(import.meta.dirname, 'node_modules/.cache/unit-tests'),
    },
  },
})
