import { defineConfig } from 'vitest/config'

/** Journeys against the built host: one file at a time, since each measures time on a machine that it wants for itself. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.{e2e,test}.ts'],
    environment: 'node',
    pool: 'forks',
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    retry: 0,
  },
})
