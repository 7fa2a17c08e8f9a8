import type { AppError, ErrorCode } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { toStorageError } from './storage-error.ts'

export interface WriteQueueCounters {
  /** Writes waiting. */
  readonly waiting: number
  /** Attempts that failed since the start. */
  readonly failures: number
  /** Writes given up because the queue was full. */
  readonly lost: number
  /** Why the oldest write waits to be repeated; undefined while writing works. */
  readonly problem: ErrorCode | undefined
}

/** Writes that must not hold up the program: done in order, and repeated while the disk is full. */
export interface WriteQueue {
  /** `what` names the write in the log. */
  enqueue(what: string, write: () => Promise<void>): void
  /** Resolves when everything that waits has been written, or could not be. */
  flush(): Promise<void>
  counters(): WriteQueueCounters
  stop(): Promise<void>
}

export interface WriteQueueOptions {
  readonly capacity?: number
  /** First wait after a failure in ms; doubles up to `longestRetryMs`. */
  readonly retryMs?: number
  readonly maxRetryMs?: number
}

/** A full disk, a lock and a failing device pass; a statement that SQLite rejects would be rejected again. */
const passing = (error: AppError): boolean =>
  error.code === 'storage.full' || error.code === 'storage.unreadable' || /locked|busy|disk I\/O/i.test(error.message)

export function createWriteQueue(logger: Logger, options: WriteQueueOptions = {}): WriteQueue {
  const capacity = options.capacity ?? 10_000
  const longest = options.maxRetryMs ?? 5000
  const queue: { what: string; write: () => Promise<void> }[] = []
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let retryMs = options.retryMs ?? 1000
  let failures = 0
  let lost = 0
  let problem: ErrorCode | undefined
  let stopped = false

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const next = queue[0] as { what: string; write: () => Promise<void> }
      try {
        await next.write()
        queue.shift()
        problem = undefined
        retryMs = options.retryMs ?? 1000
      } catch (cause) {
        const error = toStorageError(cause, next.what)
        failures += 1
        if (!passing(error) || stopped) {
          queue.shift()
          problem = undefined
          lost += 1
          logger.error({ err: error, what: next.what, failures, lost }, 'a write to the database was given up')
          continue
        }
        problem = error.code
        logger.warn(
          { code: error.code, what: next.what, waiting: queue.length, failures, retryMs },
          'a write to the database failed and will be repeated; the host goes on from memory',
        )
        timer = setTimeout(() => {
          timer = undefined
          start()
        }, retryMs)
        timer.unref()
        retryMs = Math.min(retryMs * 2, longest)
        return
      }
    }
  }
  const start = (): void => {
    if (running || timer) return
    running = drain().finally(() => {
      running = undefined
    })
  }

  return {
    enqueue(what, write) {
      if (queue.length >= capacity) {
        // The first may be under way; the oldest that is not gives place.
        queue.splice(1, 1)
        lost += 1
      }
      queue.push({ what, write })
      start()
    },
    async flush() {
      while (running) await running
    },
    counters: () => ({ waiting: queue.length, failures, lost, problem }),
    async stop() {
      stopped = true
      clearTimeout(timer)
      timer = undefined
      start()
      while (running) await running
    },
  }
}
