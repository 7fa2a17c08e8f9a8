import type { Logger } from '../../platform/logger.ts'
import { type SupervisedWorker, superviseWorker } from '../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../platform/workers/worker-file.ts'
import type { FromPictures, ToPictures } from './messages.ts'

/** What was made: a poster, and where it was asked for a small picture as raw bytes or a sheet of them. */
export type Made = Omit<Extract<FromPictures, { type: 'done' }>, 'type' | 'id'>

type Wanted<M = ToPictures> = M extends ToPictures ? Omit<M, 'id'> : never

/** Requests that may wait for the process; more are refused. */
const mostWaiting = 100
/** A file of many places on a slow disk may take so long. */
const longestWaitMs = 60_000
/** A process that nobody has asked for so long is ended. */
const idleMs = 60_000

/** Makes JPEGs in a process of its own, which runs only while there is something to do. */
export class Pictures {
  readonly #log: Logger
  readonly #entry: string | URL
  readonly #waiting = new Map<
    number,
    { readonly message: ToPictures; readonly settle: (made: Made | undefined) => void; readonly timer: NodeJS.Timeout }
  >()
  #worker: SupervisedWorker<ToPictures> | undefined
  #ready = false
  #idle: NodeJS.Timeout | undefined
  #next = 1
  /** The machine has no media engine: asking again is of no use. */
  #missing = false
  #stopped = false

  constructor(log: Logger, entry?: string | URL) {
    this.#log = log
    this.#entry = entry ?? workerFile(import.meta.url, 'thumbnail-worker', 'worker.ts')
  }

  /** Undefined where it could not be made, which has been logged. */
  make(wanted: Wanted): Promise<Made | undefined> {
    if (this.#missing || this.#stopped || this.#waiting.size >= mostWaiting) return Promise.resolve(undefined)
    const message = { ...wanted, id: this.#next++ } as ToPictures
    return new Promise((resolve) => {
      const settle = (made: Made | undefined): void => {
        clearTimeout(timer)
        this.#waiting.delete(message.id)
        resolve(made)
        if (this.#waiting.size === 0) this.#rest()
      }
      const timer = setTimeout(() => settle(undefined), longestWaitMs)
      timer.unref()
      this.#waiting.set(message.id, { message, settle, timer })
      clearTimeout(this.#idle)
      if (this.#worker === undefined) this.#start()
      else if (this.#ready) this.#worker.send(message)
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#idle)
    for (const { settle } of [...this.#waiting.values()]) settle(undefined)
    clearTimeout(this.#idle)
    await this.#worker?.stop()
  }

  #start(): void {
    this.#ready = false
    this.#worker = superviseWorker<FromPictures, ToPictures>({
      entry: this.#entry,
      // One picture at a time, which lies outside of JavaScript's memory.
      env: { UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2', NODE_OPTIONS: '--max-semi-space-size=1' },
      log: this.#log,
      restart: { firstMs: 1000, longestMs: 60_000, goodAfterMs: 30_000 },
      onReady: () => {
        this.#ready = true
        for (const { message } of this.#waiting.values()) this.#worker?.send(message)
      },
      onMessage: (message) => {
        if (message.type === 'missing') {
          this.#missing = true
          this.#log.warn({ reason: message.message }, 'no thumbnails are made: the media engine is missing (see `streams doctor`)')
          for (const { settle } of [...this.#waiting.values()]) settle(undefined)
          return
        }
        const asked = this.#waiting.get(message.id)
        if (message.type === 'failed') {
          this.#log.debug({ reason: message.message }, 'a thumbnail could not be made')
          asked?.settle(undefined)
        } else asked?.settle(message)
      },
      // What was being made may be what ended it: it is not asked for again.
      onExit: () => {
        this.#ready = false
        for (const { settle } of [...this.#waiting.values()]) settle(undefined)
      },
    })
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
