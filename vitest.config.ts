import { defineConfig } from 'vitest/config'

/** Unit tests stand beside their sources; journeys have a configuration of their own (e2e/vitest.config.ts). */
export default defineConfig({
  test: {
    include: ['src-main/**/*.test.ts', 'src-main/**/*.fuzz.test.ts', 'src-renderer/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    environment: 'node',
    pool: 'threads',
    testTimeout: 10_000,
    passWithNoTests: true,
  },
})
