import type { Logger } from '../../../platform/logger.ts'
import { JobWorker } from '../../../platform/workers/job-worker.ts'
import type { FromRemuxer, Remuxed, RemuxJob, RemuxOrder, ToRemuxer } from './messages.ts'

const idleMs = 20_000

interface Job {
  readonly message: RemuxJob
  readonly onProgress: (done: Remuxed) => void
  readonly resolve: (remuxed: Remuxed) => void
  readonly reject: (error: Error) => void
}

/** Remuxes files to MP4, one after the other, in a process of its own, which runs only while there is something to do. */
export class Remuxer {
  readonly #jobs: JobWorker<Job, FromRemuxer, ToRemuxer>

  constructor(log: Logger, entry?: string | URL) {
    this.#jobs = new JobWorker({
      worker: 'remux',
      entry,
      log,
      idleMs,
      onMessage: (message) => this.#handleMessage(message),
      onLost: () => this.#failAll('The process that remuxes ended'),
    })
  }

  /** Files that wait or are being remuxed. */
  get size(): number {
    return this.#jobs.size
  }

  /** Rejects with what the disk or FFmpeg says; what was written by then is the caller's to remove. */
  remux(order: RemuxOrder, onProgress: Job['onProgress']): Promise<Remuxed> {
    return new Promise((resolve, reject) => {
      this.#jobs.add(order.id, { message: { type: 'remux', ...order }, onProgress, resolve, reject })
    })
  }

  /** Ends a job, which rejects once nothing is written any more. Nothing happens where it is not known, or has ended. */
  cancel(id: string): void {
    if (this.#jobs.get(id) === undefined || this.#jobs.send({ type: 'cancel', id })) return
    this.#jobs.take(id)?.reject(new Error('Cancelled'))
  }

  async stop(): Promise<void> {
    this.#failAll('The host stopped')
    await this.#jobs.stop(500)
  }

  #handleMessage(message: FromRemuxer): void {
    if (message.type === 'progress') {
      this.#jobs.get(message.id)?.onProgress(message)
      return
    }
    const job = this.#jobs.take(message.id)
    if (message.type === 'done') job?.resolve(message.remuxed)
    else job?.reject(new Error(message.message))
  }

  #failAll(message: string): void {
    for (const { reject } of this.#jobs.takeAll()) reject(new Error(message))
  }
}
