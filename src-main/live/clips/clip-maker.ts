import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { type SupervisedWorker, superviseWorker } from '../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../platform/workers/worker-file.ts'
import type { ClipMade, ClipOrder, FromMaker, ToMaker } from './messages.ts'

/** A process that nobody has asked for so long is ended, ms. */
const idleMs = 30_000

interface Job {
  readonly order: ClipOrder
  readonly onProgress: (fraction: number) => void
  readonly resolve: (made: ClipMade) => void
  readonly reject: (error: AppError) => void
}

/** Makes clips, one after the other, in a process of its own, which runs only while there is something to do. */
export class ClipMaker {
  readonly #log: Logger
  readonly #entry: string | URL
  readonly #jobs = new Map<string, Job>()
  #worker: SupervisedWorker<ToMaker> | undefined
  #ready = false
  #idle: NodeJS.Timeout | undefined
  #stopped = false

  constructor(log: Logger, entry?: string | URL) {
    this.#log = log
    this.#entry = entry ?? workerFile(import.meta.url, 'clip-worker', 'worker.ts')
  }

  /** Rejects with `clip.failed`, or `clip.out_of_window` where no frame lies in the range. */
  make(order: ClipOrder, onProgress: (fraction: number) => void): Promise<ClipMade> {
    if (this.#stopped) return Promise.reject(new AppError('clip.interrupted'))
    return new Promise((resolve, reject) => {
      this.#jobs.set(order.id, { order, onProgress, resolve, reject })
      clearTimeout(this.#idle)
      if (this.#worker === undefined) this.#start()
      else if (this.#ready) this.#worker.send({ type: 'make', ...order })
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#idle)
    this.#failAll(new AppError('clip.interrupted'))
    clearTimeout(this.#idle)
    await this.#worker?.stop(500)
  }

  #start(): void {
    this.#ready = false
    this.#worker = superviseWorker<FromMaker, ToMaker>({
      entry: this.#entry,
      log: this.#log,
      onReady: () => {
        this.#ready = true
        for (const { order } of this.#jobs.values()) this.#worker?.send({ type: 'make', ...order })
      },
      onMessage: (message) => {
        const job = this.#jobs.get(message.id)
        if (job === undefined) return
        if (message.type === 'progress') {
          job.onProgress(message.fraction)
          return
        }
        this.#jobs.delete(message.id)
        if (message.type === 'done') job.resolve(message.made)
        else if (message.type === 'empty') job.reject(new AppError('clip.out_of_window', 'No frame lies in that range'))
        else job.reject(new AppError('clip.failed', message.message))
        if (this.#jobs.size === 0) this.#rest()
      },
      // what was being made may be what ended it: it is not tried again
      onExit: () => {
        this.#ready = false
        this.#worker = undefined
        this.#failAll(new AppError('clip.failed', 'The process that makes clips ended'))
      },
    })
  }

  #failAll(error: AppError): void {
    const jobs = [...this.#jobs.values()]
    this.#jobs.clear()
    for (const { reject } of jobs) reject(error)
  }

  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      const worker = this.#worker
      this.#worker = undefined
      void worker?.stop()
    }, idleMs)
    this.#idle.unref()
  }
}
