import { channel } from 'node:diagnostics_channel'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A worker that ended although nobody ended it. */
export interface WorkerEnd {
  /** Its name in the manifest. */
  readonly worker: string
  readonly args: readonly string[]
  readonly pid: number | undefined
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const ends = channel('ami-streams.worker-ended')

/** Announces the end of a worker of this process. */
export function announceWorkerEnd(entry: string | URL, end: Omit<WorkerEnd, 'worker'>): void {
  if (!ends.hasSubscribers) return
  const file = entry instanceof URL ? fileURLToPath(entry) : entry
  const worker = basename(file).replace(/-worker\.[jt]s$/, '')
  ends.publish({ worker, ...end } satisfies WorkerEnd)
}

/** Calls back for each worker of this process that ends by itself. Returns the way to stop. */
export function onWorkerEnd(listener: (end: WorkerEnd) => void): () => void {
  const hear = (message: unknown): void => listener(message as WorkerEnd)
  ends.subscribe(hear)
  return () => ends.unsubscribe(hear)
}
