import { defineConfig } from 'vitest/config'

/** Journeys that measure time, or that take ports and folders which are the machine's: each has the machine for itself. */
const alone = [
  'adaptive',
  'browser-playback',
  'delivery',
  'failover',
  'ladder-playback',
  'start',
  'studio-bad-input',
  'studio-browser',
  'studio-media-live',
  'studio-mixer',
  'studio-program',
  'studio-recording',
  'viewers',
  'watch',
  'webrtc',
  'webrtc-network',
].map((name) => `e2e/${name}.e2e.ts`)

/** All journeys, or by `E2E_PART` those that run `alone` or `together`, two files at a time: most of a journey is waiting. */
const part = process.env.E2E_PART
const together = part === 'together'

/** Journeys against the built host. */
export default defineConfig({
  test: {
    include: part === 'alone' ? alone : ['e2e/**/*.{e2e,test}.ts'],
    exclude: together ? alone : [],
    environment: 'node',
    pool: 'forks',
    fileParallelism: together,
    maxWorkers: together ? 2 : 1,
    testTimeout: 240_000,
    hookTimeout: 180_000,
    teardownTimeout: 40_000,
    retry: 0,
  },
})
