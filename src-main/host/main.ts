import { constants, enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { allowHeapGrowth } from '../platform/memory/heap-growth.ts'
import { keepYoungGenerationSmall } from '../platform/memory/young-generation.ts'
import { notifyVariables } from '../platform/service-manager/notifier.ts'
import type { StopCause } from './running-host.ts'
import { handoverVariable } from './supervisor/messages.ts'
import { readSupervisorLink } from './supervisor/supervisor-link.ts'

// Media are buffers outside the heap. By default every 32 MB of new ones have the whole heap marked, every other second with twenty
// streams, which was half of all processor time; counted together with the heap they are collected in proportion to what is kept.
setFlagsFromString('--external-memory-accounted-in-global-limit')
allowHeapGrowth()
keepYoungGenerationSmall()

// Most of a start is compiling packages: kept compiled beside the program, or in the user's cache where that may not be written, they halve it.
if (enableCompileCache(fileURLToPath(new URL('cache', import.meta.url))).status === constants.compileCacheStatus.FAILED)
  enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ami-streams', 'compiled'))
const { createProgram } = await import('./program.ts')

const stopped = Promise.withResolvers<StopCause>()
let asked = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
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

const supervisor = readSupervisorLink(process.env)
const serviceManager = Object.fromEntries(notifyVariables.map((name) => [name, process.env[name]]))
// Processes of the host are neither the supervisor's nor the service manager's.
for (const name of [handoverVariable, ...notifyVariables]) delete process.env[name]

const program = createProgram({
  environment: process.env,
  serviceManager,
  stdout: process.stdout,
  stderr: process.stderr,
  untilStopped: () => {
    waiting = true
    return stopped.promise
  },
  ...(supervisor && { supervisor }),
  exit: (code) => {
    process.exitCode = code
  },
})
await program.parseAsync()
