import type { Logger } from '../../../platform/logger.ts'
import { JobWorker } from '../../../platform/workers/job-worker.ts'
import type { FromImages, ToImages } from './image-messages.ts'

/** Images that wait or are being made; more are rejected: 32 MiB each at most. */
const maxJobs = 24
/** A process that has not answered by then hangs, ms: images before may take their time too. */
const patienceMs = 30_000
/** The process waits for the next image so long, ms. */
const idleMs = 60_000

interface Job {
  readonly message: ToImages
  readonly settle: (made: MadeImage) => void
}

/** What became of an image. */
export type MadeImage =
  | { readonly image: Uint8Array; readonly type: string }
  | { readonly unchanged: true }
  | { readonly reason: string; readonly isBusy?: true }

/** Has images resized in a process of their own, which runs while there are any. */
export class ImageJobs {
  readonly #jobs: JobWorker<Job, FromImages, ToImages>
  #next = 1

  constructor(log: Logger) {
    this.#jobs = new JobWorker({
      worker: 'images',
      env: { UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2' },
      restart: { firstMs: 200, maxMs: 10_000, goodAfterMs: 10_000 },
      log,
      idleMs,
      onMessage: ({ id, ...made }) => this.#jobs.take(id)?.settle(made),
      onLost: () => {
        for (const { settle } of this.#jobs.takeAll()) settle({ reason: 'the process that resizes images ended' })
      },
    })
  }

  make(order: Omit<ToImages, 'id'>): Promise<MadeImage> {
    if (this.#jobs.size >= maxJobs) return Promise.resolve({ reason: `${maxJobs} images are being made`, isBusy: true })
    const message = { id: this.#next++, ...order }
    return new Promise((resolve) => {
      const late = setTimeout(() => this.#jobs.take(message.id)?.settle({ reason: 'it took too long', isBusy: true }), patienceMs)
      const settle = (made: MadeImage): void => {
        clearTimeout(late)
        resolve(made)
      }
      this.#jobs.add(message.id, { message, settle })
    })
  }

  async stop(): Promise<void> {
    for (const { settle } of this.#jobs.takeAll()) settle({ reason: 'the node stops', isBusy: true })
    await this.#jobs.stop()
  }
}
