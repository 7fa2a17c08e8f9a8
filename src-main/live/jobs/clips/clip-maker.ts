import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { JobWorker } from '../../../platform/workers/job-worker.ts'
import type { ClipMade, ClipOrder, FromMaker, ToMaker } from './messages.ts'

const idleMs = 30_000

interface Job {
  readonly message: ToMaker
  readonly onProgress: (fraction: number) => void
  readonly resolve: (made: ClipMade) => void
  readonly reject: (error: AppError) => void
}

/** Makes clips, one after the other, in a process of its own, which runs only while there is something to do. */
export class ClipMaker {
  readonly #jobs: JobWorker<Job, FromMaker, ToMaker>
  #stopped = false

  constructor(log: Logger, entry?: string | URL) {
    this.#jobs = new JobWorker({
      worker: 'clip',
      entry,
      log,
      idleMs,
      onMessage: (message) => this.#handleMessage(message),
      onLost: () => this.#failAll(new AppError('clip.failed', 'The process that makes clips ended')),
    })
  }

  /** Rejects with `clip.failed`, or `clip.out_of_window` if no frame is in the range. */
  make(order: ClipOrder, onProgress: (fraction: number) => void): Promise<ClipMade> {
    if (this.#stopped) return Promise.reject(new AppError('clip.interrupted'))
    return new Promise((resolve, reject) => {
      this.#jobs.add(order.id, { message: { type: 'make', ...order }, onProgress, resolve, reject })
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#failAll(new AppError('clip.interrupted'))
    await this.#jobs.stop(500)
  }

  #handleMessage(message: FromMaker): void {
    if (message.type === 'progress') {
      this.#jobs.get(message.id)?.onProgress(message.fraction)
      return
    }
    const job = this.#jobs.take(message.id)
    if (message.type === 'done') job?.resolve(message.made)
    else if (message.type === 'empty') job?.reject(new AppError('clip.out_of_window', 'No frame lies in that range'))
    else job?.reject(new AppError('clip.failed', message.message))
  }

  #failAll(error: AppError): void {
    for (const { reject } of this.#jobs.takeAll()) reject(error)
  }
}
