import { defineConfig } from 'vitest/config'

/** Tests in a Debian of their own that boots: `npm run test:machine`. One at a time: they measure. */
export default defineConfig({
  test: {
    include: ['e2e/machine/*.machine.ts'],
    environment: 'node',
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    // The Debian is made by the first one, which takes half a minute, or half an hour beside much other work.
    hookTimeout: 3_600_000,
    teardownTimeout: 90_000,
    retry: 0,
  },
})
