import type { IceServer } from '../../../../media/realtime/sfu-engine.ts'
import type { Logger } from '../../../../platform/logger.ts'
import { type MediaWire, openMediaWire } from '../../../../platform/workers/media-wire.ts'
import { type SupervisedWorker, superviseWorker } from '../../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../../platform/workers/worker-file.ts'
import type { FromWhipWorker, PlayNote, ToWhipWorker, WhipEnd } from './messages.ts'

export interface WhipSessionEvents {
  onOffer(sdp: string): void
  onConnected(): void
  /** Once. `worker`: the process died. */
  onEnded(why: WhipEnd | 'worker', message: string): void
  onLoss(lost: number, retransmitted: number): void
}

/** One connection of the process. */
export interface WhipSession {
  answer(sdp: string): void
  /** Frames may be given to `wire` on `channel` from now on. */
  play(originTimeMs: number): void
  readonly channel: number
  /** Undefined when the process is gone. */
  readonly wire: MediaWire | undefined
  close(): void
}

const restart = { firstMs: 300, maxMs: 5000, goodAfterMs: 10_000 } as const
/** The process ends when it was not needed for this long, ms. */
const lingerMs = 10_000

/** Keeps the one process that sends to WHIP servers: it is started with the first session and ends some time after the last. */
export class WhipSender {
  readonly #log: Logger
  readonly #sessions = new Map<number, WhipSessionEvents>()
  #worker: SupervisedWorker<ToWhipWorker> | undefined
  #wire: MediaWire | undefined
  #linger: NodeJS.Timeout | undefined
  #next = 1

  constructor(log: Logger) {
    this.#log = log
  }

  open(iceServers: readonly IceServer[], events: WhipSessionEvents): WhipSession {
    clearTimeout(this.#linger)
    const worker = this.#worker ?? this.#start()
    const session = this.#next++
    this.#sessions.set(session, events)
    if (!worker.send({ type: 'open', session, iceServers }))
      queueMicrotask(() => this.#ended(session, 'worker', 'It is being started again'))
    const wireOf = () => (this.#sessions.has(session) ? this.#wire : undefined)
    return {
      channel: session,
      get wire() {
        return wireOf()
      },
      answer: (sdp) => void worker.send({ type: 'answer', session, sdp }),
      play: (originTimeMs) => wireOf()?.note(session, { originTimeMs } satisfies PlayNote),
      close: () => {
        this.#forget(session)
        worker.send({ type: 'close', session })
      },
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#linger)
    const worker = this.#worker
    this.#worker = undefined
    this.#wire = undefined
    await worker?.stop(800)
  }

  #start(): SupervisedWorker<ToWhipWorker> {
    const worker = superviseWorker<FromWhipWorker, ToWhipWorker>({
      entry: workerFile('whip'),
      log: this.#log,
      restart,
      onMediaPipe: (pipe) => {
        this.#wire = openMediaWire(pipe, { onTrack() {}, onPacket() {}, onNote() {} })
      },
      onMessage: (message) => this.#hear(message),
      onExit: () => {
        for (const session of [...this.#sessions.keys()]) this.#ended(session, 'worker', 'It ended unexpectedly')
      },
    })
    this.#worker = worker
    return worker
  }

  #hear(message: FromWhipWorker): void {
    const events = this.#sessions.get(message.session)
    if (message.type === 'offer') events?.onOffer(message.sdp)
    else if (message.type === 'connected') events?.onConnected()
    else if (message.type === 'loss') events?.onLoss(message.lost, message.retransmitted)
    else this.#ended(message.session, message.why, message.message)
  }

  #ended(session: number, why: WhipEnd | 'worker', message: string): void {
    const events = this.#sessions.get(session)
    this.#forget(session)
    events?.onEnded(why, message)
  }

  #forget(session: number): void {
    if (!this.#sessions.delete(session)) return
    this.#wire?.end(session)
    if (this.#sessions.size > 0) return
    clearTimeout(this.#linger)
    this.#linger = setTimeout(() => void this.stop(), lingerMs).unref()
  }
}
