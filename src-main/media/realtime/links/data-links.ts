import type { Duplex } from 'node:stream'
import { AppError } from '../../../platform/errors.ts'
import type { Logger } from '../../../platform/logger.ts'
import { type SupervisedWorker, superviseWorker } from '../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../platform/workers/worker-file.ts'
import { freeUdpPort } from '../engine-host.ts'
import { writeLinkWire } from './link-wire.ts'
import type { FromLinksWorker, LinkEnd, ToLinksWorker } from './messages.ts'

const restart = { firstMs: 300, maxMs: 5000, goodAfterMs: 10_000 } as const
/** Until an offer must be answered, the start of the process included, ms. */
const answerMs = 15_000
/** Audio is left out while more than this waits for the process, bytes. */
const maxFleetingWaiting = 8 * 1024 * 1024
const maxLinks = 64

export interface DataLinksOptions {
  /** IP address that the port is bound to. */
  readonly bind: string
  /** UDP; 0 takes a free one. */
  readonly port: number
  /** Public IP addresses that are announced in place of the bound one; may be empty. */
  readonly addresses: readonly string[]
  readonly log: Logger
}

export interface DataLinkEvents {
  /** The channel is open. */
  onOpen(): void
  /** What the peer said: as long as 32 KiB, at most 5000 a second with what it acknowledges. */
  onText(text: string): void
  /** It ended by itself. */
  onEnd(why: LinkEnd): void
}

/** A data channel to one peer. */
export interface DataLink {
  /** Bytes of ordered messages that have not arrived. */
  readonly waitingBytes: number
  /** Arrives whole, and after all ordered ones before it, or the link ends. */
  sendOrdered(message: Uint8Array): void
  /** May be lost. */
  sendFleeting(message: Uint8Array): void
  /** May be lost. */
  sendText(text: string): void
  close(): void
}

interface OpenLink {
  readonly events: DataLinkEvents
  waiting: number
  answered: ((sdp: string) => void) | undefined
  rejected: ((error: AppError) => void) | undefined
}

/** Data channels to peers over one UDP port, in a process that starts with the first offer. */
export class DataLinks {
  readonly #options: DataLinksOptions
  readonly #links = new Map<number, OpenLink>()
  #worker: SupervisedWorker<ToLinksWorker> | undefined
  #pipe: Duplex | undefined
  #started: Promise<void> | undefined
  #next = 1
  #stopped = false

  constructor(options: DataLinksOptions) {
    this.#options = options
  }

  /**
   * Takes a peer's offer, whose one data channel is without order and without repeats. Rejects with `webrtc.sdp_invalid`, `port.in_use`,
   * `port.forbidden`, `webrtc.engine_missing`, `webrtc.engine_down`.
   */
  async open(sdp: string, events: DataLinkEvents): Promise<{ readonly answer: string; readonly link: DataLink }> {
    if (this.#stopped || this.#links.size >= maxLinks) throw new AppError('webrtc.engine_down')
    const number = this.#next++
    const opened: OpenLink = { events, waiting: 0, answered: undefined, rejected: undefined }
    this.#links.set(number, opened)
    const answered = new Promise<string>((resolve, reject) => {
      opened.answered = resolve
      opened.rejected = reject
    })
    const late = setTimeout(
      () => opened.rejected?.(new AppError('webrtc.engine_down', 'The WebRTC engine did not answer in time')),
      answerMs,
    )
    try {
      await Promise.race([this.#start(), answered])
      this.#worker?.send({ kind: 'open', link: number, sdp })
      const answer = await answered
      return { answer, link: this.#link(number, opened) }
    } catch (error) {
      this.#close(number)
      throw error
    } finally {
      clearTimeout(late)
      opened.answered = undefined
      opened.rejected = undefined
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#worker?.stop(500)
  }

  #link(number: number, opened: OpenLink): DataLink {
    const isOpen = (): boolean => this.#links.get(number) === opened
    return {
      get waitingBytes() {
        return opened.waiting
      },
      sendOrdered: (message) => {
        if (!isOpen() || this.#pipe === undefined) return
        opened.waiting += message.length
        writeLinkWire(this.#pipe, number, 'ordered', message)
      },
      sendFleeting: (message) => {
        if (!isOpen() || this.#pipe === undefined || this.#pipe.writableLength > maxFleetingWaiting) return
        writeLinkWire(this.#pipe, number, 'fleeting', message)
      },
      sendText: (text) => {
        if (isOpen()) this.#worker?.send({ kind: 'text', link: number, text })
      },
      close: () => this.#close(number),
    }
  }

  #close(number: number): void {
    if (this.#links.delete(number)) this.#worker?.send({ kind: 'close', link: number })
  }

  /** Resolves once the process takes offers. */
  #start(): Promise<void> {
    this.#started ??= this.#run().catch((error: unknown) => {
      // The next offer tries again: the port may be free then.
      this.#started = undefined
      throw error
    })
    return this.#started
  }

  async #run(): Promise<void> {
    const { bind, addresses, log } = this.#options
    const port = this.#options.port === 0 ? await freeUdpPort(bind) : this.#options.port
    await new Promise<void>((resolve, reject) => {
      const fail = (error: AppError): void => {
        void this.#worker?.stop(0)
        this.#worker = undefined
        this.#started = undefined
        reject(error)
      }
      this.#worker = superviseWorker<FromLinksWorker, ToLinksWorker>({
        entry: workerFile('links'),
        log,
        restart,
        onMediaPipe: (pipe) => {
          this.#pipe = pipe
          pipe.on('error', (error) => log.debug({ err: error }, 'the pipe of data links broke'))
        },
        onReady: () => void this.#worker?.send({ kind: 'start', bind, port, addresses }),
        onExit: () => this.#endAll(),
        onMessage: (message) => {
          if (message.kind === 'started') resolve()
          else if (message.kind === 'failed') fail(failure(message.code, message.message, port))
          else this.#hear(message)
        },
      })
    })
    log.info({ port }, 'the process of data links runs')
  }

  #hear(message: Exclude<FromLinksWorker, { readonly kind: 'started' | 'failed' }>): void {
    const opened = this.#links.get(message.link)
    if (opened === undefined) return
    switch (message.kind) {
      case 'answer':
        opened.answered?.(message.sdp)
        break
      case 'rejected':
        opened.rejected?.(new AppError('webrtc.sdp_invalid', message.why))
        break
      case 'opened':
        opened.events.onOpen()
        break
      case 'text':
        opened.events.onText(message.text)
        break
      case 'arrived':
        opened.waiting = Math.max(0, opened.waiting - message.bytes)
        break
      case 'closed':
        this.#links.delete(message.link)
        opened.rejected?.(new AppError('webrtc.engine_down'))
        opened.events.onEnd(message.why)
        break
    }
  }

  #endAll(): void {
    const ended = [...this.#links.values()]
    this.#links.clear()
    for (const { events, rejected } of ended) {
      rejected?.(new AppError('webrtc.engine_down'))
      events.onEnd('lost')
    }
  }
}

function failure(code: 'webrtc.engine_missing' | 'port.in_use' | 'port.forbidden', message: string, port: number): AppError {
  if (code === 'webrtc.engine_missing') return new AppError(code, `The WebRTC engine does not load: ${message}`)
  const what = code === 'port.in_use' ? 'is in use' : 'may not be opened by this user'
  return new AppError(code, `The UDP port ${port} (option desktopWebrtcPort) ${what}`, { details: { port, option: 'desktopWebrtcPort' } })
}
