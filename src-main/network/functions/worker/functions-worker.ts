import { setFlagsFromString } from 'node:v8'
import { connectToHost } from '../../../platform/workers/worker-side.ts'
import type { FromWorker, ToWorker } from '../run-messages.ts'

// Before the first isolate: a module of WebAssembly may have 64 MiB, and memory of its own counts nowhere else.
setFlagsFromString('--wasm-max-mem-pages=1024')
// A loop that another thread compiles while it runs is often not ended when its time is over: it went on for up to 5 s.
setFlagsFromString('--no-concurrent-recompilation')
process.removeAllListeners('warning')
process.on('warning', () => undefined)

const { RunTable } = await import('./run-table.ts')
const host = connectToHost<ToWorker, FromWorker>((message) => table.handle(message))
const table = new RunTable((message) => host.send(message))
host.stopping.addEventListener('abort', () => host.end())
host.ready()
