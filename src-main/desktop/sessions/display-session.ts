import type { Duplex } from 'node:stream'
import type { Logger } from '../../platform/logger.ts'
import type { SocketClient } from '../../platform/sockets.ts'
import { type SupervisedWorker, superviseWorker } from '../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../platform/workers/worker-file.ts'
import type { RunningDisplay } from '../displays/display-server.ts'
import type { ClientMessage } from './client-message.ts'
import type { FromDesktopWorker, ToDesktopWorker } from './messages.ts'
import { readViewerWire } from './viewer-wire.ts'

/** A viewer that is this far behind is not one that acknowledges what it draws: it is disconnected, bytes. */
const maxWaiting = 64 * 1024 * 1024

/** Messages of viewers that wait for a process that is being started: a second's worth of one who types and points. */
const maxWaitingMessages = 200

/** How a worker that crashed is started again: viewers wait for it. */
const restart = { firstMs: 100, maxMs: 5000, goodAfterMs: 10_000 } as const

interface JoinedViewer {
  readonly client: SocketClient
  readonly raw: boolean
}

export interface DisplaySessionOptions {
  readonly display: RunningDisplay
  readonly log: Logger
  readonly onSize: (width: number, height: number) => void
}

/** Those who see one display, and the process that shows it to them. It runs while there are some. */
export class DisplaySession {
  readonly #options: DisplaySessionOptions
  readonly #worker: SupervisedWorker<ToDesktopWorker>
  readonly #viewers = new Map<number, JoinedViewer>()
  /** What was typed while there is no process to take it. */
  readonly #waiting: ToDesktopWorker[] = []
  #ready = false
  #next = 1

  constructor(options: DisplaySessionOptions) {
    this.#options = options
    const { display, log } = options
    this.#worker = superviseWorker<FromDesktopWorker, ToDesktopWorker>({
      entry: workerFile('desktop'),
      env: { DISPLAY: display.server, XAUTHORITY: display.authority },
      log,
      restart,
      onReady: () => {
        this.#ready = true
        for (const [viewer, { raw }] of this.#viewers) this.#worker.send({ kind: 'join', viewer, raw })
        for (const message of this.#waiting.splice(0)) this.#worker.send(message)
      },
      onExit: () => {
        this.#ready = false
      },
      onMediaPipe: (pipe) => this.#read(pipe),
      onMessage: (message) => {
        if (message.kind === 'size') options.onSize(message.width, message.height)
        else this.#lose(message.why)
      },
    })
  }

  get viewers(): number {
    return this.#viewers.size
  }

  join(client: SocketClient, raw: boolean): number {
    const viewer = this.#next++
    this.#viewers.set(viewer, { client, raw })
    if (this.#ready) this.#worker.send({ kind: 'join', viewer, raw })
    return viewer
  }

  hear(viewer: number, message: ClientMessage): void {
    const sent: ToDesktopWorker = { kind: 'client', viewer, message }
    if (this.#ready) this.#worker.send(sent)
    else if (this.#waiting.length < maxWaitingMessages) this.#waiting.push(sent)
  }

  leave(viewer: number): void {
    if (this.#viewers.delete(viewer)) this.#worker.send({ kind: 'leave', viewer })
  }

  /** Disconnects everybody; the display stays. */
  async stop(reason: string): Promise<void> {
    for (const { client } of this.#viewers.values()) client.close(4410, reason)
    this.#viewers.clear()
    await this.#worker.stop(500)
  }

  #read(pipe: Duplex): void {
    readViewerWire(
      pipe,
      (viewer, payload) => {
        const client = this.#viewers.get(viewer)?.client
        if (client === undefined) return
        if (client.waitingBytes > maxWaiting) client.terminate()
        // The frame's memory is read again for the next one.
        else client.send(Buffer.from(payload))
      },
      (error) => this.#options.log.debug({ err: error }, 'the pipe of a display broke'),
    )
  }

  #lose(why: string): void {
    this.#options.log.warn({ display: this.#options.display.server, why }, 'a display cannot be shown')
    for (const { client } of this.#viewers.values()) client.close(4404, why)
    this.#viewers.clear()
  }
}
