import type { Logger } from '../../platform/logger.ts'
import { PendingReplies } from '../../platform/workers/pending-replies.ts'
import { type SupervisedWorker, superviseWorker } from '../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../platform/workers/worker-file.ts'
import {
  type DeployedFiles,
  type FetchReply,
  type FromWorker,
  type LogLevel,
  type RunAnswer,
  type RunCall,
  type RunFault,
  type RunnableFunction,
  type RunRequest,
  runMs,
  type ToWorker,
} from './run-messages.ts'

/** A run that ended without an answer. */
export class FunctionFault extends Error {
  readonly fault: RunFault

  constructor(fault: RunFault, message: string) {
    super(message)
    this.name = 'FunctionFault'
    this.fault = fault
  }
}

/** What a run asks for while it goes on. */
export interface RunHandlers {
  /** Answers a call. What it rejects with the function gets as an error. */
  call(number: number, asked: RunCall): Promise<FetchReply | Uint8Array>
  log(level: LogLevel, text: string): void
}

export interface FunctionRunnerOptions {
  readonly log: Logger
  /** A process that nothing was run in for so long is ended, ms; it stays where left out. */
  readonly idleMs?: number
  /** Gets how many lines of a function were not passed on, as it logs too many. */
  readonly onLeftOut?: (name: string, version: number, lines: number) => void
}

type Checked = Extract<FromWorker, { kind: 'checked' }>
type Reply = Extract<FromWorker, { kind: 'answered' | 'failed' | 'checked' }>

/** Requests that are in functions at once. */
const maxRuns = 500
/** A process that ended is back after this time, ms. */
const restart = { firstMs: 50, maxMs: 2000, goodAfterMs: 2000 }

/** Runs functions in a process of its own, which is started at the first of them and again whenever it ends. */
export class FunctionRunner {
  readonly #options: FunctionRunnerOptions
  readonly #replies = new PendingReplies<Reply>()
  readonly #handlers = new Map<number, RunHandlers>()
  #functions: readonly RunnableFunction[] = []
  #worker: SupervisedWorker<ToWorker> | undefined
  /** It takes requests. */
  #ready = false
  /** Sent once the process is ready. */
  readonly #waiting = new Map<number, ToWorker>()
  /** What the process has. */
  readonly #sent = new Map<number, ToWorker>()
  /** What no other process may get: it has asked for something, or was lost once before. */
  readonly #unrepeatable = new Set<number>()
  #running = 0
  #idle: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: FunctionRunnerOptions) {
    this.#options = options
  }

  /** PID of the process; undefined while it does not run. */
  get pid(): number | undefined {
    return this.#worker?.pid
  }

  /** Replaces all functions that `run` knows. Runs of former ones go on. */
  setFunctions(functions: readonly RunnableFunction[]): void {
    this.#functions = functions
    if (this.#ready) this.#worker?.send({ kind: 'functions', functions })
  }

  /** Starts the process, so that the first request does not wait for it. */
  warm(): void {
    this.#start()
  }

  /** Runs a function that was set. Rejects with FunctionFault. */
  run(name: string, request: RunRequest, handlers: RunHandlers, signal: AbortSignal): Promise<RunAnswer> {
    return this.#run((run) => ({ kind: 'run', run, name, request }), handlers, signal)
  }

  /** Runs a function once. Rejects with FunctionFault. */
  try(draft: RunnableFunction, request: RunRequest, handlers: RunHandlers, signal: AbortSignal): Promise<RunAnswer> {
    return this.#run((run) => ({ kind: 'try', run, draft, request }), handlers, signal)
  }

  /** Removes types and finds mistakes. Rejects with FunctionFault. */
  async check(deployed: DeployedFiles): Promise<Checked> {
    return (await this.#ask((run) => ({ kind: 'check', run, deployed }))) as Checked
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#idle)
    await this.#worker?.stop()
    this.#replies.rejectAll(() => new FunctionFault('unavailable', 'This program is ending'))
  }

  async #run(message: (run: number) => ToWorker, handlers: RunHandlers, signal: AbortSignal): Promise<RunAnswer> {
    let number = 0
    const stop = (): void => {
      this.#worker?.send({ kind: 'end', run: number })
      this.#replies.reject(number, new FunctionFault('time', 'Its client has left'))
    }
    try {
      const reply = await this.#ask((run) => {
        number = run
        this.#handlers.set(run, handlers)
        signal.addEventListener('abort', stop, { once: true })
        return message(run)
      })
      return (reply as Extract<Reply, { kind: 'answered' }>).answer
    } catch (error) {
      if (error instanceof FunctionFault && error.fault === 'time') this.#worker?.send({ kind: 'end', run: number })
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
      this.#handlers.delete(number)
    }
  }

  async #ask(message: (run: number) => ToWorker): Promise<Reply> {
    if (this.#stopped) throw new FunctionFault('unavailable', 'This program is ending')
    if (this.#running >= maxRuns) throw new FunctionFault('busy', `${maxRuns} requests are in functions already`)
    this.#running++
    this.#start()
    let number = 0
    try {
      const late = (): Error => new FunctionFault('time', `It had not answered after ${runMs / 1000} s`)
      const reply = await this.#replies.request(
        (run) => {
          number = run
          const text = message(run)
          if (this.#ready) this.#give(run, text)
          else this.#waiting.set(run, text)
        },
        runMs,
        late,
      )
      if (reply.kind === 'failed') throw new FunctionFault(reply.fault, reply.message)
      return reply
    } finally {
      this.#waiting.delete(number)
      this.#sent.delete(number)
      this.#unrepeatable.delete(number)
      this.#running--
      this.#rest()
    }
  }

  #start(): void {
    clearTimeout(this.#idle)
    if (this.#worker !== undefined || this.#stopped) return
    let hasStarted = false
    const worker = superviseWorker<FromWorker, ToWorker>({
      entry: workerFile('functions'),
      log: this.#options.log,
      // isolated-vm cannot share the snapshot that Node starts from
      env: { NODE_OPTIONS: '--no-node-snapshot --disable-warning=ExperimentalWarning' },
      restart,
      onReady: () => {
        hasStarted = true
        this.#ready = true
        worker.send({ kind: 'functions', functions: this.#functions })
        for (const [run, message] of this.#waiting) this.#give(run, message)
        this.#waiting.clear()
      },
      onMessage: (message) => this.#take(message),
      onExit: () => {
        if (this.#worker !== worker) return
        this.#ready = false
        this.#repeatOrLose()
        // Where it cannot start at all nobody is kept waiting.
        if (!hasStarted) this.#lose(this.#waiting.keys(), () => new FunctionFault('unavailable', unavailable))
        hasStarted = false
      },
    })
    this.#worker = worker
  }

  /** Requests that change nothing, and have asked for nothing yet, are repeated in the next process, once. */
  #repeatOrLose(): void {
    for (const [run, message] of this.#sent) {
      this.#sent.delete(run)
      const isSafe = (message.kind === 'run' || message.kind === 'try') && ['GET', 'HEAD'].includes(message.request.method)
      if (isSafe && !this.#unrepeatable.has(run)) {
        this.#unrepeatable.add(run)
        this.#waiting.set(run, message)
      } else this.#replies.reject(run, new FunctionFault('crashed', 'The process of functions ended'))
    }
  }

  #give(run: number, message: ToWorker): void {
    this.#sent.set(run, message)
    this.#worker?.send(message)
  }

  #take(message: FromWorker): void {
    if (message.kind === 'log') this.#handlers.get(message.run)?.log(message.level, message.text)
    else if (message.kind === 'lines-left-out') this.#options.onLeftOut?.(message.name, message.version, message.lines)
    else if (message.kind === 'ending') this.#ready = false
    else if (message.kind === 'call') void this.#call(message.run, message.call, message.asked)
    else this.#replies.resolve(message.run, message)
  }

  async #call(run: number, call: number, asked: RunCall): Promise<void> {
    const worker = this.#worker
    // What a client asked for who has left may still come.
    if (this.#sent.has(run)) this.#unrepeatable.add(run)
    try {
      const value = await this.#handlers.get(run)?.call(call, asked)
      if (value !== undefined) worker?.send({ kind: 'reply', run, call, value })
    } catch (error) {
      worker?.send({ kind: 'reply', run, call, fault: (error as Error).message.slice(0, 1000) })
    }
  }

  #lose(runs: Iterable<number>, error: () => Error): void {
    for (const run of [...runs]) this.#replies.reject(run, error())
  }

  #rest(): void {
    clearTimeout(this.#idle)
    const { idleMs } = this.#options
    if (idleMs === undefined || this.#running > 0) return
    this.#idle = setTimeout(() => {
      const worker = this.#worker
      this.#worker = undefined
      this.#ready = false
      void worker?.stop()
    }, idleMs)
    this.#idle.unref()
  }
}

const unavailable = 'The process of functions does not start: is the package isolated-vm installed?'
