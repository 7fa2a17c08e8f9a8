import { type ChildProcess, fork, type SendHandle } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Duplex, Readable } from 'node:stream'
import type { Logger } from '../logger.ts'
import type { Envelope } from './envelope.ts'
import { heartbeatMs, mediaFd } from './envelope.ts'
import { Watchdog, waitedForProcessorMs } from './watchdog.ts'
import { announceWorkerEnd } from './worker-ends.ts'

/** How a worker that ended by itself is started again. */
export interface RestartPolicy {
  /** Delay before the first restart in ms; doubles with each failure in a row. */
  readonly firstMs: number
  readonly maxMs: number
  /** A run that lasted so long counts as good: the delay starts again. */
  readonly goodAfterMs: number
}

export interface WorkerDependencies<In> {
  /** File that the process runs; `.ts` as well as `.js`. */
  readonly entry: string | URL
  /** Seen by everybody on the machine: never a secret. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly log: Logger
  readonly onMessage: (message: In) => void
  /** The process runs and listens: tell it what to do. Called again after every restart. */
  readonly onReady?: () => void
  /** Gives the process a second pipe for media (`openMediaPipe` on its side). Called at every start, before `onReady`. */
  readonly onMediaPipe?: (pipe: Duplex) => void
  /** The process is gone; `restartInMs` tells when the next one comes, undefined when none does. */
  readonly onExit?: (exit: { code: number | null; signal: NodeJS.Signals | null; restartInMs: number | undefined }) => void
  /** Without it a worker that ends stays ended. */
  readonly restart?: RestartPolicy
  /** Silence after which the process counts as hung and is killed, in ms; delays of a busy machine do not count. */
  readonly silenceMs?: number
  /** The same until it is ready: starting may take long. */
  readonly startMs?: number
}

export interface SupervisedWorker<Out> {
  readonly pid: number | undefined
  /** False when no process is there to take it. `handle` is a port that the process shall listen on too. */
  send(message: Out, handle?: SendHandle): boolean
  /** Asks the process to finish, then SIGTERM after `graceMs`, SIGKILL after twice that. Idempotent; resolves when it is gone. */
  stop(graceMs?: number): Promise<void>
}

/** How long a process may take until it is ready unless its supervisor knows better, in ms: loading its code is slow on a busy machine. */
const usualStartMs = 30_000

/** Longest line of a worker's output that is worth a log line, in characters. */
const maxLine = 2000

function logLines(stream: Readable | null, write: (line: string) => void): void {
  if (!stream) return
  createInterface({ input: stream }).on('line', (line) => {
    if (line.trim() !== '') write(line.slice(0, maxLine))
  })
}

/** Delay before restart number `failures` (1 is the first), in ms. */
export function restartDelayMs(policy: RestartPolicy, failures: number): number {
  return Math.min(policy.maxMs, policy.firstMs * 2 ** Math.min(failures - 1, 30))
}

/** Runs a child process that says when it is ready and that it is alive, and starts it again when it ends or hangs. */
export function superviseWorker<In, Out>(dependencies: WorkerDependencies<In>): SupervisedWorker<Out> {
  const { log, restart } = dependencies
  const silenceMs = dependencies.silenceMs ?? 10 * heartbeatMs
  let child: ChildProcess | undefined
  let failures = 0
  let stopped = false
  let restartTimer: NodeJS.Timeout | undefined
  let gone: Promise<void> = Promise.resolve()
  let stopping: Promise<void> | undefined

  function start(): void {
    const startedAt = performance.now()
    const process_ = fork(dependencies.entry, dependencies.args ?? [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...(dependencies.onMediaPipe ? (['pipe'] as const) : [])],
      serialization: 'advanced',
      env: { ...process.env, ...dependencies.env },
      execArgv: [],
    })
    child = process_
    logLines(process_.stdout, (line) => log.debug({ pid: process_.pid }, line))
    logLines(process_.stderr, (line) => log.warn({ pid: process_.pid }, line))
    if (dependencies.onMediaPipe) dependencies.onMediaPipe(process_.stdio[mediaFd] as unknown as Duplex)
    const watchdog = new Watchdog({
      silenceMs: dependencies.startMs ?? Math.max(usualStartMs, silenceMs),
      nowMs: () => performance.now(),
      waitedMs: () => waitedForProcessorMs(process_.pid),
      onHung() {
        log.error({ pid: process_.pid, silenceMs }, 'worker is silent: killing it')
        process_.kill('SIGKILL')
      },
    })
    process_.on('message', (envelope) => {
      watchdog.heard()
      const { kind, body } = envelope as Envelope<In> & { body?: In }
      try {
        if (kind === 'message') dependencies.onMessage(body as In)
        else if (kind === 'ready') {
          watchdog.allow(silenceMs)
          dependencies.onReady?.()
        }
      } catch (error) {
        // One message that cannot be handled must not end the host.
        log.error({ pid: process_.pid, err: error, kind }, 'a message of a worker could not be handled')
      }
    })
    process_.on('error', (error) => log.error({ pid: process_.pid, err: error }, 'worker failed'))
    gone = new Promise((resolve) => {
      let ended = false
      const onGone = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (ended) return
        ended = true
        watchdog.stop()
        child = undefined
        resolve()
        if (performance.now() - startedAt >= (restart?.goodAfterMs ?? 0)) failures = 0
        failures++
        const restartInMs = restart && !stopped ? restartDelayMs(restart, failures) : undefined
        if (restartInMs !== undefined) {
          log.warn({ code, signal, restartInMs }, 'worker ended: starting it again')
          restartTimer = setTimeout(start, restartInMs)
        }
        // One that comes to its end by itself has no fault.
        if (!stopped && code !== 0) {
          announceWorkerEnd(dependencies.entry, { args: dependencies.args ?? [], pid: process_.pid, code, signal })
        }
        dependencies.onExit?.({ code, signal, restartInMs })
      }
      process_.on('exit', onGone)
      // A process that never came to life has no exit event.
      process_.on('error', () => {
        if (process_.pid === undefined) onGone(null, null)
      })
    })
  }

  async function end(graceMs: number): Promise<void> {
    const running = child
    if (!running) return
    if (running.connected) running.send({ kind: 'stop' } satisfies Envelope<Out>, () => undefined)
    const terminate = setTimeout(() => running.kill('SIGTERM'), graceMs)
    const kill = setTimeout(() => running.kill('SIGKILL'), 2 * graceMs)
    await gone
    clearTimeout(terminate)
    clearTimeout(kill)
  }

  start()
  return {
    get pid() {
      return child?.pid
    },
    send(body, handle) {
      if (!child?.connected) return false
      child.send({ kind: 'message', body } satisfies Envelope<Out>, handle, {}, () => undefined)
      return true
    },
    stop(graceMs = 1500) {
      stopped = true
      clearTimeout(restartTimer)
      stopping ??= end(graceMs)
      return stopping
    },
  }
}
