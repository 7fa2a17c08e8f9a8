import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import type { StopCause } from './wiring.ts'

// Media are buffers outside the heap. By default every 32 MB of new ones have the whole heap marked, every other second with twenty
// streams, which was half of all processor time; counted together with the heap they are collected in proportion to what is held.
setFlagsFromString('--external-memory-accounted-in-global-limit')
// A young generation that stays small costs a tenth of a percent and saves a megabyte a stream.
setFlagsFromString('--semi-space-growth-factor=1')

// Most of a start is compiling packages: kept compiled beside the program, where that may be written, they halve it.
enableCompileCache(fileURLToPath(new URL('cache', import.meta.url)))
const { createProgram } = await import('./program.ts')

const stopped = Promise.withResolvers<StopCause>()
let asked = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Who asks twice does not want to wait.
    if (asked) process.exit(130)
    asked = true
    stopped.resolve(signal === 'SIGINT' ? 'person' : 'system')
    // Before anything waits for the signal there is nothing to close.
    if (!waiting) process.exit(130)
  })
}
let waiting = false

const program = createProgram({
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  untilStopped: () => {
    waiting = true
    return stopped.promise
  },
  exit: (code) => {
    process.exitCode = code
  },
})
await program.parseAsync()
