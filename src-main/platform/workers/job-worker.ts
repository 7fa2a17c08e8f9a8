import type { Logger } from '../logger.ts'
import type { WorkerName } from './manifest.ts'
import { type RestartPolicy, type SupervisedWorker, superviseWorker } from './supervise-worker.ts'
import { workerFile } from './worker-file.ts'

export interface JobWorkerOptions<In> {
  readonly worker: WorkerName
  /** Another file to run, for tests. */
  readonly entry?: string | URL | undefined
  readonly env?: Readonly<Record<string, string>>
  readonly restart?: RestartPolicy
  readonly log: Logger
  /** A process without a job for this long is ended, ms. */
  readonly idleMs: number
  readonly onMessage: (message: In) => void
  /** The process ended with these jobs in it: one of them may be what ended it, so none is tried again. */
  readonly onLost: () => void
}

/** Runs jobs in a process of its own, which lives only while there are some. */
export class JobWorker<Job extends { readonly message: Out }, In, Out> {
  readonly #options: JobWorkerOptions<In>
  readonly #jobs = new Map<string | number, Job>()
  #worker: SupervisedWorker<Out> | undefined
  #ready = false
  #idle: NodeJS.Timeout | undefined

  constructor(options: JobWorkerOptions<In>) {
    this.#options = options
  }

  /** Jobs that are not finished. */
  get size(): number {
    return this.#jobs.size
  }

  add(id: string | number, job: Job): void {
    this.#jobs.set(id, job)
    clearTimeout(this.#idle)
    if (this.#worker === undefined) this.#start()
    else if (this.#ready) this.#worker.send(job.message)
  }

  get(id: string | number): Job | undefined {
    return this.#jobs.get(id)
  }

  /** Sends a message about jobs that the process has been given; false while it has none, because it is starting. */
  send(message: Out): boolean {
    if (!this.#ready) return false
    this.#worker?.send(message)
    return true
  }

  /** The job is finished; undefined where it is not known (any more). */
  take(id: string | number): Job | undefined {
    const job = this.#jobs.get(id)
    if (job !== undefined && this.#jobs.delete(id) && this.#jobs.size === 0) this.#rest()
    return job
  }

  takeAll(): readonly Job[] {
    const jobs = [...this.#jobs.values()]
    this.#jobs.clear()
    this.#rest()
    return jobs
  }

  /** Ends the process. What is not finished is the caller's to reject, by `takeAll()`. */
  async stop(graceMs?: number): Promise<void> {
    clearTimeout(this.#idle)
    await this.#worker?.stop(graceMs)
  }

  #start(): void {
    const { worker, entry, env, restart, log, onMessage, onLost } = this.#options
    this.#ready = false
    this.#worker = superviseWorker<In, Out>({
      entry: entry ?? workerFile(worker),
      log,
      ...(env ? { env } : {}),
      ...(restart ? { restart } : {}),
      onReady: () => {
        this.#ready = true
        for (const { message } of this.#jobs.values()) this.#worker?.send(message)
      },
      onMessage,
      onExit: ({ restartInMs }) => {
        this.#ready = false
        if (restartInMs === undefined) this.#worker = undefined
        onLost()
      },
    })
  }

  #rest(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      const worker = this.#worker
      this.#worker = undefined
      void worker?.stop()
    }, this.#options.idleMs)
    this.#idle.unref()
  }
}
