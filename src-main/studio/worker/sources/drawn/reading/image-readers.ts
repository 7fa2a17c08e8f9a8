import { basename } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Logger } from '../../../../../platform/logger.ts'
import { type SupervisedWorker, superviseWorker } from '../../../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../../../platform/workers/worker-file.ts'
import { type DecodedImage, ImageFault, type ImageRequest, type ReaderUsage, type ReadRequest } from './image-messages.ts'
import { ImageStream } from './image-stream.ts'

/** Limits for an image. */
export interface ReadLimits {
  /** One that is not read by then counts as slow: others are read beside it, ms. */
  readonly slowMs: number
  /** Processor time, ms. */
  readonly processorMs: number
  /** Time in all: a network folder may never answer, ms. */
  readonly wholeMs: number
  /** Memory of the process that reads it, MiB. */
  readonly memoryMb: number
}

const usualLimits: ReadLimits = { slowMs: 2000, processorMs: 20_000, wholeMs: 60_000, memoryMb: 1536 }
/** Images that are read at once besides slow ones, and with them. */
const maxAtOnce = 2
const maxReaders = 8
/** An image that ended its process this often is not tried again by itself. */
const maxCrashes = 2
/** A process that has nothing to read ends after so long, ms. */
const idleMs = 10_000

export interface ReadOptions {
  /** It takes long; `problem` says so, for people. */
  readonly onSlow?: (problem: string) => void
  /** Nobody wants it any more: the promise rejects, and a process that is slow with it is ended. */
  readonly signal?: AbortSignal
}

interface Job {
  readonly request: ReadRequest
  readonly options: ReadOptions
  readonly resolve: (image: DecodedImage) => void
  readonly reject: (fault: Error) => void
  crashes: number
}

/** A process that reads images, one after the other. */
interface Reader {
  worker: SupervisedWorker<ReadRequest> | undefined
  ready: boolean
  job: Job | undefined
  slow: boolean
  stream: ImageStream
  timers: NodeJS.Timeout[]
}

/**
 * Reads images in processes of their own, beside each other: none waits for another that takes long, and only the one that takes too long
 * or too much memory, or crashes its process, is given up.
 */
export class ImageReaders {
  readonly #log: Logger
  readonly #limits: ReadLimits
  readonly #readers = new Set<Reader>()
  #queue: Job[] = []

  constructor(log: Logger, limits: Partial<ReadLimits> = {}) {
    this.#log = log
    this.#limits = { ...usualLimits, ...limits }
  }

  /** Rejects with ImageFault if the image cannot be read. */
  read(path: string, wish: ImageRequest, options: ReadOptions = {}): Promise<DecodedImage> {
    return new Promise((resolve, reject) => {
      const job: Job = { request: { path, wish }, options, resolve, reject, crashes: 0 }
      this.#queue.push(job)
      options.signal?.addEventListener('abort', () => this.#abandon(job), { once: true })
      this.#dispatch()
    })
  }

  close(): void {
    this.#queue = []
    for (const reader of this.#readers) this.#end(reader)
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const readers = [...this.#readers]
      const idle = readers.find(({ job, ready }) => ready && job === undefined)
      const busy = readers.filter(({ job, slow }) => job !== undefined && !slow).length
      if (busy >= maxAtOnce || (idle === undefined && readers.length >= maxReaders)) return
      const reader = idle ?? this.#begin()
      reader.job = this.#queue.shift() as Job
      if (reader.ready) this.#hand(reader)
    }
  }

  #begin(): Reader {
    const reader: Reader = { worker: undefined, ready: false, job: undefined, slow: false, stream: new ImageStream(), timers: [] }
    this.#readers.add(reader)
    reader.worker = superviseWorker<ReaderUsage, ReadRequest>({
      entry: workerFile('image-reader'),
      log: this.#log,
      env: { MALLOC_ARENA_MAX: '2', NODE_OPTIONS: '--max-semi-space-size=1' },
      onReady: () => {
        reader.ready = true
        this.#hand(reader)
      },
      onMessage: (usage) => this.#judge(reader, usage),
      onMediaPipe: (pipe) => this.#listen(reader, pipe),
      onExit: () => this.#lost(reader),
    })
    return reader
  }

  #listen(reader: Reader, pipe: Duplex): void {
    pipe.on('error', () => undefined)
    pipe.on('data', (piece: Uint8Array) => {
      try {
        const image = reader.stream.take(piece)
        if (image !== undefined) this.#settle(reader, ({ resolve }) => resolve(image))
      } catch (fault) {
        this.#settle(reader, ({ reject }) => reject(fault as Error))
      }
    })
  }

  /** The process starts with the image that it was given. */
  #hand(reader: Reader): void {
    const { job } = reader
    if (job === undefined) {
      reader.timers = [setTimeout(() => this.#end(reader), idleMs).unref()]
      return
    }
    for (const timer of reader.timers) clearTimeout(timer)
    const { slowMs, wholeMs } = this.#limits
    const name = basename(job.request.path)
    reader.timers = [
      setTimeout(() => this.#isSlow(reader, job), slowMs),
      setTimeout(
        () => this.#giveUp(reader, `${name} cannot be read within ${Math.ceil(wholeMs / 1000)} s: check its disk or network folder`),
        wholeMs,
      ),
    ]
    reader.worker?.send(job.request)
  }

  #isSlow(reader: Reader, { request, options }: Job): void {
    if (options.signal?.aborted) {
      this.#giveUp(reader, 'Nobody wants it any more')
      return
    }
    reader.slow = true
    const seconds = Math.ceil(this.#limits.processorMs / 1000)
    options.onSlow?.(`${basename(request.path)} takes long to read: it is given up after ${seconds} s of processor time`)
    this.#dispatch()
  }

  #judge(reader: Reader, { processorMs, memoryMb }: ReaderUsage): void {
    const { job } = reader
    if (job === undefined) return
    const limits = this.#limits
    const tooMuch =
      processorMs > limits.processorMs
        ? `${Math.ceil(limits.processorMs / 1000)} s of processor time`
        : memoryMb > limits.memoryMb
          ? `${limits.memoryMb} MiB of memory`
          : undefined
    if (tooMuch === undefined) return
    this.#giveUp(reader, `${basename(job.request.path)} takes more than ${tooMuch}: make it simpler or smaller, or save it as PNG`)
  }

  /** The image is read, or cannot be: the process takes another one. */
  #settle(reader: Reader, answer: (job: Job) => void): void {
    const { job } = reader
    if (job === undefined) return
    this.#free(reader)
    answer(job)
    this.#hand(reader)
    this.#dispatch()
  }

  #free(reader: Reader): void {
    for (const timer of reader.timers) clearTimeout(timer)
    reader.timers = []
    reader.job = undefined
    reader.slow = false
    reader.stream = new ImageStream()
  }

  /** Ends the process in the middle of its work. */
  #giveUp(reader: Reader, problem: string): void {
    const { job } = reader
    this.#end(reader)
    job?.reject(new ImageFault(problem))
    this.#dispatch()
  }

  #end(reader: Reader): void {
    this.#readers.delete(reader)
    this.#free(reader)
    void reader.worker?.stop(0)
  }

  #lost(reader: Reader): void {
    if (!this.#readers.delete(reader)) return
    const { job } = reader
    this.#free(reader)
    if (job !== undefined) {
      job.crashes++
      if (job.crashes < maxCrashes) this.#queue.unshift(job)
      else {
        const name = basename(job.request.path)
        job.reject(new ImageFault(`${name} crashes the process that reads it: save it again with another program`))
      }
    }
    this.#dispatch()
  }

  /** What is nearly read is read on: to end its process and start another would take longer. */
  #abandon(job: Job): void {
    job.reject(new ImageFault('Nobody wants it any more'))
    this.#queue = this.#queue.filter((each) => each !== job)
    for (const reader of [...this.#readers]) if (reader.job === job && reader.slow) this.#end(reader)
    this.#dispatch()
  }
}
