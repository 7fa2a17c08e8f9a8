import { type SupervisedWorker, superviseWorker, type WorkerDependencies } from '../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../platform/workers/worker-file.ts'
import { displayEnvironment, madeHereVariable, protocolVariable, type RunningDisplay } from './display-server.ts'

/** How one that crashed is started again: its viewers wait for it. */
const restart = { firstMs: 100, maxMs: 5000, goodAfterMs: 10_000 } as const

/** Starts the process that shows a display, as the user that this process runs as. */
export function superviseDisplay<In, Out>(
  display: RunningDisplay,
  followers: Omit<WorkerDependencies<In>, 'entry' | 'env' | 'restart'>,
): SupervisedWorker<Out> {
  const env = {
    ...displayEnvironment(display),
    [madeHereVariable]: display.pid > 0 ? '1' : '0',
    [protocolVariable]: display.protocol ?? 'x11',
  }
  return superviseWorker({ entry: workerFile('desktop'), env, restart, ...followers })
}
