import { defineConfig } from 'vitest/config'

/** `npm run chaos`: minutes of nodes that fail, by itself. */
export default defineConfig({
  test: {
    include: ['e2e/chaos/*.long.ts'],
    environment: 'node',
    pool: 'forks',
    fileParallelism: false,
    teardownTimeout: 90_000,
    retry: 0,
  },
})
