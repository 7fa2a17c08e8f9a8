import type { Logger } from '../../../platform/logger.ts'
import { JobWorker } from '../../../platform/workers/job-worker.ts'
import type { FromImageEngine, ToImageEngine } from './messages.ts'

/** The result: a poster and, if requested, a small image as raw bytes or a sheet of them. */
export type Made = Omit<Extract<FromImageEngine, { type: 'done' }>, 'type' | 'id'>

type Wanted<M = ToImageEngine> = M extends ToImageEngine ? Omit<M, 'id'> : never

/** Requests that may wait for the process; more are rejected. */
const maxWaiting = 100
/** A file of many places on a slow disk may take so long. */
const maxWaitMs = 60_000
const idleMs = 60_000

interface Job {
  readonly message: ToImageEngine
  readonly settle: (made: Made | undefined) => void
}

/** Makes JPEGs in a process of its own, which runs only while there is something to do. */
export class ImageMaker {
  readonly #log: Logger
  readonly #jobs: JobWorker<Job, FromImageEngine, ToImageEngine>
  #next = 1
  /** The machine has no media engine: asking again is of no use. */
  #missing = false
  #stopped = false

  constructor(log: Logger, entry?: string | URL) {
    this.#log = log
    this.#jobs = new JobWorker({
      worker: 'thumbnail',
      entry,
      // One frame at a time, which is outside of JavaScript's memory and is freed at once.
      env: {
        UV_THREADPOOL_SIZE: '2',
        MALLOC_ARENA_MAX: '2',
        MALLOC_MMAP_THRESHOLD_: '131072',
        NODE_OPTIONS: '--max-semi-space-size=1',
      },
      restart: { firstMs: 1000, maxMs: 60_000, goodAfterMs: 30_000 },
      log,
      idleMs,
      onMessage: (message) => this.#handleMessage(message),
      onLost: () => this.#giveUpAll(),
    })
  }

  /** Undefined where it could not be made, which has been logged. */
  make(wanted: Wanted): Promise<Made | undefined> {
    if (this.#missing || this.#stopped || this.#jobs.size >= maxWaiting) return Promise.resolve(undefined)
    const message = { ...wanted, id: this.#next++ } as ToImageEngine
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#jobs.take(message.id)?.settle(undefined), maxWaitMs)
      timer.unref()
      const settle = (made: Made | undefined): void => {
        clearTimeout(timer)
        resolve(made)
      }
      this.#jobs.add(message.id, { message, settle })
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#giveUpAll()
    await this.#jobs.stop()
  }

  #handleMessage(message: FromImageEngine): void {
    if (message.type === 'missing') {
      this.#missing = true
      this.#log.warn({ reason: message.message }, 'no thumbnails are made: the media engine is missing (see `streams doctor`)')
      this.#giveUpAll()
      return
    }
    if (message.type === 'failed') this.#log.debug({ reason: message.message }, 'a thumbnail could not be made')
    this.#jobs.take(message.id)?.settle(message.type === 'failed' ? undefined : message)
  }

  #giveUpAll(): void {
    for (const { settle } of this.#jobs.takeAll()) settle(undefined)
  }
}
