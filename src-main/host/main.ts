import { createProgram } from './program.ts'

let stop: () => void
const stopped = new Promise<void>((resolve) => {
  stop = resolve
})
let asked = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Who asks twice does not want to wait.
    if (asked) process.exit(130)
    asked = true
    stop()
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
    return stopped
  },
  exit: (code) => {
    process.exitCode = code
  },
})
await program.parseAsync()
