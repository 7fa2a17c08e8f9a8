import type { Duplex } from 'node:stream'
import type { Logger } from '../../../platform/logger.ts'
import type { SupervisedWorker } from '../../../platform/workers/supervise-worker.ts'
import type { RunningDisplay } from '../../displays/display-server.ts'
import { superviseDisplay } from '../../displays/supervise-display.ts'
import { fromUser, type WorkerEvent, writeFrame } from '../user-wire.ts'

/** The processes that show displays of this user: what they say and write goes to the host. */
export class UserWorkers {
  readonly #channel: Duplex
  readonly #log: Logger
  readonly #byNumber = new Map<number, SupervisedWorker<unknown>>()

  constructor(channel: Duplex, log: Logger) {
    this.#channel = channel
    this.#log = log
  }

  open(number: number, running: RunningDisplay): void {
    this.end(number)
    const report = (event: WorkerEvent, message?: unknown): void => {
      writeFrame(this.#channel, fromUser.worker, number, [Buffer.from(JSON.stringify({ event, message }))])
    }
    const worker = superviseDisplay<unknown, unknown>(running, {
      log: this.#log,
      onMediaPipe: (pipe) => {
        report('started')
        this.#relay(number, pipe)
      },
      onReady: () => report('ready'),
      onExit: () => report('ended'),
      onMessage: (message) => report('message', message),
    })
    this.#byNumber.set(number, worker)
  }

  send(number: number, message: unknown): void {
    this.#byNumber.get(number)?.send(message)
  }

  end(number: number): void {
    const worker = this.#byNumber.get(number)
    this.#byNumber.delete(number)
    void worker?.stop(500)
  }

  /** What the host does not take waits in the worker, which paces what it sends by that. */
  #relay(number: number, pipe: Duplex): void {
    pipe.on('error', () => undefined)
    pipe.on('data', (chunk: Buffer) => {
      if (writeFrame(this.#channel, fromUser.media, number, [chunk])) return
      pipe.pause()
      this.#channel.once('drain', () => pipe.resume())
    })
  }
}
