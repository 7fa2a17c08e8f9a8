import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { type SupervisedWorker, superviseWorker, type WorkerDependencies } from '../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../platform/workers/worker-file.ts'
import type { FromWorker, TestStreamOptions, ToWorker } from './messages.ts'

export interface DemoDependencies {
  readonly log: Logger
  /** File of the worker process; found beside this module when left out. */
  readonly workerEntry?: string | URL
}

export interface DemoStart {
  /** Where to publish, key included: `rtmp://127.0.0.1:PORT/live/KEY`. */
  readonly url: string
  /** Pixels, even; 1280x720 by default. */
  readonly width?: number
  readonly height?: number
  /** Whole frames per second, 30 by default. */
  readonly fps?: number
}

export interface DemoState {
  readonly running: boolean
  /** ISO 8601 time of the first frame of this run, null while not running. */
  readonly since: string | null
  /** Number of the newest frame that the worker reported (every two seconds). */
  readonly frame: number
  /** Frames that the machine was too slow to draw. */
  readonly skippedFrames: number
  /** Why the last run ended, null when it was asked to. */
  readonly error: string | null
}

/** The built-in test stream: a process of its own that publishes to the host's RTMP port as any encoder does. */
export interface Demo {
  /** Starts the process without having it do anything, for a `start` that comes soon. */
  prepare(): void
  /** Resolves when the first frame is published; rejects with `demo.unavailable`. A running one is left as it is. */
  start(options: DemoStart): Promise<void>
  stop(): Promise<void>
  state(): DemoState
}

/** What becomes of the process once it has something to do. */
type WorkerHandlers = Required<Pick<WorkerDependencies<FromWorker>, 'onReady' | 'onMessage' | 'onExit'>>

/** A process that waits for what to do. */
interface WaitingWorker {
  readonly supervised: SupervisedWorker<ToWorker>
  use(handlers: WorkerHandlers): void
}

const restart = { firstMs: 500, maxMs: 10_000, goodAfterMs: 30_000 } as const
/** Longest time from starting the process to its first frame, in ms. */
const startTimeoutMs = 20_000

/** A module that cannot be found is reported with its whole require stack: the first line says it. */
function reasonToReject(reason: 'engine-missing' | 'refused' | 'broken', message: string): string {
  return reason === 'engine-missing'
    ? `The test stream needs the media engine, which does not load: ${message.split('\n')[0]}`
    : `The test stream cannot start: ${message}`
}

/** Makes the demo; nothing runs until `start`. */
export function createDemo(dependencies: DemoDependencies): Demo {
  const { log } = dependencies
  let worker: SupervisedWorker<ToWorker> | undefined
  let prepared: WaitingWorker | undefined
  let starting: Promise<void> | undefined
  /** Ends a start that has not come to its first frame. */
  let cancel: () => void = () => undefined
  let since: string | null = null
  let frame = 0
  let skippedFrames = 0
  let error: string | null = null

  function openWorker(): WaitingWorker {
    let handlers: WorkerHandlers | undefined
    let ready = false
    const supervised = superviseWorker<FromWorker, ToWorker>({
      entry: dependencies.workerEntry ?? workerFile('demo'),
      log,
      restart,
      onReady: () => {
        ready = true
        handlers?.onReady()
      },
      onMessage: (message) => handlers?.onMessage(message),
      onExit: (exit) => {
        ready = false
        handlers?.onExit(exit)
      },
    })
    return {
      supervised,
      use(wanted) {
        handlers = wanted
        if (ready) wanted.onReady()
      },
    }
  }

  function launch(options: TestStreamOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      let settled = false
      const settle = (failure?: AppError): void => {
        if (settled) return
        settled = true
        clearTimeout(timer)
        if (!failure) {
          resolve()
          return
        }
        error = failure.message
        void supervised.stop().then(() => reject(failure))
        if (worker === supervised) worker = undefined
      }
      cancel = () => settle(new AppError('request.conflict', 'The test stream was stopped before its first frame'))
      const timer = setTimeout(() => settle(new AppError('demo.unavailable', 'The test stream did not start in time')), startTimeoutMs)
      const waiting = prepared ?? openWorker()
      prepared = undefined
      const { supervised } = waiting
      waiting.use({
        onReady: () => supervised.send({ type: 'start', options }),
        onMessage: (message) => {
          if (message.type === 'started') {
            since = new Date().toISOString()
            error = null
            log.info({ pid: supervised.pid, width: options.width, height: options.height, fps: options.fps }, 'test stream is live')
            settle()
          } else if (message.type === 'progress') {
            frame = message.frame
            skippedFrames = message.skipped
          } else if (message.type === 'failed') {
            log.warn({ reason: message.reason }, 'test stream failed')
            since = null
            error = message.message
            // Kicked, or its stream was ended, when it had started: publishing again would overrule the operator.
            if (settled) void stop()
            else settle(new AppError('demo.unavailable', reasonToReject(message.reason, message.message)))
          }
        },
        onExit: ({ code, signal }) => {
          since = null
          settle(new AppError('demo.unavailable', `The test stream's process ended (${signal ?? `code ${code}`}) before its first frame`))
        },
      })
      worker = supervised
    })
  }

  async function stop(): Promise<void> {
    const running = [worker, prepared?.supervised]
    worker = prepared = undefined
    since = null
    cancel()
    error = null
    await Promise.all(running.map((each) => each?.stop()))
  }

  return {
    prepare() {
      if (worker === undefined && starting === undefined) prepared ??= openWorker()
    },
    start(options) {
      if (starting) return starting
      if (worker) return Promise.resolve()
      frame = 0
      skippedFrames = 0
      error = null
      starting = launch({
        url: options.url,
        width: options.width ?? 1280,
        height: options.height ?? 720,
        fps: options.fps ?? 30,
        videoKbps: 2500,
        video: 'h264',
        audio: 'aac',
        paced: true,
      }).finally(() => {
        starting = undefined
      })
      return starting
    },
    stop,
    state: () => ({ running: since !== null, since, frame, skippedFrames, error }),
  }
}
